"""What ingest asks its database about calls."""

from collections.abc import Sequence
from typing import Any

from services.ingest.calls.states import Known
from shared.mongo import Mongo


class CallStore:
    """The collection `calls`."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._db = mongo.database

    async def prepare(self) -> None:
        """Makes the collection and index."""
        await self._mongo.ensure_collections(["calls"])
        await self._db.calls.create_index("customer", sparse=True)

    async def known(self, id: str) -> Known:
        """What is known of the call; nothing of a new one."""
        found = await self._db.calls.find_one({"_id": id})
        return Known.of(found) if found else Known(id)

    async def of(self, customers: Sequence[str]) -> list[dict[str, Any]]:
        """The calls of these customers."""
        found: list[dict[str, Any]] = await self._db.calls.find({"customer": {"$in": list(customers)}}).to_list(None)
        return found
