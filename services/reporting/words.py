"""What an event says, in words: one line of a ticket's timeline."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from shared.envelope import Event, Frozen
from shared.events import (
    MessageSuppressed,
    NotificationFailed,
    NotificationSent,
    NotificationSuppressed,
    SlaBreached,
    SlaChanged,
    SlaWarned,
    TicketAssigned,
    TicketAssignedData,
    TicketClassified,
    TicketClassifiedData,
    TicketEscalated,
    TicketMessageAdded,
    TicketOpened,
    TicketStatusChanged,
)


class Line(Frozen):
    """One event. `text` is the message that came with it, when there is one."""

    event: str
    type: str
    at: datetime
    source: str
    actor: str
    machine: bool
    what: str
    text: str | None = None


def line(event: Event) -> Line:
    return Line(
        event=event.id,
        type=event.type,
        at=event.time,
        source=event.source,
        actor=event.actor,
        machine=event.machine,
        what=SAYING[type(event)](event),
        text=event.data.message.text if isinstance(event, TicketOpened | TicketMessageAdded) else None,
    )


def _opened(event: TicketOpened) -> str:
    return f"Ticket {event.data.number} was opened over {event.data.channel}: {event.data.title}"


def _message(event: TicketMessageAdded) -> str:
    message = event.data.message
    if message.visibility == "internal":
        return f"{message.agent or 'Somebody'} wrote an internal note"
    if message.author == "agent":
        return f"{message.agent or 'An agent'} answered over {message.channel}"
    return f"The {message.author} wrote over {message.channel}"


def _status(event: TicketStatusChanged) -> str:
    return f"Status changed from {event.data.previous} to {event.data.status}: {event.data.reason}"


def _suppressed_message(event: MessageSuppressed) -> str:
    return f"A message over {event.data.channel} was suppressed: {event.data.reason}"


def _classified(event: TicketClassified) -> str:
    told = event.data
    return f"Classified as {told.category}, {told.priority}, for team {told.team} by {told.by}: {_because(told)}"


def _assigned(event: TicketAssigned) -> str:
    told = event.data
    if told.agent is None:
        return f"Waits in the queue of team {told.team}: {_because(told)}"
    return f"Assigned to {told.agent} of team {told.team} by {told.by}: {_because(told)}"


def _clock(event: SlaChanged) -> str:
    told = event.data
    due = f", due {told.due_at.isoformat(timespec='minutes')}" if told.due_at else ""
    return f"Clock {_name(told)} {told.change} under policy {told.policy}{due}: {told.because}"


def _warned(event: SlaWarned) -> str:
    return f"Clock {_name(event.data)} has used {event.data.percent} % of its time"


def _breached(event: SlaBreached) -> str:
    return f"Clock {_name(event.data)} was breached; it was due {event.data.due_at.isoformat(timespec='minutes')}"


def _escalated(event: TicketEscalated) -> str:
    told = event.data
    return f"Escalated to level {told.level} for clock {_name(told)}: {told.because}"


def _sent(event: NotificationSent) -> str:
    told = event.data
    return f"Sent {told.kind} to {told.audience} by {told.channel}"


def _failed(event: NotificationFailed) -> str:
    told = event.data
    return f"Could not send {told.kind} to {told.audience} by {told.channel} in {told.attempts} attempts: {told.error}"


def _not_sent(event: NotificationSuppressed) -> str:
    told = event.data
    return f"Did not send {told.kind} to {told.audience}: {told.reason}"


def _because(told: TicketClassifiedData | TicketAssignedData) -> str:
    return "; ".join(reason.because for reason in told.reasons) or "no reason was given"


def _name(told: Any) -> str:
    name = told.clock.replace("_", " ")
    return name if told.cycle == 1 else f"{name} (cycle {told.cycle})"


SAYING: dict[type[Event], Callable[[Any], str]] = {
    TicketOpened: _opened,
    TicketMessageAdded: _message,
    TicketStatusChanged: _status,
    MessageSuppressed: _suppressed_message,
    TicketClassified: _classified,
    TicketAssigned: _assigned,
    SlaChanged: _clock,
    SlaWarned: _warned,
    SlaBreached: _breached,
    TicketEscalated: _escalated,
    NotificationSent: _sent,
    NotificationFailed: _failed,
    NotificationSuppressed: _not_sent,
}
