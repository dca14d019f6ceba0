"""Putting a ticket off: it sleeps on hold until its time comes, the customer writes, or an agent takes it up."""

from datetime import datetime, timedelta

from services.ingest.conversation.answers import answer
from services.ingest.conversation.lifecycle import Step
from services.ingest.conversation.standing import refuse_closed
from services.ingest.tickets import facts
from services.ingest.tickets.ticket import Ticket
from shared.change import NOTHING, Change
from shared.commands import TicketSnooze
from shared.envelope import Envelope, Event
from shared.errors import Refused
from shared.events import TicketSnoozed, TicketSnoozedData

LONGEST = timedelta(days=2 * 366)


def snooze(ticket: Ticket, command: TicketSnooze, *, at: datetime) -> Change:
    """Puts the ticket on hold until a time; a later command sets another time."""
    refuse_closed(ticket, statuses=("closed", "spam"))
    until = command.data.until
    if not at < until <= at + LONGEST:
        detail = f"{until.isoformat()} is not within the next two years; the service's clock says {at.isoformat()}."
        raise Refused(status=422, title="Not a time to sleep until", detail=detail)
    data = TicketSnoozedData(until=until, reason=command.data.reason)
    snoozed = facts.fact(TicketSnoozed, ticket, 1, data, cause=command, at=at, actor=command.actor)
    events: list[Event] = [snoozed]
    step = None
    if ticket.status != "on_hold":
        step = Step("on_hold", f"put off: {command.data.reason}")
        events.append(facts.status_changed(ticket, step, 2, cause=command, at=at, actor=command.actor, machine=False))
    state = {"updated_at": at, "snoozed_until": until, "snooze_cause": kept(snoozed)}
    told = answer(command, ticket, status="on_hold", until=until.isoformat())
    return Change(writes=facts.written(ticket, events, step, state), events=tuple(events), answer=told)


def wake(ticket: Ticket, *, cause: Envelope, until: datetime, at: datetime) -> Change:
    """The time has come; nothing, when the snooze was ended or set to another time meanwhile."""
    if ticket.snoozed_until != until or at < until:
        return NOTHING
    step = Step("open", "the time until which it was put off has come")
    events = facts.stepped(ticket, step, 1, cause=cause, at=at, actor="system")
    return Change(writes=facts.written(ticket, events, step, {"updated_at": at}), events=tuple(events))


def kept(event: Event) -> dict[str, object]:
    """What the events that follow from this one later need of it."""
    return event.model_dump(include={"id", "correlationid", "depth", "traceparent"})
