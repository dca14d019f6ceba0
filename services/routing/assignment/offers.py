"""A ticket is offered to one agent at a time: they accept, decline, let the time pass, or it is withdrawn."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from services.routing.assignment import leases
from services.routing.step import Step
from services.routing.ticket import Ticket, Until, without
from shared.errors import Refused
from shared.events import Reason


def holds(offer: Until, *, at: datetime) -> bool:
    """Until its time an offer is for one alone, and from then on for nobody: also if that was not told yet."""
    return at < offer.until


def claimed(step: Step, agent: str, *, at: datetime) -> Step:
    """The claim of a ticket that is on offer: accepted by whom it is offered to, refused to others meanwhile.

    Too late is too late for whom it was offered to, as the next one is being asked; for others the
    ticket is in the queue then.
    """
    offer = step.before.offer
    if offer is None:
        return step
    time = f"{offer.until:%H:%M:%S} UTC"
    if holds(offer, at=at) and offer.agent != agent:
        detail = f"It is offered to {offer.agent} until {time}; claim it then, or transfer it to {agent} with a reason."
        raise Refused(status=409, title="The ticket is on offer", detail=detail)
    if offer.agent != agent:
        return replace(step, placing_reasons=(_unanswered(offer), *step.placing_reasons), ended_offer="expired")
    if not holds(offer, at=at):
        detail = f"It ended at {time}. If the ticket is still in the queue in a moment, claim it from there."
        raise Refused(status=409, title="The offer has ended", detail=detail)
    reason = Reason(rule="offer", because=f"{agent} accepted it{leases.terms(step.after.lease)}")
    return replace(step, placed_by=f"offer:{agent}", placing_reasons=(reason,), ended_offer="accepted")


def declined(ticket: Ticket, agent: str, why: str, *, at: datetime) -> Step:
    """The next one is asked; this one is not again."""
    offer = ticket.offer
    if offer is None or offer.agent != agent or not holds(offer, at=at):
        detail = f"The ticket is not offered to {agent}, or not any more; there is nothing to decline."
        raise Refused(status=409, title="No such offer", detail=detail)
    after = ticket.model_copy(
        update={
            "excluded": without(ticket.excluded, agent),
            "unanswered": tuple(one for one in ticket.unanswered if one != agent),
        }
    )
    return _next(ticket, after, "declined", Reason(rule="declined", because=f"{agent} declined it: {why}"))


def expired(ticket: Ticket, *, at: datetime) -> Step | None:
    """The next one is asked; None when the offer holds, or has ended otherwise."""
    offer = ticket.offer
    if offer is None or holds(offer, at=at):
        return None
    after = ticket.model_copy(
        update={
            "excluded": without(ticket.excluded, offer.agent),
            "unanswered": without(ticket.unanswered, offer.agent),
        }
    )
    return _next(ticket, after, "expired", _unanswered(offer))


def withdrawn(ticket: Ticket, agent: str, because: str) -> Step | None:
    """The agent is not there any more, so somebody else is asked; they are not excluded. None: not their offer."""
    if ticket.offer is None or ticket.offer.agent != agent:
        return None
    return _next(ticket, ticket, "withdrawn", Reason(rule="offer_withdrawn", because=f"{agent} {because}"))


def _unanswered(offer: Until) -> Reason:
    within = f"{(offer.until - offer.since).total_seconds():g} s"
    return Reason(rule="offer_expired", because=f"{offer.agent} did not answer within {within}")


def _next(ticket: Ticket, after: Ticket, ended: Literal["declined", "expired", "withdrawn"], reason: Reason) -> Step:
    return Step(
        ticket,
        after,
        placing="choose",
        placing_reasons=(reason,),
        since=ticket.waiting_since,
        ended_offer=ended,
    )
