"""The ledger in the database: every input as it came, what became of it, and the indexes that find it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.ingest.inbox.inputs import Outcome, Pending, Received, Waiting
from services.ingest.normalised import storable
from shared.mongo import ASCENDING, BulkWriteError, Mongo, ReturnDocument

DUPLICATE_KEY = 11000
INLINE_BODY = 256 * 1024
"""Bytes up to which the raw input stands in its document; longer ones are files."""


class InputStore:
    """The collection `inputs`. Nothing is ever removed from it here."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._db = mongo.database

    async def prepare(self) -> None:
        """Makes the collection and indexes."""
        await self._mongo.ensure_collections(["inputs"])
        await self._db.inputs.create_index([("state", ASCENDING), ("due_at", ASCENDING)])
        await self._db.inputs.create_index([("channel", ASCENDING), ("state", ASCENDING)])
        await self._db.inputs.create_index("message_id", sparse=True)
        await self._db.inputs.create_index("key")

    async def add(self, received: Received, *, due_at: datetime) -> bool:
        """Stores the raw input; False when it is there already. Due again at `due_at`, if it is still pending."""
        return bool(await self.add_all([received], due_at=due_at))

    async def add_all(self, received: Sequence[Received], *, due_at: datetime) -> frozenset[str]:
        """Stores raw inputs in one step; the ids of those that were not there. One that is given twice is one."""
        wanted = {one.input: one for one in received}
        known = self._db.inputs.find({"_id": {"$in": list(wanted)}}, {"_id": 1})
        for document in await known.to_list(None):
            del wanted[document["_id"]]
        if not wanted:
            return frozenset()
        for one in wanted.values():
            if len(one.body) > INLINE_BODY:
                await self._mongo.put_file(_file_of(one), one.body, name="raw", metadata={"kind": "input"})
        try:
            await self._db.inputs.insert_many([_document(one, due_at) for one in wanted.values()], ordered=False)
        except BulkWriteError as error:
            return frozenset(wanted) - _stored_meanwhile(error)
        return frozenset(wanted)

    async def waiting(self, input: str) -> Waiting | None:
        """The input, if it is still pending."""
        document = await self._db.inputs.find_one({"_id": input, "state": "pending"})
        return None if document is None else await self._waiting(document)

    async def raw(self, input: str) -> bytes | None:
        """The input as it was received, whatever became of it; None when there is no such input."""
        document = await self._db.inputs.find_one({"_id": input}, {"body": 1, "body_file": 1})
        if document is None:
            return None
        inline = document.get("body")
        if inline is not None:
            return bytes(inline)
        return await self._mongo.get_file(document["body_file"]) if "body_file" in document else None

    async def due(self, now: datetime, *, limit: int) -> list[str]:
        """Pending inputs that nobody seems to be working on, the longest waiting first."""
        found = self._db.inputs.find({"state": "pending", "due_at": {"$lte": now}}, {"_id": 1})
        return [document["_id"] for document in await found.sort("due_at", ASCENDING).limit(limit).to_list(None)]

    async def begin_again(self, input: str, *, now: datetime, due_at: datetime) -> Waiting | None:
        """Takes a due input up, and counts the attempt; None when somebody else was faster."""
        document = await self._db.inputs.find_one_and_update(
            {"_id": input, "state": "pending", "due_at": {"$lte": now}},
            {"$set": {"due_at": due_at}, "$inc": {"attempts": 1}},
            return_document=ReturnDocument.AFTER,
        )
        return None if document is None else await self._waiting(document)

    async def note_failure(self, input: str, *, reason: str, due_at: datetime) -> None:
        """The attempt failed; the input is due again at `due_at`."""
        await self._db.inputs.update_one(
            {"_id": input, "state": "pending"}, {"$set": {"error": reason, "due_at": due_at}}
        )

    async def give_up(self, pending: Pending, *, reason: str, at: datetime) -> bool:
        """The input is dead, visibly and until somebody redrives it."""
        result = await self._db.inputs.update_one(
            {"_id": pending.id, "version": pending.version, "state": "pending"},
            {"$set": {"state": "dead", "reason": reason, "decided_at": at}, "$inc": {"version": 1}},
        )
        return bool(result.modified_count)

    async def redrive(self, input: str, *, at: datetime) -> bool:
        """A dead input is pending again; False when it is not dead."""
        result = await self._db.inputs.update_one(
            {"_id": input, "state": "dead"},
            {
                "$set": {"state": "pending", "due_at": at, "attempts": 0, "redriven_at": at},
                "$inc": {"version": 1},
                "$unset": {"reason": "", "decided_at": "", "error": ""},
            },
        )
        return bool(result.modified_count)

    async def outcome(self, input: str) -> Outcome | None:
        """What became of the input, or None while it is pending or unknown."""
        document = await self._db.inputs.find_one({"_id": input}, {"state": 1, "ticket": 1, "number": 1, "reason": 1})
        if document is None or document["state"] == "pending":
            return None
        return Outcome(document["state"], document.get("ticket"), document.get("number"), document.get("reason"))

    async def ledger(self, *, input: str | None = None, message_id: str | None = None) -> list[dict[str, Any]]:
        """What the ledger knows of an input, or of all with a Message-ID (or another channel's key)."""
        if input is not None:
            asked: list[dict[str, Any]] = [{"_id": input}]
        else:
            bare = (message_id or "").strip().strip("<>")
            asked = [{"message_id": {"$in": [bare, f"<{bare}>"]}}, {"key": bare}]
        found: dict[str, dict[str, Any]] = {}
        for query in asked:
            for document in await self._db.inputs.find(query, {"body": 0}).limit(100).to_list(None):
                found[document["_id"]] = document
        return list(found.values())

    async def ledger_summary(self) -> list[tuple[str, str, int]]:
        """`(channel, state, count)` over all inputs."""
        groups = await self._mongo.aggregate(
            "inputs",
            [
                {"$sort": {"channel": 1, "state": 1}},
                {"$group": {"_id": {"channel": "$channel", "state": "$state"}, "count": {"$sum": 1}}},
            ],
        )
        return sorted((group["_id"]["channel"], group["_id"]["state"], group["count"]) for group in groups)

    async def backlog(self) -> tuple[int, datetime | None]:
        """How many inputs are pending, and since when the one that is due first has waited."""
        count = await self._db.inputs.count_documents({"state": "pending"})
        found = self._db.inputs.find({"state": "pending"}, {"received_at": 1}).sort("due_at", ASCENDING).limit(1)
        first = await found.to_list(None)
        return count, first[0]["received_at"] if first else None

    async def _waiting(self, document: Mapping[str, Any]) -> Waiting:
        body = document.get("body")
        if body is None and "body_file" in document:
            body = await self._mongo.get_file(document["body_file"])
        received = Received(
            channel=document["channel"],
            account=document["account"],
            key=document["key"],
            body=bytes(body or b""),
            content_type=document["content_type"],
            received_at=document["received_at"],
            envelope=document["envelope"],
        )
        pending = Pending(document["_id"], document["version"])
        return Waiting(received, pending, document["attempts"], is_gone=body is None)


def _document(received: Received, due_at: datetime) -> dict[str, Any]:
    document: dict[str, Any] = {
        "_id": received.input,
        "version": 1,
        "channel": received.channel,
        "account": received.account,
        "key": received.key,
        "content_type": received.content_type,
        "size": len(received.body),
        "received_at": received.received_at,
        "envelope": storable(dict(received.envelope)),
        "state": "pending",
        "attempts": 1,
        "due_at": due_at,
    }
    if document["envelope"].get("message_id"):
        document["message_id"] = document["envelope"]["message_id"]
    if len(received.body) <= INLINE_BODY:
        document["body"] = received.body
    else:
        document["body_file"] = _file_of(received)
    return document


def _file_of(received: Received) -> str:
    return f"input-{received.input}"


def _stored_meanwhile(error: BulkWriteError) -> frozenset[str]:
    """The inputs that somebody else stored at the same time; any other failure is raised."""
    failures = error.details.get("writeErrors", [])
    if error.details.get("writeConcernErrors") or any(one.get("code") != DUPLICATE_KEY for one in failures):
        raise error
    return frozenset(str(one["op"]["_id"]) for one in failures)
