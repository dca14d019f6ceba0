"""What an event says, in words: one line of a ticket's timeline."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from shared.envelope import Event, Frozen
from shared.events import (
    AgentChanged,
    AgentInstructed,
    BreakerChanged,
    CallIdentified,
    CustomerChanged,
    CustomerMergeSuggested,
    DeliveryBounced,
    MessageDeleted,
    MessageEdited,
    MessageQuarantined,
    MessageSuppressed,
    NotificationFailed,
    NotificationSent,
    NotificationSuppressed,
    SlaBreached,
    SlaChanged,
    SlaWarned,
    TicketAssigned,
    TicketAssignedData,
    TicketChanged,
    TicketClassified,
    TicketClassifiedData,
    TicketEscalated,
    TicketMerged,
    TicketMessageAdded,
    TicketOffered,
    TicketOpened,
    TicketRated,
    TicketRedacted,
    TicketSnoozed,
    TicketSplit,
    TicketStatusChanged,
    TicketThanked,
    TicketTimeLogged,
    TicketUnmerged,
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


def _merged(event: TicketMerged) -> str:
    return f"Merged into {event.data.into_number}: {event.data.reason}"


def _unmerged(event: TicketUnmerged) -> str:
    return f"Is {event.data.number} on its own again: {event.data.reason}"


def _split(event: TicketSplit) -> str:
    count = len(event.data.messages)
    return f"{count} message{'' if count == 1 else 's'} went over to {event.data.into_number}: {event.data.reason}"


def _snoozed(event: TicketSnoozed) -> str:
    if event.data.until is None:
        return f"Woke: {event.data.reason}"
    return f"Put off until {event.data.until.isoformat(timespec='minutes')}: {event.data.reason}"


def _time_logged(event: TicketTimeLogged) -> str:
    return f"{event.data.agent} logged {event.data.seconds} s of {event.data.kind}"


def _rated(event: TicketRated) -> str:
    return f"The customer rated resolution {event.data.cycle} with {event.data.score} of 5"


def _thanked(event: TicketThanked) -> str:
    return f"The customer said thanks: {event.data.because}"


def _changed(event: TicketChanged) -> str:
    changed = [*(["title"] if event.data.title is not None else []), *sorted(event.data.fields)]
    return f"Changed {', '.join(changed) or 'nothing'}: {event.data.reason}"


def _redacted(event: TicketRedacted) -> str:
    return f"Personal data was removed ({', '.join(event.data.what)}): {event.data.reason}"


def _edited(event: MessageEdited) -> str:
    return f"The customer edited message {event.data.message}"


def _deleted(event: MessageDeleted) -> str:
    return f"The customer deleted message {event.data.message} where it was written"


def _quarantined(event: MessageQuarantined) -> str:
    return f"A message over {event.data.channel} was {event.data.state} as possible spam: {event.data.reason}"


def _bounced(event: DeliveryBounced) -> str:
    status = f" ({event.data.status})" if event.data.status else ""
    return f"A mail server reported a mail of ours as {event.data.action}{status}"


def _breaker(event: BreakerChanged) -> str:
    done = "stopped" if event.data.state == "open" else "allowed again"
    return f"Automatic answers to one {event.data.scope} were {done}: {event.data.because}"


def _call(event: CallIdentified) -> str:
    return f"Call {event.data.state} on {event.data.called}"


def _instructed(event: AgentInstructed) -> str:
    told = event.data
    wrong = f"; not carried out: {'; '.join(told.mistakes)}" if told.mistakes else ""
    return f"{told.agent} instructed by mail: {', '.join(told.understood) or 'nothing'}{wrong}"


def _customer(event: CustomerChanged) -> str:
    return f"Customer changed: {event.data.reason}"


def _merge_suggested(event: CustomerMergeSuggested) -> str:
    return f"Two customers may be one: {event.data.because}"


def _classified(event: TicketClassified) -> str:
    told = event.data
    return f"Classified as {told.category}, {told.priority}, for team {told.team} by {told.by}: {_because(told)}"


def _assigned(event: TicketAssigned) -> str:
    told = event.data
    if told.agent is None:
        return f"Waits in the queue of team {told.team}: {_because(told)}"
    return f"Assigned to {told.agent} of team {told.team} by {told.by}: {_because(told)}"


def _offered(event: TicketOffered) -> str:
    told = event.data
    to = "to" if told.state == "offered" else "by" if told.state in ("accepted", "declined") else "of"
    return f"Offer {told.state} {to} {told.agent} of team {told.team}: {told.because}"


def _came_or_went(event: AgentChanged) -> str:
    return f"Agent {event.data.agent} is {event.data.state.replace('_', ' ')}: {event.data.because}"


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
    TicketMerged: _merged,
    TicketUnmerged: _unmerged,
    TicketSplit: _split,
    TicketSnoozed: _snoozed,
    TicketTimeLogged: _time_logged,
    TicketRated: _rated,
    TicketThanked: _thanked,
    TicketChanged: _changed,
    TicketRedacted: _redacted,
    MessageEdited: _edited,
    MessageDeleted: _deleted,
    MessageQuarantined: _quarantined,
    DeliveryBounced: _bounced,
    BreakerChanged: _breaker,
    CallIdentified: _call,
    AgentInstructed: _instructed,
    CustomerChanged: _customer,
    CustomerMergeSuggested: _merge_suggested,
    TicketClassified: _classified,
    TicketAssigned: _assigned,
    TicketOffered: _offered,
    AgentChanged: _came_or_went,
    SlaChanged: _clock,
    SlaWarned: _warned,
    SlaBreached: _breached,
    TicketEscalated: _escalated,
    NotificationSent: _sent,
    NotificationFailed: _failed,
    NotificationSuppressed: _not_sent,
}
