"""What people decide about a ticket: claim, release, decline. A refusal says what to do instead."""

from datetime import datetime

from services.routing.assignment import leases, offers
from services.routing.step import Step
from services.routing.ticket import ENDED, Ticket, without
from shared.commands import TicketClaim, TicketDecline, TicketRelease
from shared.envelope import Command
from shared.errors import Refused
from shared.events import Reason
from shared.organisation import Organisation

CHERRY_PICK = "cherry_pick"
"""The rule that a reason names when tickets were passed over."""
MOST_PASSED = 100
"""So many tickets that were passed over are counted; a reason says of more that there are at least as many."""


class UnknownTicket(Refused):
    """Routing has not heard of the ticket (yet)."""

    def __init__(self, ticket: str) -> None:
        super().__init__(
            status=404,
            title="No such ticket",
            detail=f"Routing does not know ticket {ticket}. One that was opened just now may take a moment.",
        )


def claimed(ticket: Ticket, command: TicketClaim, organisation: Organisation, *, at: datetime, passed: int = 0) -> Step:
    """The agent takes it, even over capacity, if nobody has it. Claiming one's own ticket changes nothing.

    `passed` is how many tickets that they could have taken rank before it.
    """
    agent = command.data.agent
    check_open(ticket)
    check_agent(agent, organisation)
    if ticket.agent == agent:
        return Step(ticket, ticket)
    if ticket.agent is not None:
        raise Refused(
            status=409,
            title="The ticket is taken",
            detail=f"{ticket.agent} has it; to take it over, transfer it to {agent} with a reason.",
        )
    check_requester(ticket, agent, organisation)
    lease = leases.leased(ticket, command.data, organisation, at=at)
    because = f"{agent} took it from the queue of {ticket.team}{leases.terms(lease)}"
    step = Step(
        ticket,
        ticket.model_copy(update={"agent": agent, "lease": lease}),
        placing="given",
        placed_by=f"claim:{agent}",
        placing_reasons=(Reason(rule="claim", because=because), *_passed_over(passed)),
    )
    return offers.claimed(step, agent, at=at)


def released(ticket: Ticket, command: TicketRelease, *, only: str | None = None) -> Step:
    """Back into the queue of its team, or to somebody else there; `only` is for whom alone that may be done."""
    check_open(ticket)
    agent = ticket.agent
    if agent is None:
        offered = ticket.offer is not None
        detail = "It is on offer; decline it instead." if offered else f"It is in the queue of {ticket.team} already."
        raise Refused(status=409, title="Nobody has the ticket", detail=detail)
    if only is not None and agent != only:
        detail = f"{agent} has it; only they or a supervisor can give it back."
        raise Refused(status=403, title="Not your ticket", detail=detail)
    because = f"{agent} gave it back: {command.data.reason}"
    return Step(
        ticket,
        ticket.model_copy(update={"agent": None, "lease": None, "excluded": without(ticket.excluded, agent)}),
        placing="choose",
        placed_by=f"release:{acting(command)}",
        placing_reasons=(Reason(rule="release", because=because),),
        since=ticket.active_since or command.time,
    )


def declined(ticket: Ticket, command: TicketDecline, *, at: datetime) -> Step:
    """The agent does not take what was offered to them."""
    check_open(ticket)
    return offers.declined(ticket, command.data.agent, command.data.reason, at=at)


def check_open(ticket: Ticket) -> None:
    if not ticket.opened:
        raise UnknownTicket(ticket.id)
    if ticket.status in ENDED:
        raise Refused(
            status=409,
            title=f"The ticket is {ticket.status}",
            detail="It changes hands no more; if it needs work, set its status to open first.",
        )


def check_agent(agent: str, organisation: Organisation) -> None:
    if agent not in organisation.agents:
        raise Refused(status=422, title="Unknown agent", detail=f"teams.yaml has no agent {agent!r}.")


def check_requester(ticket: Ticket, agent: str, organisation: Organisation) -> None:
    """Whom an agent is not to deal with, they don't, by nobody's word."""
    if set(ticket.keys) & set(organisation.agents[agent].not_for):
        detail = f"teams.yaml excludes {agent} from this requester's tickets (`not_for`); choose somebody else."
        raise Refused(status=409, title="Not for this agent", detail=detail)


def acting(command: Command) -> str:
    """Who commanded it, as reasons and metrics name them."""
    return command.actor.removeprefix("agent:")


def _passed_over(passed: int) -> tuple[Reason, ...]:
    if not passed:
        return ()
    count = f"at least {passed}" if passed >= MOST_PASSED else str(passed)
    return (Reason(rule=CHERRY_PICK, because=f"{count} that they could have taken waited before it"),)
