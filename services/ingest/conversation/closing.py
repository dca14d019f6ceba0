"""A resolved ticket closes by itself when the customer has been silent for long enough."""

from datetime import datetime, timedelta

from services.ingest.conversation.lifecycle import Step
from services.ingest.tickets import facts
from services.ingest.tickets.ticket import Ticket
from shared.change import NOTHING, Change
from shared.envelope import Envelope


def close(ticket: Ticket, *, cause: Envelope, resolved_at: datetime, grace: timedelta, at: datetime) -> Change:
    """Nothing, when the ticket was opened again or resolved anew meanwhile."""
    is_due = ticket.status == "resolved" and ticket.resolved_at == resolved_at and resolved_at + grace <= at
    if not is_due:
        return NOTHING
    step = Step("closed", f"resolved {_spoken(grace)} ago, and nobody wrote since")
    events = facts.stepped(ticket, step, 1, cause=cause, at=at, actor="system")
    return Change(writes=facts.written(ticket, events, step, {"updated_at": at}), events=tuple(events))


def _spoken(grace: timedelta) -> str:
    hours = grace.total_seconds() / 3600
    return f"{hours / 24:g} days" if hours >= 48 else f"{hours:g} hours"
