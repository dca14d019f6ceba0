"""What ingest asks its database about customers and their history, with the indexes that answer it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from services.ingest.customers.identities import Name, claimed_key, name_of, proved_key
from services.ingest.customers.people import Customer, People, Registered
from shared.events import Identity
from shared.mongo import ASCENDING, DESCENDING, Mongo

MAX_CLAIMANTS = 20
_OPEN = ("new", "open", "pending_customer", "on_hold")


class CustomerStore:
    """The collections `customers` and `identities`, and what belongs to a customer in others."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._db = mongo.database

    async def prepare(self) -> None:
        """Makes the collections and indexes."""
        await self._mongo.ensure_collections(["customers", "identities", "messages", "tickets"])
        await self._db.customers.create_index("identities.value")
        await self._db.tickets.create_index([("customer", ASCENDING), ("updated_at", DESCENDING)], sparse=True)
        await self._db.messages.create_index(
            [("customers", ASCENDING), ("sent_at", ASCENDING), ("ticketversion", ASCENDING), ("_id", ASCENDING)]
        )

    async def known(self, identities: Iterable[Identity]) -> People:
        """Everything that a decision about these identities looks at."""
        given = {name_of(one): one for one in identities}
        keys = {claimed_key(name): ("claimed", name) for name in given}
        keys |= {proved_key(name): ("proved", name) for name in given}
        found: dict[str, dict[Name, Registered]] = {"claimed": {}, "proved": {}}
        if keys:
            for document in await self._db.identities.find({"_id": {"$in": sorted(keys)}}).to_list(None):
                kind, name = keys[document["_id"]]
                found[kind][name] = Registered(document["version"], document["customer"])
        claimants = {
            name: await self._claimants(name)
            for name, one in given.items()
            if one.verified_by and name not in found["proved"]
        }
        owners = {one.customer for each in found.values() for one in each.values() if one.customer}
        customers = await self._together({*owners, *(one for each in claimants.values() for one in each)})
        return People(customers, found["proved"], found["claimed"], claimants)

    async def people(self, *customers: str, identities: Iterable[Identity] = ()) -> People:
        """These customers with everybody merged with them, and what is known of the identities."""
        known = await self.known(identities)
        return known.replacing((await self._together(set(customers) | set(known.customers))).values())

    async def with_identity(self, name: Name) -> list[str]:
        """Customers of this identity: whoever has proved it first, then those who claim it."""
        owner = await self._db.identities.find_one({"_id": proved_key(name)}, {"customer": 1})
        first = [owner["customer"]] if owner and owner["customer"] else []
        return list(dict.fromkeys([*first, *await self._claimants(name)]))

    async def open_tickets(self, customers: Sequence[str], *, limit: int) -> list[str]:
        """The tickets of these customers that are not done, the latest first."""
        query = {"customer": {"$in": list(customers)}, "status": {"$in": list(_OPEN)}}
        found = self._db.tickets.find(query, {"_id": 1}).sort("updated_at", DESCENDING).limit(limit)
        return [document["_id"] for document in await found.to_list(None)]

    async def tickets(self, customers: Sequence[str], *, limit: int | None = None) -> list[dict[str, Any]]:
        """What a list of the customers' tickets shows, the latest first."""
        shown = dict.fromkeys(("number", "status", "title", "channel", "opened_at", "updated_at"), 1)
        found = self._db.tickets.find({"customer": {"$in": list(customers)}}, shown).sort("updated_at", DESCENDING)
        documents: list[dict[str, Any]] = await (found.limit(limit) if limit else found).to_list(None)
        return documents

    async def history(
        self, customers: Sequence[str], *, after: tuple[datetime, int, str] | None, limit: int
    ) -> list[dict[str, Any]]:
        """Messages of the conversations of these customers, by the time they were sent, from `after` on."""
        query: dict[str, Any] = {"customers": {"$in": list(customers)}}
        if after is not None:
            sent_at, version, id = after
            query["$or"] = [
                {"sent_at": {"$gt": sent_at}},
                {"sent_at": sent_at, "ticketversion": {"$gt": version}},
                {"sent_at": sent_at, "ticketversion": version, "_id": {"$gt": id}},
            ]
        order = [("sent_at", ASCENDING), ("ticketversion", ASCENDING), ("_id", ASCENDING)]
        found: list[dict[str, Any]] = await self._db.messages.find(query).sort(order).limit(limit).to_list(None)
        return found

    async def _claimants(self, name: Name) -> tuple[str, ...]:
        kind, value = name
        query = {"identities": {"$elemMatch": {"kind": kind, "value": value, "verified_by": None}}}
        # Their number is a stranger's choice; the oldest are enough for a person to decide on.
        found = self._db.customers.find({"identities.value": value, **query}, {"_id": 1}).sort("first_seen", ASCENDING)
        return tuple(document["_id"] for document in await found.limit(MAX_CLAIMANTS).to_list(None))

    async def _together(self, wanted: set[str]) -> dict[str, Customer]:
        """The customers with all who were merged into them and into whom they were merged."""
        found: dict[str, Customer] = {}
        while wanted:
            documents = await self._db.customers.find({"_id": {"$in": sorted(wanted)}}).to_list(None)
            found |= {document["_id"]: Customer.of(document) for document in documents}
            near = {one for each in found.values() for one in (*each.merged, each.merged_into) if one is not None}
            missing = near - set(found)
            if not documents and missing:
                break
            wanted = missing
        return found
