"""The facts about a ticket: its events in their order, and the lines that they leave in its timeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.ingest.conversation.lifecycle import Step
from services.ingest.tickets.ticket import Ticket
from shared.change import Insert, Update, Write
from shared.envelope import Envelope, Event
from shared.events import (
    Message,
    TicketMessageAdded,
    TicketMessageAddedData,
    TicketSnoozed,
    TicketSnoozedData,
    TicketStatusChanged,
    TicketStatusChangedData,
)


def added(
    ticket: Ticket, message: Message, step: Step | None, *, cause: Envelope, at: datetime, actor: str, machine: bool
) -> list[Event]:
    added = TicketMessageAdded.following(
        cause,
        "message",
        time=at,
        subject=ticket.id,
        ticketversion=ticket.ticketversion + 1,
        data=TicketMessageAddedData(message=message),
        actor=actor,
        machine=machine,
    )
    if step is None:
        return [added]
    return [added, *stepped(ticket, step, 2, cause=cause, at=at, actor=actor, machine=machine)]


def stepped(
    ticket: Ticket, step: Step, place: int, *, cause: Envelope, at: datetime, actor: str, machine: bool = False
) -> list[Event]:
    """The change of status, and the end of the snooze when the ticket was put off."""
    changed = status_changed(ticket, step, place, cause=cause, at=at, actor=actor, machine=machine)
    if ticket.snoozed_until is None:
        return [changed]
    data = TicketSnoozedData(until=None, reason=step.reason)
    woken = fact(TicketSnoozed, ticket, place + 1, data, cause=cause, at=at, actor=actor, machine=machine)
    return [changed, woken]


def fact(
    kind: type[Event],
    ticket: Ticket,
    place: int,
    data: Any,
    *,
    cause: Envelope,
    at: datetime,
    actor: str,
    machine: bool = False,
) -> Event:
    """The fact in the `place` after those that were stated about the ticket so far."""
    version = ticket.ticketversion + place
    return kind.following(
        cause, place, time=at, subject=ticket.id, ticketversion=version, data=data, actor=actor, machine=machine
    )


def status_changed(
    ticket: Ticket, step: Step, place: int, *, cause: Envelope, at: datetime, actor: str, machine: bool
) -> TicketStatusChanged:
    return TicketStatusChanged.following(
        cause,
        "status",
        time=at,
        subject=ticket.id,
        ticketversion=ticket.ticketversion + place,
        data=TicketStatusChangedData(status=step.status, previous=ticket.status, reason=step.reason, phase=step.phase),
        actor=actor,
        machine=machine,
    )


def advanced(ticket: Ticket, events: Sequence[Event], step: Step | None, state: Mapping[str, Any]) -> Update:
    """The ticket after these facts. `state` says what else is set, and wins."""
    changed = state_after(ticket, step, at=events[-1].time) if step else {}
    counted = {"ticketversion": ticket.ticketversion + len(events)}
    return Update("tickets", ticket.id, ticket.version, {**changed, **counted, **state})


def written(ticket: Ticket, events: Sequence[Event], step: Step | None, state: Mapping[str, Any]) -> tuple[Write, ...]:
    """The ticket after these facts, with their lines in its timeline."""
    return (advanced(ticket, events, step, state), *(noted(event, {}) for event in events))


def state_after(ticket: Ticket, step: Step, *, at: datetime) -> dict[str, Any]:
    """What a change of status sets. Closing what was not resolved before counts as its resolution."""
    done = ("resolved", "closed")
    resolves = step.status in done and ticket.status not in done
    return {
        "status": step.status,
        "phase": step.phase,
        "snoozed_until": None,
        "resolved_at": (ticket.resolved_at or at) if step.status == "resolved" else None,
        "resolutions": ticket.resolutions + resolves,
    }


def noted(event: Event, facts: Mapping[str, Any]) -> Insert:
    """The line of an event in its ticket's timeline."""
    return noted_on(event.subject or "", event, facts or event.model_dump(mode="json")["data"], id=event.id)


def noted_on(ticket: str, event: Event, data: Mapping[str, Any], *, id: str) -> Insert:
    """The line of an event in the timeline of a ticket, which may be another one than its subject."""
    return Insert(
        "timeline",
        {
            "_id": id,
            "ticket": ticket,
            "at": event.time,
            "type": event.type,
            "source": event.source,
            "ticketversion": event.ticketversion,
            "actor": event.actor,
            "cause": event.causationid,
            "data": data,
        },
    )
