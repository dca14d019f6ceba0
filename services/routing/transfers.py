"""A ticket is handed to another team, another agent, or back to whoever had it before, and why."""

from services.routing.handing import into_team, remembered
from services.routing.manual import acting, check_agent, check_open, check_requester
from services.routing.step import Step
from services.routing.ticket import Ticket, without
from shared.commands import TicketTransfer, TicketTransferData
from shared.errors import Refused
from shared.events import AgentInstructed, Reason, Transfer
from shared.organisation import Organisation

MANY_HOPS = 3
"""From this many transfers on the reason says how many there were: somebody should look at it."""


def transferred(ticket: Ticket, command: TicketTransfer, organisation: Organisation) -> Step:
    """Hands the ticket over: to the agent named, or to whom the team named chooses. Its place by age stays."""
    check_open(ticket)
    if command.data.back:
        return _handed_back(ticket, command, organisation)
    agent = command.data.agent
    team = _target_team(ticket, command, organisation)
    if team == ticket.team and (agent is None or agent == ticket.agent):
        return Step(ticket, ticket)
    return _handed(ticket, command, organisation, team=team, agent=agent)


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


def _handed_back(ticket: Ticket, command: TicketTransfer, organisation: Organisation) -> Step:
    """To the agent who had it before, if they are there; else the team that had it chooses somebody."""
    before = ticket.previous
    if command.data.team is not None or command.data.agent is not None:
        detail = "With `back`, leave team and agent out: it goes to whoever had it before."
        raise Refused(status=422, title="Back, or to somebody?", detail=detail)
    if before is None or (before.team, before.agent) == (ticket.team, ticket.agent):
        detail = "It was not handed over by anybody who does not have it now; name a team or an agent."
        raise Refused(status=422, title="Back to whom?", detail=detail)
    if before.team not in organisation.teams:
        detail = f"It came from {before.team}, which teams.yaml does not have any more; name a team or an agent."
        raise Refused(status=422, title="Back to whom?", detail=detail)
    there = before.agent in organisation.teams[before.team].agents and before.agent != ticket.agent
    return _handed(
        ticket, command, organisation, team=before.team, agent=None, returns_to=before.agent if there else None
    )


def _handed(
    ticket: Ticket,
    command: TicketTransfer,
    organisation: Organisation,
    *,
    team: str,
    agent: str | None,
    returns_to: str | None = None,
) -> Step:
    hops = ticket.hops + 1
    times = f" (handed over {hops} times)" if hops >= MANY_HOPS else ""
    by = f"transfer:{acting(command)}"
    reason = Reason(rule="transfer", because=f"{command.data.reason}{times}")
    after = into_team(ticket, team, organisation)
    excluded = after.excluded
    if ticket.agent is not None and agent is None and team == ticket.team:
        excluded = without(excluded, ticket.agent)  # whoever hands it on within the team does not get it again
    welcome = (agent, returns_to)
    after = after.model_copy(
        update={
            "agent": agent,
            "hops": hops,
            "previous": remembered(ticket),
            "excluded": tuple(one for one in excluded if one not in welcome),
        }
    )
    return Step(
        ticket,
        after,
        by=by,
        reasons=(reason,),
        placing="choose" if agent is None else "given",
        placed_by=by,
        placing_reasons=(reason,),
        since=ticket.active_since or command.time,
        returns_to=returns_to,
    )


def _target_team(ticket: Ticket, command: TicketTransfer, organisation: Organisation) -> str:
    team, agent = command.data.team, command.data.agent
    if team is None and agent is None:
        detail = "Give a team, an agent, or both. With `back` alone it goes to whoever had it before."
        raise Refused(status=422, title="Transfer to whom?", detail=detail)
    if team is not None and team not in organisation.teams:
        there_is = ", ".join(sorted(organisation.teams))
        raise Refused(status=422, title="Unknown team", detail=f"Use one of {there_is}.")
    if agent is None:
        return team or ticket.team
    check_agent(agent, organisation)
    check_requester(ticket, agent, organisation)
    teams = [name for name, one in organisation.teams.items() if agent in one.agents]
    if team is None and ticket.team in teams:
        return ticket.team
    if team is None and len(teams) == 1:
        return teams[0]
    if team is None or team not in teams:
        detail = f"{agent} is in {', '.join(teams) or 'no team'}; name one of these as the team."
        raise Refused(status=422, title="Which team?", detail=detail)
    return team
