"""What ingest asks its database about tickets, messages, threads and files, with the indexes that answer it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.ingest.threading import Known, Thread
from services.ingest.tickets import Ticket
from shared.mongo import ASCENDING, Mongo, ReturnDocument

COLLECTIONS = ("tickets", "messages", "timeline", "threads", "counters")
MAX_CHAIN = 5
_DECISIVE = ("version", "ticketversion", "number", "status", "channel", "mailbox", "last_channel", "participants")


class Store:
    """Tickets, messages, timeline, threads, the sequence of numbers, and files."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._db = mongo.database

    async def prepare(self) -> None:
        """Makes the collections and indexes."""
        await self._mongo.ensure_collections(COLLECTIONS)
        await self._db.tickets.create_index("number", unique=True)
        await self._db.messages.create_index([("ticket", ASCENDING), ("received_at", ASCENDING)])
        await self._db.messages.create_index("attachments.id", sparse=True)
        await self._db.timeline.create_index([("ticket", ASCENDING), ("at", ASCENDING)])

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
