"""What is kept of a ticket's opening: what rules and model saw, for dry runs of changed rules and to learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.routing.classification.facts import Facts
from shared.change import Delete, Insert

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


def read(document: Mapping[str, Any]) -> Opening:
    """The opening of a stored document; older ones lack what rules could not look at then."""
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
