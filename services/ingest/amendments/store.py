"""What ingest asks its database about the ids that channels gave to their messages."""

from services.ingest.amendments.rules import Deletion, Said, name_of
from services.ingest.store import Store
from services.ingest.tickets.messages import Arrived
from shared.mongo import Mongo


class SaidStore:
    """The collection `said`: a document for each message that its channel's provider gave an id."""

    def __init__(self, mongo: Mongo, store: Store) -> None:
        self._mongo = mongo
        self._db = mongo.database
        self._store = store

    async def prepare(self) -> None:
        """Makes the collection; its documents are asked for by their id only."""
        await self._mongo.ensure_collections(["said"])

    async def said(self, arrived: Arrived) -> Said | None:
        """What is known of the message that the input is or is about, or None when it has no such id."""
        name = name_of(arrived.message, arrived.origin)
        if name is None:
            return None
        found = await self._db.said.find_one({"_id": name})
        if found is None:
            return Said(name)
        waiting = tuple(Deletion(one["input"], one["at"]) for one in found.get("deletions") or ())
        said = Said(name, found["version"], deletions=waiting)
        message = await self._db.messages.find_one({"_id": found["message"]}) if found.get("message") else None
        ticket = await self._store.ticket(message["ticket"]) if message is not None else None
        return said if ticket is None else Said(name, found["version"], message, ticket)
