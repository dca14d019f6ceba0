"""Inputs in quarantine, as the ledger keeps them."""

from datetime import datetime
from typing import Any

from services.ingest.quarantine.rules import Held
from shared.mongo import ASCENDING, Mongo


class QuarantineStore:
    """The part of the collection `inputs` that waits for a person."""

    def __init__(self, mongo: Mongo) -> None:
        self._db = mongo.database

    async def prepare(self) -> None:
        """Makes the indexes; only inputs that were ever in quarantine have a time to expire."""
        await self._db.inputs.create_index([("state", ASCENDING), ("decided_at", ASCENDING), ("_id", ASCENDING)])
        await self._db.inputs.create_index("expires_at", sparse=True)

    async def held(self, input: str) -> Held | None:
        found = await self._db.inputs.find_one({"_id": input}, {"body": 0})
        if found is None:
            return None
        return Held(
            found["_id"],
            found["version"],
            found["state"],
            found["channel"],
            found["account"],
            found.get("reason") or "",
            found.get("message_id"),
        )

    async def page(self, *, after: tuple[datetime, str] | None, limit: int) -> list[dict[str, Any]]:
        """What waits, the longest waiting first, from behind `after` on."""
        query: dict[str, Any] = {"state": "quarantined"}
        if after is not None:
            at, id = after
            query["$or"] = [{"decided_at": {"$gt": at}}, {"decided_at": at, "_id": {"$gt": id}}]
        found = self._db.inputs.find(query, {"body": 0}).sort([("decided_at", ASCENDING), ("_id", ASCENDING)])
        documents: list[dict[str, Any]] = await found.limit(limit).to_list(None)
        return documents

    async def expired(self, now: datetime, *, limit: int) -> list[str]:
        query = {"state": "quarantined", "expires_at": {"$lte": now}}
        found = self._db.inputs.find(query, {"_id": 1}).sort("expires_at", ASCENDING).limit(limit)
        return [document["_id"] for document in await found.to_list(None)]

    async def count(self) -> int:
        return int(await self._db.inputs.count_documents({"state": "quarantined"}))
