"""The openings that are kept, and the queries and indexes on them."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta

from services.routing.opening import OPENINGS, Opening, read
from services.routing.retention import keep_for
from shared.mongo import DESCENDING, Mongo

AT_A_TIME = 500
"""Documents that the driver reads ahead of whoever goes over a period."""


class Openings:
    def __init__(self, mongo: Mongo, *, retention: timedelta) -> None:
        self._mongo = mongo
        self._openings = mongo.database[OPENINGS]
        self._retention = retention

    async def prepare(self) -> None:
        """Makes the collection and its indexes; what is older than the retention goes by itself."""
        await self._mongo.ensure_collections([OPENINGS])
        await keep_for(self._openings, self._retention, by="at")

    async def get(self, ticket: str) -> Opening | None:
        found = await self._openings.find_one({"_id": ticket})
        return None if found is None else read(found)

    async def some(self, tickets: Collection[str]) -> dict[str, Opening]:
        """Those of the tickets whose opening is still kept."""
        found = self._openings.find({"_id": {"$in": list(tickets)}})
        return {document["_id"]: read(document) async for document in found}

    async def between(self, begin: datetime, end: datetime) -> AsyncIterator[Opening]:
        """The openings of a period, the latest first."""
        found = self._openings.find({"at": {"$gte": begin, "$lt": end}}).sort("at", DESCENDING).batch_size(AT_A_TIME)
        async for document in found:
            yield read(document)
