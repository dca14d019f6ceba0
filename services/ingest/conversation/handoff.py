"""A bot hands a conversation over: what was said before becomes the first messages of the ticket."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.ingest.normalised import Spoken
from services.ingest.tickets.messages import Arrived, stored
from shared.change import Apply
from shared.commands import TranscriptLine
from shared.events import Message
from shared.ids import derived_id


def first_contact(lines: Sequence[Spoken]) -> datetime | None:
    """When the customer first wrote to the bot."""
    return min((line.sent_at for line in lines if line.author == "customer"), default=None)


def told(lines: Sequence[TranscriptLine]) -> dict[str, Any]:
    """What the ticket's fields say of the hand-over, for rules and reports."""
    asked = [line for line in lines if line.author == "customer"]
    return {"handoff": {"by": "bot", "lines": len(lines), "by_customer": len(asked)}} if lines else {}


def transcript(arrived: Arrived, *, ticket: str, customer: str | None = None) -> tuple[Apply, ...]:
    """The lines as messages before the one that handed over; a line that is there already is not added again.

    Nobody is told of them one by one: the bot has dealt with them. The events of the hand-over say
    when the first contact was, and the conversation shows the whole.
    """
    return tuple(_kept(line, arrived, ticket=ticket, customer=customer) for line in arrived.message.handed_over)


def _kept(line: Spoken, arrived: Arrived, *, ticket: str, customer: str | None) -> Apply:
    by_customer = line.author == "customer"
    message = Message(
        id=derived_id("message", "transcript", ticket, line.author, line.sent_at.isoformat(), line.text),
        author="customer" if by_customer else "system",
        sender=arrived.message.sender if by_customer else None,
        channel=arrived.origin.channel,
        text=line.text,
        sent_at=min(line.sent_at, arrived.received_at),
        received_at=arrived.received_at,
    )
    document = {**stored(message, ticket=ticket, ticketversion=0, arrived=arrived, customer=customer)}
    document |= {"prior_text": "", "html": None, "transcript": True}
    return Apply("messages", str(document.pop("_id")), {"$setOnInsert": document})
