"""Keeps what rules and model saw when a ticket was opened: for dry runs of changed rules, and to learn from."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.routing.classification.facts import Facts
from services.routing.retention import keep_for
from shared.change import Delete, Insert
from shared.mongo import DESCENDING, Mongo

OPENINGS = "openings"
KEPT_CHARACTERS = 4_000
"""How much of a text is kept: what a ticket is about stands at its beginning."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The facts of one ticket at its opening, and what it is called."""

    ticket: str
    number: str
    at: datetime
    facts: Facts


def kept(opening: Opening) -> Insert:
    """The write that keeps an opening, part of the change that classifies its ticket."""
    facts = opening.facts
    return Insert(
        OPENINGS,
        {
            "_id": opening.ticket,
            "number": opening.number,
            "at": opening.at,
            "channel": facts.channel,
            "mailbox": facts.mailbox,
            "language": facts.language,
            "title": facts.title[:KEPT_CHARACTERS],
            "text": facts.text[:KEPT_CHARACTERS],
            "fields": dict(facts.fields),
            "tier": facts.tier,
            "direction": facts.direction,
            "addresses": list(facts.addresses),
            "attachments": facts.attachments,
            "received_at": facts.at,
        },
    )


def forgotten(ticket: str) -> Delete:
    """The write that removes what a ticket said, when it is redacted."""
    return Delete(OPENINGS, ticket)


class Openings:
    def __init__(self, mongo: Mongo, *, retention: timedelta) -> None:
        self._mongo = mongo
        self._openings = mongo.database[OPENINGS]
        self._retention = retention

    async def prepare(self) -> None:
        """Makes the collection and its indexes; what is older than the retention goes by itself."""
        await self._mongo.ensure_collections([OPENINGS])
        await keep_for(self._openings, self._retention, by="at")

    async def get(self, ticket: str) -> Opening | None:
        found = await self._openings.find_one({"_id": ticket})
        return None if found is None else _read(found)

    async def some(self, tickets: Collection[str]) -> dict[str, Opening]:
        """Those of the tickets whose opening is still kept."""
        found = self._openings.find({"_id": {"$in": list(tickets)}})
        return {document["_id"]: _read(document) async for document in found}

    async def between(self, begin: datetime, end: datetime) -> AsyncIterator[Opening]:
        """The openings of a period, the latest first."""
        found = self._openings.find({"at": {"$gte": begin, "$lt": end}}).sort("at", DESCENDING)
        async for document in found:
            yield _read(document)


def _read(document: Mapping[str, Any]) -> Opening:
    facts = Facts(
        channel=document["channel"],
        mailbox=document["mailbox"],
        language=document["language"],
        title=document["title"],
        text=document["text"],
        fields=document["fields"],
        tier=document["tier"],
        direction=document.get("direction", "inbound"),
        addresses=tuple(document.get("addresses", ())),
        attachments=document.get("attachments", 0),
        at=document.get("received_at") or document["at"],
    )
    return Opening(ticket=document["_id"], number=document["number"], at=document["at"], facts=facts)
