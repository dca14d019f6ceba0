"""Everything that ingest asks its database, with the indexes that answer it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.ingest.inputs import Outcome, Pending, Received, Waiting
from services.ingest.normalised import storable
from services.ingest.threading import Known, Thread
from services.ingest.tickets import Ticket
from shared.errors import Transient
from shared.mongo import ASCENDING, DuplicateKeyError, Mongo, ReturnDocument

COLLECTIONS = ("inputs", "tickets", "messages", "timeline", "threads", "counters")
INLINE_BODY = 256 * 1024
"""Bytes up to which the raw input stands in its document; longer ones are files."""
MAX_CHAIN = 5
_DECISIVE = ("version", "ticketversion", "number", "status", "channel", "mailbox", "last_channel", "participants")


class Store:
    """The collections of ingest: inputs, tickets, messages, timeline, threads, counters, and files."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._db = mongo.database

    async def prepare(self) -> None:
        """Makes the collections and indexes."""
        await self._mongo.ensure_collections(COLLECTIONS)
        await self._db.inputs.create_index([("state", ASCENDING), ("due_at", ASCENDING)])
        await self._db.inputs.create_index([("channel", ASCENDING), ("state", ASCENDING)])
        await self._db.inputs.create_index("message_id", sparse=True)
        # await self._db.inputs.create_index("key")
        await self._db.tickets.create_index("number", unique=True)
        await self._db.messages.create_index([("ticket", ASCENDING), ("received_at", ASCENDING)])
        await self._db.messages.create_index("attachments.id", sparse=True)
        await self._db.timeline.create_index([("ticket", ASCENDING), ("at", ASCENDING)])

    # --- inputs

    async def add_input(self, received: Received, *, due_at: datetime) -> bool:
        """Stores the raw input; False when it is there already. Due again at `due_at`, if it is still pending."""
        if await self._db.inputs.find_one({"_id": received.input}, {"_id": 1}) is not None:
            return False
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
            document["body_file"] = f"input-{received.input}"
            await self._mongo.put_file(document["body_file"], received.body, name="raw", metadata={"kind": "input"})
        try:
            await self._db.inputs.insert_one(document)
        except DuplicateKeyError:
            return False
        return True

    async def waiting(self, input: str) -> Waiting | None:
        """The input, if it is still pending."""
        document = await self._db.inputs.find_one({"_id": input, "state": "pending"})
        return None if document is None else await self._waiting(document)

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

    # --- tickets

    async def known(self, *, threads: Sequence[str], tickets: Iterable[str], numbers: Sequence[str]) -> Known:
        """What these names lead to, and the tickets that continue closed ones."""
        found = {}
        if threads:
            for document in await self._db.threads.find({"_id": {"$in": list(threads)}}).to_list(None):
                found[document["_id"]] = Thread(
                    document["_id"], document["version"], document["ticket"], document["seen"]
                )
        wanted = {*tickets, *(thread.ticket for thread in found.values())}
        by_id = await self._tickets({"_id": {"$in": sorted(wanted)}}) if wanted else {}
        by_number = await self._tickets({"number": {"$in": list(numbers)}}) if numbers else {}
        by_id |= by_number
        for _ in range(MAX_CHAIN):
            missing = {one.continued_by for one in by_id.values() if one.continued_by} - set(by_id)
            if not missing:
                break
            by_id |= await self._tickets({"_id": {"$in": sorted(missing)}})
        return Known(threads=found, tickets=by_id, numbers={ticket.number: ticket for ticket in by_number.values()})

    async def ticket(self, ticket: str) -> Ticket | None:
        return (await self._tickets({"_id": ticket})).get(ticket)

    async def conversation(
        self, *, ticket: str | None = None, number: str | None = None
    ) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]] | None:
        """The ticket's document with its messages and its timeline, both in order, or None."""
        query = {"_id": ticket} if ticket is not None else {"number": number}
        found = await self._db.tickets.find_one(query)
        if found is None:
            return None
        about = {"ticket": found["_id"]}
        messages = await self._db.messages.find(about).sort("received_at", ASCENDING).to_list(None)
        timeline = await self._db.timeline.find(about).sort("at", ASCENDING).to_list(None)
        messages.sort(key=lambda one: one["ticketversion"])
        return found, messages, timeline

    async def take_numbers(self, count: int, *, first: int) -> int:
        """Takes `count` numbers of the sequence for good; the first of them. Outside any transaction."""
        document = await self._db.counters.find_one_and_update(
            {"_id": "ticket_number"},
            {"$inc": {"taken": count}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return first + int(document["taken"]) - count

    # --- files

    async def put_attachment(self, sha256: str, content: bytes, *, name: str, content_type: str) -> None:
        """Keeps a file under the SHA-256 of its bytes."""
        await self._mongo.put_file(sha256, content, name=name, metadata={"kind": "attachment", "type": content_type})

    async def attachment(self, sha256: str) -> tuple[Mapping[str, Any], bytes] | None:
        """A file that came with a message, and how the message described it."""
        message = await self._db.messages.find_one({"attachments.id": sha256}, {"attachments": 1})
        if message is None:
            return None
        described = next(one for one in message["attachments"] if one["id"] == sha256)
        content = await self._mongo.get_file(sha256)
        return None if content is None else (described, content)

    # --- parts of the above

    async def _tickets(self, query: Mapping[str, Any]) -> dict[str, Ticket]:
        fields = dict.fromkeys((*_DECISIVE, "continued_by"), 1)
        documents = await self._db.tickets.find(query, fields).to_list(None)
        return {document["_id"]: Ticket.of(document) for document in documents}

    async def _waiting(self, document: Mapping[str, Any]) -> Waiting:
        body = document.get("body")
        if body is None:
            body = await self._mongo.get_file(document["body_file"])
            if body is None:
                raise Transient(f"the raw body of input {document['_id']} is not there")
        received = Received(
            channel=document["channel"],
            account=document["account"],
            key=document["key"],
            body=bytes(body),
            content_type=document["content_type"],
            received_at=document["received_at"],
            envelope=document["envelope"],
        )
        return Waiting(received, Pending(document["_id"], document["version"]), document["attempts"])
