"""What people decide about a ticket: claim, transfer, correction. A refusal says what to do instead."""

from services.routing.outcome import Step
from services.routing.ruleset import Ruleset
from services.routing.ticket import ENDED, Ticket
from shared.commands import TicketClaim, TicketClassify, TicketTransfer, TicketTransferData
from shared.errors import Refused
from shared.events import AgentInstructed, Reason, Transfer
from shared.organisation import Organisation

MANY_HOPS = 3
"""From this many transfers on the reason says how many there were: somebody should look at it."""


class UnknownTicket(Refused):
    """Routing has not heard of the ticket (yet)."""

    def __init__(self, ticket: str) -> None:
        super().__init__(
            status=404,
            title="No such ticket",
            detail=f"Routing does not know ticket {ticket}. One that was opened just now may take a moment.",
        )


def claimed(ticket: Ticket, command: TicketClaim, organisation: Organisation) -> Step:
    """The agent takes it, even over capacity, if nobody has it. Claiming one's own ticket changes nothing."""
    agent = command.data.agent
    _check_open(ticket)
    _check_agent(agent, organisation)
    if ticket.agent == agent:
        return Step(ticket, ticket)
    if ticket.agent is not None:
        raise Refused(
            status=409,
            title="The ticket is taken",
            detail=f"{ticket.agent} has it; to take it over, transfer it to {agent} with a reason.",
        )
    because = f"{agent} took it from the queue of {ticket.team}"
    return Step(
        ticket,
        ticket.model_copy(update={"agent": agent}),
        placing="given",
        placed_by=f"claim:{agent}",
        placing_reasons=(Reason(rule="claim", because=because),),
    )


def transferred(ticket: Ticket, command: TicketTransfer, organisation: Organisation) -> Step:
    """Hands the ticket over: to the agent named, or to the least loaded of the team named."""
    agent = command.data.agent
    _check_open(ticket)
    team = _target_team(ticket, command, organisation)
    if team == ticket.team and (agent is None or agent == ticket.agent):
        return Step(ticket, ticket)
    hops = ticket.hops + 1
    times = f" (handed over {hops} times)" if hops >= MANY_HOPS else ""
    by = f"transfer:{_who(command.actor)}"
    reason = Reason(rule="transfer", because=f"{command.data.reason}{times}")
    return Step(
        ticket,
        ticket.model_copy(update={"team": team, "agent": agent, "hops": hops}),
        by=by,
        reasons=(reason,),
        placing="choose" if agent is None else "given",
        placed_by=by,
        placing_reasons=(reason,),
        since=command.time,
    )


def by_mail(event: AgentInstructed, wish: Transfer) -> TicketTransfer:
    """The transfer that an agent asked for in a mail, as if it had been commanded."""
    return TicketTransfer.asked(
        key=event.id,
        source=event.source,
        time=event.time,
        subject=event.subject,
        actor=event.actor,
        data=TicketTransferData(team=wish.team, agent=wish.agent, reason=wish.reason),
    )


def corrected(ticket: Ticket, command: TicketClassify, ruleset: Ruleset) -> Step:
    """A person's category, priority or tags: they stay. A priority given so may also be lower."""
    told = command.data
    if not ticket.opened:
        raise UnknownTicket(ticket.id)
    if told.category is None and told.priority is None and told.tags is None:
        raise Refused(status=422, title="Nothing to correct", detail="Give a category, a priority or tags.")
    if told.category is not None and told.category not in ruleset.categories:
        there_is = ", ".join(sorted(ruleset.categories))
        raise Refused(status=422, title="Unknown category", detail=f"Use one of {there_is}.")
    update: dict[str, object] = {}
    if told.category is not None:
        update["category"] = told.category
    if told.priority is not None:
        update |= {"decided": told.priority, "raised": None}
    if told.tags is not None:
        update["tags"] = told.tags
    reason = Reason(rule="correction", because=told.reason)
    return Step(ticket, ticket.model_copy(update=update), by=command.actor, reasons=(reason,))


def _target_team(ticket: Ticket, command: TicketTransfer, organisation: Organisation) -> str:
    team, agent = command.data.team, command.data.agent
    if team is None and agent is None:
        raise Refused(status=422, title="Transfer to whom?", detail="Give a team, an agent, or both.")
    if team is not None and team not in organisation.teams:
        there_is = ", ".join(sorted(organisation.teams))
        raise Refused(status=422, title="Unknown team", detail=f"Use one of {there_is}.")
    if agent is None:
        return team or ticket.team
    _check_agent(agent, organisation)
    teams = [name for name, one in organisation.teams.items() if agent in one.agents]
    if team is None and ticket.team in teams:
        return ticket.team
    if team is None and len(teams) == 1:
        return teams[0]
    if team is None or team not in teams:
        detail = f"{agent} is in {', '.join(teams) or 'no team'}; name one of these as the team."
        raise Refused(status=422, title="Which team?", detail=detail)
    return team


def _check_open(ticket: Ticket) -> None:
    if not ticket.opened:
        raise UnknownTicket(ticket.id)
    if ticket.status in ENDED:
        raise Refused(
            status=409,
            title=f"The ticket is {ticket.status}",
            detail="It changes hands no more; if it needs work, set its status to open first.",
        )


def _check_agent(agent: str, organisation: Organisation) -> None:
    if agent not in organisation.agents:
        raise Refused(status=422, title="Unknown agent", detail=f"teams.yaml has no agent {agent!r}.")


def _who(actor: str) -> str:
    return actor.removeprefix("agent:")
