"""What each event makes of a ticket: pure steps whose result does not depend on the order of arrival."""

from services.routing.outcome import Step
from services.routing.ruleset import Classification
from services.routing.ticket import DONE, Handed, Ticket, highest
from shared.errors import Permanent
from shared.events import Reason, TicketEscalated, TicketOpened, TicketStatusChanged
from shared.organisation import Organisation


def opened(ticket: Ticket, event: TicketOpened, found: Classification) -> Step:
    """The rules' decision, with the escalations that came before it."""
    if ticket.opened:
        return Step(ticket, ticket)
    told = event.data
    newest = event.ticketversion > ticket.status_version
    handed = ticket.handed
    after = ticket.model_copy(
        update={
            "opened": True,
            "number": told.number,
            "channel": told.channel,
            "language": told.language,
            "status": told.status if newest else ticket.status,
            "status_version": max(event.ticketversion, ticket.status_version),
            "category": found.category,
            "decided": found.priority,
            "team": found.team if handed is None else handed.team,
            "tags": found.tags,
            "skills": found.skills,
        }
    )
    earlier = () if handed is None else (handed.reason,)
    return Step(
        ticket,
        after,
        by=found.by,
        reasons=(*found.reasons, *earlier),
        placing="choose",
        placed_by="least_loaded" if handed is None else "escalation",
        placing_reasons=earlier,
        since=told.message.received_at,
        tried=found.tried,
    )


def status_changed(ticket: Ticket, event: TicketStatusChanged) -> Step:
    """The latest status by ingest's count. Work that comes back goes to its owner, if they can take it."""
    if event.ticketversion <= ticket.status_version:
        return Step(ticket, ticket)
    status, previous = event.data.status, event.data.previous
    after = ticket.model_copy(update={"status": status, "status_version": event.ticketversion})
    if not after.active or ticket.active:
        return Step(ticket, after)
    reopened = previous in DONE
    if after.waiting:
        since = event.time if reopened else ticket.waiting_since
        return Step(ticket, after.model_copy(update={"waiting_since": since}))
    return Step(
        ticket,
        after,
        placing="keep_if_room" if reopened else "keep_if_there",
        placing_reasons=(Reason(rule="reopened", because=f"{previous} became {status}, {_owner_cannot(ticket)}"),),
        since=event.time,
    )


def escalated(ticket: Ticket, event: TicketEscalated, organisation: Organisation) -> Step:
    """Raises the priority, never lowers it, and hands the ticket to the team of the latest escalation."""
    told = event.data
    if told.team is not None and told.team not in organisation.teams:
        there_is = ", ".join(sorted(organisation.teams))
        raise Permanent(f"escalated to team {told.team!r}, which teams.yaml does not have; it has {there_is}")
    reason = Reason(rule=f"escalation level {told.level}", because=told.because)
    raised = highest([ticket.raised, told.priority]) if ticket.raised or told.priority else None
    after = ticket.model_copy(update={"raised": raised})
    if told.team is None or (ticket.handed is not None and event.ticketversion <= ticket.handed.version):
        return Step(ticket, after, by="escalation", reasons=(reason,))
    after = after.model_copy(
        update={"handed": Handed(team=told.team, version=event.ticketversion, reason=reason)}
        | ({"team": told.team} if ticket.opened else {})
    )
    same = told.team == ticket.team and ticket.agent is not None
    return Step(
        ticket,
        after,
        by="escalation",
        reasons=(reason,),
        placing="keep_if_there" if same else "choose",
        placed_by="escalation",
        placing_reasons=(reason,),
        since=event.time,
        tell=True,
    )


def drained(ticket: Ticket) -> Step:
    """Takes a waiting ticket from its team's queue."""
    return Step(ticket, ticket, placing="choose", since=ticket.waiting_since)


def _owner_cannot(ticket: Ticket) -> str:
    return f"and {ticket.agent} can't take it back" if ticket.agent else "and it had no owner"
