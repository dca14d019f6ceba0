"""How a ticket comes into a team, whatever brings it there: by rules, by a person, by an escalation."""

from services.routing.ticket import Before, Ticket
from shared.organisation import Organisation


def into_team(ticket: Ticket, team: str, organisation: Organisation) -> Ticket:
    """The ticket in the team, no agent chosen yet. Whom another team excluded from it counts no more."""
    after = ticket.model_copy(update={"team": team, "lease": None})
    if team != ticket.team:
        after = after.model_copy(update={"excluded": (), "unanswered": (), "ask_again_at": None})
    return or_left_in_queue(after, organisation)


def remembered(ticket: Ticket) -> Before:
    """Who has the ticket now, for whoever wants to give it back to them."""
    return Before(team=ticket.team, agent=ticket.agent)


def or_left_in_queue(ticket: Ticket, organisation: Organisation) -> Ticket:
    """Whether its team wants it assigned, or left in the queue for somebody to claim."""
    team = organisation.teams.get(ticket.team)
    left = team is not None and bool(team.leave_in_queue.tags & set(ticket.tags))
    return ticket if ticket.automatic != left else ticket.model_copy(update={"automatic": not left})
