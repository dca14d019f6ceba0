"""What a redaction asks the database: what is to be removed, and which files nobody refers to any more."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.ingest.redaction.rules import Found, Origin
from services.ingest.tickets.ticket import Ticket
from shared.mongo import ASCENDING, Mongo


class RedactionStore:
    """Reads everything about a ticket, and keeps the list of files that are to be erased."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._db = mongo.database

    async def prepare(self) -> None:
        """Makes the collection and indexes."""
        await self._mongo.ensure_collections(["erasures", "inputs", "messages", "threads"])
        await self._db.inputs.create_index("ticket", sparse=True)
        await self._db.messages.create_index("input", sparse=True)
        await self._db.threads.create_index("ticket")

    async def found(self, ticket: str, *, messages: Sequence[str], raw: bool) -> Found:
        """Everything of the ticket that a redaction may remove; `messages` are those that were asked for."""
        documents = await self._db.messages.find({"ticket": ticket}).sort("ticketversion", ASCENDING).to_list(None)
        timeline = await self._db.timeline.find({"ticket": ticket}).to_list(None)
        threads = await self._db.threads.find({"ticket": ticket}, {"_id": 1}).to_list(None)
        wanted = [one for one in documents if not messages or one["_id"] in set(messages)]
        inputs = await self._inputs(ticket, wanted, whole=not messages) if raw else []
        worked = await self._db.worklog.find({"ticket": ticket}, {"_id": 1}).to_list(None)
        away = {"moved.ticket": ticket, "ticket": {"$ne": ticket}}
        moved = await self._db.messages.find(away, {"_id": 1}).sort("_id", ASCENDING).to_list(None)
        ids = [[one["_id"] for one in some] for some in (threads, worked, moved)]
        origins = await self._origins(ticket, wanted)
        return Found(documents, inputs, timeline, threads=ids[0], worklog=ids[1], moved=ids[2], origins=origins)

    async def _origins(self, ticket: str, messages: Sequence[dict[str, Any]]) -> list[Origin]:
        came: dict[str, set[str]] = {}
        for one in messages:
            for step in one.get("moved") or ():
                if step["ticket"] != ticket:
                    came.setdefault(step["ticket"], set()).add(one["_id"])
        about = {"$in": sorted(came)}
        tickets = await self._db.tickets.find({"_id": about}).sort("_id", ASCENDING).to_list(None) if came else []
        lines = await self._db.timeline.find({"ticket": about}).to_list(None) if came else []
        return [
            Origin(
                Ticket.of(document),
                frozenset(came[document["_id"]]),
                [line for line in lines if line["ticket"] == document["_id"]],
            )
            for document in tickets
        ]

    async def elsewhere(self, customers: Sequence[str], *, tickets: Sequence[str]) -> dict[str, list[str]]:
        """What these customers wrote in tickets of others: the messages by ticket."""
        query = {"customers": {"$in": list(customers)}, "ticket": {"$nin": list(tickets)}, "author": "customer"}
        found: dict[str, list[str]] = {}
        for one in await self._db.messages.find(query, {"ticket": 1}).sort("_id", ASCENDING).to_list(None):
            found.setdefault(one["ticket"], []).append(one["_id"])
        return found

    async def erasures(self, *, limit: int) -> list[str]:
        """Files that are to be erased, the longest waiting first."""
        found = self._db.erasures.find({}, {"_id": 1}).sort("at", ASCENDING).limit(limit)
        return [document["_id"] for document in await found.to_list(None)]

    async def erase(self, file: str, *, unused_since: datetime) -> bool:
        """Erases a file, unless a message has it (again); False when somebody may be about to use it."""
        used = await self._db.messages.find_one({"attachments.id": file}, {"_id": 1}) is not None
        if not used and not await self._mongo.erase_file(file, unused_since=unused_since):
            return False
        await self._db.erasures.delete_one({"_id": file})
        return True

    async def _inputs(self, ticket: str, messages: Sequence[dict[str, Any]], *, whole: bool) -> list[dict[str, Any]]:
        """The inputs of these messages, and with `whole` all that led to the ticket, each with its hash."""
        query: dict[str, Any] = {"_id": {"$in": [one["input"] for one in messages if one.get("input")]}}
        if whole:
            query = {"$or": [query, {"ticket": ticket, "_id": {"$nin": await self._moved_away(ticket)}}]}
        found: list[dict[str, Any]] = await self._db.inputs.find(query).sort("_id", ASCENDING).to_list(None)
        settled = [one for one in found if one["state"] != "pending"]
        for one in settled:
            body = one.pop("body", None)
            if body is None and one.get("body_file"):
                body = await self._mongo.get_file(one["body_file"])
            one["sha256"] = one.get("sha256") or hashlib.sha256(bytes(body or b"")).hexdigest()
        return settled

    async def _moved_away(self, ticket: str) -> list[str]:
        """Inputs that came to this ticket, but whose message was split off since."""
        came = [one["_id"] for one in await self._db.inputs.find({"ticket": ticket}, {"_id": 1}).to_list(None)]
        query = {"input": {"$in": came}, "ticket": {"$ne": ticket}}
        return [one["input"] for one in await self._db.messages.find(query, {"input": 1}).to_list(None)]
