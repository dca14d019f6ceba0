"""The events that a decision states, each with the ticket as it is once that is stated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.routing.assignment.choice import Choice
from services.routing.step import OfferEnd, Step, Terms
from services.routing.ticket import Ticket, Until
from shared.envelope import Envelope
from shared.events import (
    Reason,
    TicketAssigned,
    TicketAssignedData,
    TicketClassified,
    TicketClassifiedData,
    TicketOffered,
    TicketOfferedData,
)

STATED_CANDIDATES = 30
"""How many candidates an event names; the stored decision has all of them."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a decision is made of."""

    step: Step
    cause: Envelope
    choice: Choice | None
    time: datetime
    terms: Terms


def classified(after: Ticket, basis: Basis) -> tuple[Ticket, TicketClassified]:
    after, step = after.model_copy(update={"stated": after.stated + 1}), basis.step
    event = TicketClassified.following(
        basis.cause,
        f"classified:{after.stated}",
        time=basis.time,
        subject=after.id,
        ticketversion=after.stated,
        data=TicketClassifiedData(
            category=after.category,
            priority=after.priority,
            team=after.team,
            tags=after.tags,
            skills=after.skills,
            levels=dict(after.levels),
            prefers=dict(after.prefers),
            impact=after.impact,
            urgency=after.urgency,
            model=step.model,
            by=step.by,
            reasons=step.reasons,
        ),
    )
    return after, event


def assigned(
    after: Ticket, basis: Basis, *, agent: str | None, because: tuple[Reason, ...] = ()
) -> tuple[Ticket, TicketAssigned]:
    """The agent has it; without one it waits in the queue of its team. `because` comes after all other reasons."""
    step, choice, stated = basis.step, basis.choice, after.stated + 1
    placed = _queued(after, basis, stated) if agent is None else _with(agent, after, basis)
    after = after.model_copy(update={"stated": stated, "agent": agent, **placed})
    own = () if choice is None else (Reason(rule=choice.rule, because=choice.because),)
    event = TicketAssigned.following(
        basis.cause,
        f"assigned:{stated}",
        time=basis.time,
        subject=after.id,
        ticketversion=stated,
        data=TicketAssignedData(
            state="queued" if agent is None else "assigned",
            team=after.team,
            agent=agent,
            previous_team=step.before.team or None,
            previous_agent=step.before.agent,
            by=step.placed_by or ("least_loaded" if choice is None else choice.rule),
            waiting_since=after.waiting_since,
            hops=after.hops,
            candidates=() if choice is None else tuple(one.stated() for one in choice.candidates[:STATED_CANDIDATES]),
            reasons=(*step.placing_reasons, *own, *because),
        ),
    )
    return after, event


def offered(after: Ticket, basis: Basis, *, agent: str) -> tuple[Ticket, TicketOffered]:
    """From now until `until` it is the agent's alone to take, and counts as their load."""
    until = basis.time + (basis.terms.offer_within or timedelta())
    because = "" if basis.choice is None else basis.choice.because
    after = after.model_copy(
        update={
            "offer": Until(agent=agent, until=until, since=basis.time),
            "offers": after.offers + 1,
            "ask_again_at": None,
            "stated": after.stated + 1,
            "waiting_because": f"offered to {agent} until {until:%H:%M:%S} UTC",
        }
    )
    return after, _about_offer(
        after, basis, TicketOfferedData(agent=agent, team=after.team, state="offered", until=until, because=because)
    )


def offer_ended(after: Ticket, basis: Basis, state: OfferEnd) -> tuple[Ticket, TicketOffered]:
    """The offer of the ticket before is over, for the reasons of the step.

    If nobody else is asked now, those who let theirs pass are asked again, when as long again has passed
    as they had: nothing is left without an owner, and nobody is asked without a pause.
    """
    before = basis.step.before
    if before.offer is None:
        raise ValueError(f"ticket {after.id} has no offer that could end")
    pause = before.offer.until - before.offer.since
    again = basis.time + pause if after.unanswered else None
    after = after.model_copy(update={"stated": after.stated + 1, "offer": None, "ask_again_at": again})
    because = "; ".join(reason.because for reason in basis.step.placing_reasons) or state
    return after, _about_offer(
        after,
        basis,
        TicketOfferedData(
            agent=before.offer.agent, team=before.team, state=state, until=before.offer.until, because=because
        ),
    )


def waits_on(after: Ticket, choice: Choice | None) -> Ticket:
    """A ticket that stays in the queue: what it waits for now. Nothing that others would have to hear."""
    if choice is None:
        return after
    return after.model_copy(
        update={
            "needs": choice.needs,
            "wants": choice.wants,
            "preferred_until": choice.preferred_until,
            "waiting_because": choice.because,
        }
    )


def waits_for_others(after: Ticket, terms: Terms, *, time: datetime) -> Ticket:
    """A ticket that stays in the queue and needs or prefers other skills now; it has waited for preferred ones."""
    until = (after.preferred_until or time) if terms.wants else None
    return after.model_copy(update={"needs": terms.needs, "wants": terms.wants, "preferred_until": until})


def waits_anew(after: Ticket, terms: Terms) -> Ticket:
    """A ticket that came back into its queue and waits from now on: what it had waited before makes it no older."""
    since, every = after.waiting_since, terms.age_boost
    boost_at = None if since is None or every is None else since + every
    return after.model_copy(update={"boosts": 0, "boost_at": boost_at})


def _about_offer(after: Ticket, basis: Basis, data: TicketOfferedData) -> TicketOffered:
    return TicketOffered.following(
        basis.cause,
        f"{data.state}:{after.stated}",
        time=basis.time,
        subject=after.id,
        ticketversion=after.stated,
        data=data,
    )


def _with(agent: str, after: Ticket, basis: Basis) -> Mapping[str, Any]:
    leased = after.lease is not None and after.lease.agent == agent
    fields: dict[str, Any] = {
        "state": "assigned",
        "waiting_since": None,
        "waiting_because": None,
        "preferred_until": None,
        "boosts": 0,
        "boost_at": None,
        "offer": None,
        "offers": 0,
        "unanswered": (),
        "ask_again_at": None,
        "lease": after.lease if leased else None,
    }
    return fields if agent == basis.step.before.agent else fields | {"assigned_at": basis.time}


def _queued(after: Ticket, basis: Basis, stated: int) -> Mapping[str, Any]:
    before, choice, terms = basis.step.before, basis.choice, basis.terms
    again = before.state == "queued" and before.waiting_since is not None
    since = before.waiting_since if again else basis.step.since
    boost_at = before.boost_at if again else None
    if boost_at is None and terms.age_boost is not None and since is not None:
        boost_at = since + terms.age_boost
    given_back = "; ".join(reason.because for reason in basis.step.placing_reasons)
    # Preferred skills were waited for when the ticket came in: back in the queue, it takes anybody.
    relaxed = basis.time if terms.wants else None
    return {
        "state": "queued",
        "waiting_since": since,
        "waiting_because": given_back if choice is None else choice.because,
        "needs": terms.needs if choice is None else choice.needs,
        "wants": terms.wants if choice is None else choice.wants,
        "preferred_until": relaxed if choice is None else choice.preferred_until,
        "entry": stated,
        "assigned_at": None,
        "lease": None,
        "weight": terms.weight,
        "boost_at": boost_at,
    }
