"""What the status page asks the database: a ticket with the newest of its messages, promises and ratings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.mongo import DESCENDING, Mongo

NEWEST = 200
"""Messages that the page shows; an older conversation says that there is more."""
TOLD = ("sla.changed.v1", "ticket.rated.v1")


@dataclass(frozen=True, slots=True)
class Conversation:
    """A ticket's document, its newest messages in order, and the lines of its timeline that customers may know."""

    ticket: Mapping[str, Any]
    messages: Sequence[Mapping[str, Any]]
    lines: Sequence[Mapping[str, Any]]


class StatusStore:
    """Reads by index: tickets by id, messages and timeline by ticket and time."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._db = mongo.database

    async def ticket(self, ticket: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = await self._db.tickets.find_one({"_id": ticket})
        return found

    async def conversation(self, ticket: Mapping[str, Any], *, also: Sequence[str] = ()) -> Conversation:
        """The public part only: internal notes do not leave the database. `also` are tickets merged into it."""
        public = {"ticket": {"$in": [ticket["_id"], *also]}, "visibility": "public"}
        newest = self._db.messages.find(public).sort("received_at", DESCENDING).limit(NEWEST + 1)
        messages = sorted(await newest.to_list(None), key=lambda one: (one["received_at"], one["ticketversion"]))
        told = self._db.timeline.find({"ticket": ticket["_id"], "type": {"$in": list(TOLD)}})
        return Conversation(ticket, messages, await told.to_list(None))

    async def file(self, sha256: str) -> bytes | None:
        return await self._mongo.get_file(sha256)
