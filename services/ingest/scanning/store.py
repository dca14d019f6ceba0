"""What ingest knows of files that a scanner has seen, or has still to see."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from shared.errors import Refused
from shared.mongo import ASCENDING, Mongo

Verdict = Literal["clean", "blocked"]


class ScanStore:
    """The collection `scans`, a document for each file by its SHA-256. Without a scanner every file passes."""

    def __init__(self, mongo: Mongo, *, scanned: bool) -> None:
        self._mongo = mongo
        self._db = mongo.database
        self._scanned = scanned

    async def prepare(self) -> None:
        """Makes the collection and index."""
        await self._mongo.ensure_collections(["scans"])
        await self._db.scans.create_index([("state", ASCENDING), ("_id", ASCENDING)])

    async def expect(self, sha256: str, *, at: datetime) -> None:
        """The file waits for its scan, unless it was scanned before: the same bytes get the same verdict."""
        if self._scanned:
            waiting = {"$setOnInsert": {"state": "pending", "at": at}}
            await self._db.scans.update_one({"_id": sha256}, waiting, upsert=True)

    async def waiting(self, *, after: str, limit: int) -> list[str]:
        """Files that wait for their scan, by their id."""
        query = {"state": "pending", "_id": {"$gt": after}}
        found = self._db.scans.find(query, {"_id": 1}).sort("_id", ASCENDING).limit(limit)
        return [document["_id"] for document in await found.to_list(None)]

    async def report(self, sha256: str, verdict: Verdict, *, reason: str, by: str, at: datetime) -> bool:
        """The scanner's verdict; a later one replaces it. False when no such file is known."""
        used = await self._db.messages.find_one({"attachments.id": sha256}, {"_id": 1}) is not None
        if not used and await self._db.scans.find_one({"_id": sha256}, {"_id": 1}) is None:
            return False
        told = {"state": verdict, "reason": reason, "by": by, "at": at}
        await self._db.scans.update_one({"_id": sha256}, {"$set": told}, upsert=True)
        return True

    async def let_through(self, sha256: str) -> None:
        """Raises when the file must not be handed out. A verdict holds even when scanning is switched off."""
        known: Mapping[str, Any] | None = await self._db.scans.find_one({"_id": sha256})
        if known is not None and known["state"] == "blocked":
            detail = f"The scanner blocked this file{': ' + known['reason'] if known['reason'] else ''}."
            raise Refused(status=423, title="Blocked", detail=detail)
        if self._scanned and (known is None or known["state"] == "pending"):
            detail = "The scanner has not seen this file yet; try again in a moment."
            raise Refused(status=409, title="Not scanned yet", detail=detail)
