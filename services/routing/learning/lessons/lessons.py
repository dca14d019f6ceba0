"""What a ticket teaches: who gave it its category at last, what the models had said, and how it ended.

One document per ticket without any of the customer's words; those are in `openings`, until they are redacted.
"""

from datetime import datetime
from typing import Any

from services.routing.learning.answering.heard import Heard
from services.routing.ticket import Ticket
from shared.change import Apply, Write
from shared.commands import TicketClassify
from shared.envelope import Envelope
from shared.events import ModelVerdict, TicketMerged, TicketOpened, TicketUnmerged

LESSONS = "lessons"

LEARNED_FROM = frozenset({"rules", "model"})
"""Whose category can be learned from, beside a person's; the default one says nothing."""


def writes(
    before: Ticket, after: Ticket, *, cause: Envelope, by: str = "", heard: Heard | None = None
) -> tuple[Write, ...]:
    """What a change of a ticket adds to its lesson, to be committed with it; `by` is what gave it its category."""
    if not after.opened:
        return ()
    told: dict[str, Any] = {}
    if not before.opened:
        told |= _begun(after, cause, by, heard)
    if isinstance(cause, TicketClassify) and cause.data.category is not None:
        told |= _labelled(after.category, "person", cause.time) | {"labelled_by": cause.actor}
    elif before.opened and after.category != before.category:
        told |= _labelled(after.category, by if by in LEARNED_FROM else None, cause.time)
    if after.status != before.status or not before.opened:
        told["status"] = after.status
    if not told:
        return ()
    first = {} if "at" in told else {"$setOnInsert": {"at": cause.time}}
    return (Apply(LESSONS, after.id, {"$set": told, **first}),)


def merging(event: TicketMerged | TicketUnmerged) -> Apply:
    """A ticket that was merged into another is no example: what it is about is decided there."""
    which = "merged" if isinstance(event, TicketMerged) else "unmerged"
    told = {"$max": {which: event.ticketversion}, "$setOnInsert": {"at": event.time}}
    return Apply(LESSONS, event.subject, told)


def _begun(after: Ticket, cause: Envelope, by: str, heard: Heard | None) -> dict[str, Any]:
    said = heard or Heard()
    verdicts = [_verdict("active", said.verdict), _verdict("shadow", said.shadow)]
    begun: dict[str, Any] = {
        "at": cause.time,
        "machine": cause.machine if isinstance(cause, TicketOpened) else False,
        "verdicts": [verdict for verdict in verdicts if verdict is not None],
    }
    return begun | _labelled(after.category, by if by in LEARNED_FROM else None, cause.time)


def _labelled(category: str, kind: str | None, at: datetime) -> dict[str, Any]:
    return {"label": category, "label_by": kind, "labelled_at": at}


def _verdict(role: str, verdict: ModelVerdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    said = verdict.model_dump(include={"version", "category", "probability", "decision"})
    return {"role": role, **said}
