"""What ingest asks its database about tickets, messages, threads and files, with the indexes that answer it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.ingest.conversation.order import in_order
from services.ingest.conversation.threading import Known, Thread
from services.ingest.normalised import File
from services.ingest.scanning.store import ScanStore
from services.ingest.tickets.messages import attached
from services.ingest.tickets.ticket import Ticket
from shared.mongo import ASCENDING, Mongo, ReturnDocument

COLLECTIONS = ("tickets", "messages", "timeline", "threads", "counters")
MAX_CHAIN = 50
"""Merges and linked tickets that are followed, one after the other."""
_DECISIVE = (
    "version",
    "ticketversion",
    "number",
    "status",
    "channel",
    "mailbox",
    "last_channel",
    "participants",
    "continued_by",
    "title",
    "requester",
    "language",
    "customer",
    "direction",
    "fields",
    "phase",
    "resolved_at",
    "resolutions",
    "snoozed_until",
    "merged_into",
    "restored",
    "split_path",
    "guests",
    "parent",
    "children",
    "ratings",
    "ways",
)


OPEN = ("new", "open", "pending_customer", "on_hold")


class Store:
    """Tickets, messages, timeline, threads, the sequence of numbers, and files."""

    def __init__(self, mongo: Mongo, *, scans: ScanStore) -> None:
        self._mongo = mongo
        self._scans = scans
        self._db = mongo.database

    async def prepare(self) -> None:
        """Makes the collections and indexes."""
        await self._mongo.ensure_collections(COLLECTIONS)
        await self._db.tickets.create_index("number", unique=True)
        await self._db.messages.create_index([("ticket", ASCENDING), ("received_at", ASCENDING)])
        await self._db.messages.create_index("attachments.id", sparse=True)
        await self._db.messages.create_index("moved.ticket", sparse=True)
        await self._db.tickets.create_index("parent", partialFilterExpression={"parent": {"$gt": ""}})
        await self._db.timeline.create_index([("ticket", ASCENDING), ("at", ASCENDING)])

    async def known(self, *, threads: Sequence[str], tickets: Iterable[str], numbers: Sequence[str]) -> Known:
        """What these names lead to, and the tickets in which those go on."""
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
            following = (next for one in by_id.values() for next in (one.continued_by, one.merged_into))
            missing = {ticket for ticket in following if ticket is not None} - set(by_id)
            if not missing:
                break
            by_id |= await self._tickets({"_id": {"$in": sorted(missing)}})
        return Known(threads=found, tickets=by_id, numbers={ticket.number: ticket for ticket in by_number.values()})

    async def ticket(self, ticket: str) -> Ticket | None:
        """The ticket, with the numbers of the open parts that hold it up."""
        found = (await self._tickets({"_id": ticket})).get(ticket)
        if found is None or not found.children:
            return found
        parts = await self.parts(ticket)
        open_ones = [one["number"] for one in parts if one["blocks_parent"] and one["status"] in OPEN]
        return replace(found, blocking=tuple(open_ones))

    async def leading_from(self, *tickets: str) -> Mapping[str, Ticket]:
        """The tickets with those in which they go on."""
        return (await self.known(threads=(), tickets=tickets, numbers=())).tickets

    async def parts(self, ticket: str) -> list[dict[str, Any]]:
        """The tickets that are parts of this one, the oldest first."""
        shown = {"number": 1, "status": 1, "title": 1, "blocks_parent": 1}
        found = self._db.tickets.find({"parent": ticket}, shown).sort("_id", ASCENDING)
        return [{"blocks_parent": False, **document} for document in await found.to_list(None)]

    async def conversation(
        self, *, ticket: str | None = None, number: str | None = None
    ) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]] | None:
        """The ticket's document with its messages and its timeline, both in order, or None."""
        query = {"_id": ticket} if ticket is not None else {"number": number}
        found = await self._db.tickets.find_one(query)
        if found is None:
            return None
        about = {"ticket": found["_id"]}
        messages = in_order(await self.messages_of(found["_id"], *found.get("guests") or ()))
        timeline = await self._db.timeline.find(about).sort("at", ASCENDING).to_list(None)
        if found.get("children"):
            found["parts"] = [{"id": one.pop("_id"), **one} for one in await self.parts(found["_id"])]
        return found, [dict(one) for one in messages], timeline

    async def messages_of(self, *tickets: str) -> list[dict[str, Any]]:
        """The messages of these tickets, and those that were split off, which say where they are now."""
        whole = await self._db.messages.find({"ticket": {"$in": list(tickets)}}).to_list(None)
        seen = {one["_id"] for one in whole}
        moved = await self._db.messages.find({"moved.ticket": {"$in": list(tickets)}}).to_list(None)
        return [*whole, *({**one, "moved_to": one["ticket"]} for one in moved if one["_id"] not in seen)]

    async def internal_notes(self, ticket: str) -> list[str]:
        """The texts of a ticket's internal notes."""
        found = self._db.messages.find({"ticket": ticket, "visibility": "internal"}, {"text": 1})
        return [str(document["text"]) for document in await found.to_list(None)]

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

    async def keep(self, files: Iterable[File]) -> None:
        """Keeps files under the SHA-256 of their bytes, as messages refer to them."""
        for file in files:
            reference = attached(file)
            await self.put_attachment(reference.id, file.content, name=file.name, content_type=file.content_type)

    async def put_attachment(self, sha256: str, content: bytes, *, name: str, content_type: str) -> None:
        """Keeps a file under the SHA-256 of its bytes."""
        await self._scans.expect(sha256, at=datetime.now(UTC))
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
        fields = dict.fromkeys(_DECISIVE, 1)
        documents = await self._db.tickets.find(query, fields).to_list(None)
        return {document["_id"]: Ticket.of(document) for document in documents}
