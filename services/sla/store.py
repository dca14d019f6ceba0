"""The tickets in MongoDB: the only place in sla with query documents and indexes."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from services.sla.ticket import CLAIM, TICKETS, Ticket
from shared.mongo import ASCENDING, Mongo

LAST = datetime(9999, 1, 1, tzinfo=UTC)


class Store:
    """Reads tickets; writes are made by changes."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._tickets = mongo.database[TICKETS]

    async def prepare(self) -> None:
        """Makes the collection and its indexes, all of which leave out tickets that wait for nothing."""
        await self._mongo.ensure_collections([TICKETS])
        await self._tickets.create_index("next_at", sparse=True)
        await self._tickets.create_index([("due_at", ASCENDING), ("_id", ASCENDING)], sparse=True)
        await self._tickets.create_index("running")

    async def load(self, ticket: str) -> Ticket | None:
        document = await self._tickets.find_one({"_id": ticket})
        return None if document is None else Ticket.stored(document)

    async def due(self, now: datetime, *, limit: int, leaving_out: Collection[str] = ()) -> list[str]:
        """The tickets with something to announce that nobody else is about to, the longest overdue first."""
        found = await self._planned(until=now, now=now, limit=limit, leaving_out=leaving_out)
        return [ticket for ticket, _ in found]

    async def next_at(self, now: datetime, *, leaving_out: Collection[str] = ()) -> datetime | None:
        """The next instant at which something is to be announced."""
        found = await self._planned(until=LAST, now=now, limit=1, leaving_out=leaving_out)
        return found[0][1] if found else None

    async def claim(self, ticket: str, *, now: datetime, until: datetime) -> bool:
        """Whether this process may announce: other ones leave the ticket alone until it is written, or `until`.

        It spares replicas that wake at the same instant from doing the same; that nothing is announced
        twice does not depend on it.
        """
        query = {"_id": ticket, "next_at": {"$lte": now}, **_unclaimed(now)}
        claimed = await self._tickets.update_one(query, {"$set": {CLAIM: until}})
        return bool(claimed.modified_count)

    async def _planned(
        self, *, until: datetime, now: datetime, limit: int, leaving_out: Collection[str]
    ) -> list[tuple[str, datetime]]:
        query: dict[str, Any] = {"next_at": {"$lte": until}, **_unclaimed(now)}
        if leaving_out:
            query["_id"] = {"$nin": list(leaving_out)}
        found = await self._tickets.find(query, {"next_at": 1}).sort("next_at", ASCENDING).limit(limit).to_list(None)
        return [(document["_id"], document["next_at"]) for document in found]

    async def upcoming(
        self, *, before: datetime, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[Ticket]:
        """Tickets with a running clock that is due before `before`, in the order of their due times.

        `after` is the due time and id of the last ticket of the page before.
        """
        query: dict[str, Any] = {"due_at": {"$lt": before}}
        if after is not None:
            at, ticket = after
            query = {
                "due_at": {"$gte": at, "$lt": before},
                "$or": [{"due_at": {"$gt": at}}, {"due_at": at, "_id": {"$gt": ticket}}],
            }
        order = [("due_at", ASCENDING), ("_id", ASCENDING)]
        found = await self._tickets.find(query).sort(order).limit(limit).to_list(None)
        return [Ticket.stored(document) for document in found]

    async def running(self, clock: str) -> int:
        """How many tickets have this clock running."""
        count: int = await self._tickets.count_documents({"running": clock})
        return count


def _unclaimed(now: datetime) -> dict[str, Any]:
    return {CLAIM: {"$not": {"$gt": now}}}
