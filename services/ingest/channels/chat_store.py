"""What a chat asks the database: which ticket a session has, and what agents answered there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.ingest.conversation.threading import Origin, conversation_thread
from shared.mongo import ASCENDING, DESCENDING, Mongo

CHANNEL = "chat"
HISTORY = 100
"""Messages that a visitor who comes back is shown."""


@dataclass(frozen=True, slots=True)
class Conversed:
    """The ticket that a session is about now."""

    ticket: str
    number: str
    status: str = "new"


@dataclass(frozen=True, slots=True)
class Reply:
    """An agent's public answer; `version` puts the facts of a ticket in order."""

    ticket: str
    version: int
    id: str
    agent: str | None
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message of the conversation, of the visitor or of an agent, as the visitor may see it."""

    reply: Reply
    by_visitor: bool


def thread_of(account: str, session: str) -> str:
    """The id under which threading keeps the ticket of a session."""
    return conversation_thread(Origin(CHANNEL, account), session)


class ChatStore:
    """Reads threads, tickets and messages. Both questions are put for many sessions at once."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._db = mongo.database

    async def prepare(self) -> None:
        """Makes the index by which new answers are found."""
        await self._mongo.ensure_collections(["messages"])
        keys = [("ticket", ASCENDING), ("author", ASCENDING), ("visibility", ASCENDING), ("ticketversion", ASCENDING)]
        await self._db.messages.create_index(keys)

    async def tickets(self, threads: Sequence[str]) -> dict[str, Conversed]:
        """The tickets by thread, of those threads that have one."""
        found = await self._db.threads.find({"_id": {"$in": list(threads)}}, {"ticket": 1}).to_list(None)
        by_thread = {document["_id"]: document["ticket"] for document in found}
        ids = sorted(set(by_thread.values()))
        numbers = (
            await self._db.tickets.find({"_id": {"$in": ids}}, {"number": 1, "status": 1}).to_list(None) if ids else []
        )
        known = {one["_id"]: Conversed(one["_id"], one["number"], one["status"]) for one in numbers}
        return {thread: known[ticket] for thread, ticket in by_thread.items() if ticket in known}

    async def history(self, ticket: str) -> list[Spoken]:
        """The newest public messages of the ticket, in order; what strangers added is left out."""
        public = {"ticket": ticket, "visibility": "public", "author": {"$in": ["agent", "customer"]}}
        newest = self._db.messages.find(public).sort("received_at", DESCENDING).limit(HISTORY)
        found = sorted(await newest.to_list(None), key=lambda one: one["ticketversion"])
        return [
            Spoken(_reply(one), one["author"] == "customer")
            for one in found
            if not (one.get("unverified_sender") or one.get("deleted_at"))
        ]

    async def replies(self, after: Mapping[str, int]) -> list[Reply]:
        """Agents' public messages by ticket, later than the version given for it, in order."""
        if not after:
            return []
        later = [
            {"ticket": ticket, "author": "agent", "visibility": "public", "ticketversion": {"$gt": version}}
            for ticket, version in after.items()
        ]
        found = await self._db.messages.find({"$or": later}).sort("ticketversion", ASCENDING).to_list(None)
        return [_reply(document) for document in found]


def _reply(document: Mapping[str, Any]) -> Reply:
    return Reply(
        ticket=document["ticket"],
        version=document["ticketversion"],
        id=document["_id"],
        agent=document.get("agent"),
        text=document["text"],
        sent_at=document["sent_at"],
    )
