"""A claim holds for a while: whoever does nothing about the ticket by then does not keep it."""

from datetime import datetime, timedelta

from services.routing.step import Step
from services.routing.ticket import Ticket, Until, without
from shared.commands import TicketClaimData
from shared.events import Reason
from shared.organisation import Organisation


def leased(ticket: Ticket, claim: TicketClaimData, organisation: Organisation, *, at: datetime) -> Until | None:
    """Until when the claim holds; None when for good. A ticket that is not worked on now needs no lease."""
    team = organisation.teams.get(ticket.team)
    usual = None if team is None else team.claim_lease
    lease = timedelta(seconds=claim.lease_seconds) if claim.lease_seconds is not None else usual
    return Until(agent=claim.agent, until=at + lease, since=at) if lease is not None and ticket.active else None


def terms(lease: Until | None) -> str:
    """What a reason says of the lease."""
    return "" if lease is None else f", to act by {lease.until:%Y-%m-%d %H:%M} UTC"


def acted(ticket: Ticket, agent: str | None) -> Ticket:
    """Whoever holds the lease did something about the ticket: from now on it is theirs."""
    if ticket.lease is None or ticket.lease.agent != agent:
        return ticket
    return ticket.model_copy(update={"lease": None})


def ended(ticket: Ticket, *, at: datetime) -> Step | None:
    """Back into the queue, by its age; None when the agent acted, or has time left."""
    lease = ticket.lease
    if lease is None or lease.until > at or ticket.agent != lease.agent or not ticket.active:
        return None
    minutes = f"{(lease.until - lease.since).total_seconds() / 60:g} min"
    because = f"{lease.agent} did nothing about it within {minutes} of claiming it"
    after = ticket.model_copy(update={"agent": None, "lease": None, "excluded": without(ticket.excluded, lease.agent)})
    return Step(
        ticket,
        after,
        placing="choose",
        placed_by="lease_ended",
        placing_reasons=(Reason(rule="lease_ended", because=because),),
        since=ticket.active_since,
    )
