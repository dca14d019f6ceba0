"""The facts about a ticket: its events in their order, and the lines that they leave in its timeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.ingest.lifecycle import Step
from services.ingest.tickets import Ticket
from shared.change import Insert, Update
from shared.envelope import Envelope, Event
from shared.events import (
    Message,
    Status,
    TicketMessageAdded,
    TicketMessageAddedData,
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
    return [added, status_changed(ticket, step, 2, cause=cause, at=at, actor=actor, machine=machine)]


def status_changed(
    ticket: Ticket, step: Step, place: int, *, cause: Envelope, at: datetime, actor: str, machine: bool
) -> TicketStatusChanged:
    return TicketStatusChanged.following(
        cause,
        "status",
        time=at,
        subject=ticket.id,
        ticketversion=ticket.ticketversion + place,
        data=TicketStatusChangedData(status=step.status, previous=ticket.status, reason=step.reason),
        actor=actor,
        machine=machine,
    )


def advanced(ticket: Ticket, events: Sequence[Event], step: Step | None, state: Mapping[str, Any]) -> Update:
    changed: dict[str, Status] = {"status": step.status} if step else {}
    counted = {"ticketversion": ticket.ticketversion + len(events)}
    return Update("tickets", ticket.id, ticket.version, {**state, **changed, **counted})


def noted(event: Event, facts: Mapping[str, Any]) -> Insert:
    """The line of an event in its ticket's timeline."""
    data = facts or event.model_dump(mode="json")["data"]
    return Insert(
        "timeline",
        {
            "_id": event.id,
            "ticket": event.subject,
            "at": event.time,
            "type": event.type,
            "source": event.source,
            "ticketversion": event.ticketversion,
            "actor": event.actor,
            "cause": event.causationid,
            "data": data,
        },
    )
