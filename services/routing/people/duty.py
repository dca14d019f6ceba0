"""What becomes of tickets whose agent is not there: pure steps that put them back into their team's queue."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from services.routing import rules
from services.routing.handing import into_team
from services.routing.people.presence import Availability
from services.routing.step import Step
from services.routing.ticket import Ticket
from shared.events import Reason, TicketMessageAdded
from shared.organisation import Organisation


def shift_ended(ticket: Ticket, now: Availability, *, since: datetime, organisation: Organisation) -> Step | None:
    """Back into the queue, by its age, as its agent has been off duty `since` then; None when it stays with them.

    Only what was their work at that time: whatever they claimed, or a person gave them, or came back to
    them later stays.
    """
    team = organisation.teams.get(ticket.team)
    if team is None or team.at_shift_end == "keep" or not _was_theirs(ticket, since):
        return None
    if team.at_shift_end == "requeue_unanswered" and not ticket.awaits_agent:
        return None
    return _requeued(ticket, "shift_end", f"{ticket.agent} {now.because} since {since:%Y-%m-%d %H:%M} UTC")


def departed(ticket: Ticket, *, organisation: Organisation) -> Step | None:
    """The same for an agent whom teams.yaml does not have any more, whatever the team says.

    What is in a team that it does not have any more goes to the default team, where somebody looks.
    """
    if not ticket.active:
        return None
    if ticket.team not in organisation.teams:
        return _to_the_default_team(ticket, organisation)
    if ticket.agent is None or ticket.agent in organisation.agents:
        return None
    return _requeued(ticket, "departed", f"{ticket.agent} is not in teams.yaml any more")


def may_move(event: TicketMessageAdded, organisation: Organisation) -> bool:
    """Whether a message can take a ticket from its agent: a customer's own, where some team wants that."""
    message = event.data.message
    written = message.author == "customer" and message.visibility == "public" and not event.machine
    return written and any(team.absent_owner == "reassign" for team in organisation.teams.values())


def customer_wrote(
    ticket: Ticket, event: TicketMessageAdded, owner: tuple[str, Availability] | None, organisation: Organisation
) -> Step:
    """What a message that `may_move` makes of a ticket: somebody else gets it, if its agent is not there.

    `owner` is the agent who had it just before, and how it is with them.
    """
    step = rules.message_added(ticket, event)
    team = organisation.teams.get(ticket.team)
    if owner is None or team is None or team.absent_owner == "keep" or event.ticketversion <= ticket.spoken:
        return step
    name, now = owner
    if now.free or not ticket.active or ticket.agent != name:
        return step
    because = f"the customer wrote, and {name} {now.because}"
    return replace(
        step,
        after=step.after.model_copy(update={"lease": None}),
        placing="choose",
        placed_by="absent_owner",
        placing_reasons=(Reason(rule="absent_owner", because=because),),
        since=ticket.active_since,
    )


def _to_the_default_team(ticket: Ticket, organisation: Organisation) -> Step:
    """With its agent, if there still is one; else into the queue."""
    reason = Reason(rule="departed", because=f"team {ticket.team} is not in teams.yaml any more")
    agent = ticket.agent if ticket.agent in organisation.agents else None
    after = into_team(ticket, organisation.default_team, organisation).model_copy(update={"agent": agent})
    return Step(
        ticket,
        after,
        by="departed",
        reasons=(reason,),
        placing="given",
        placed_by="departed",
        placing_reasons=(reason,),
        since=ticket.active_since,
    )


def _requeued(ticket: Ticket, by: Literal["shift_end", "departed"], because: str) -> Step:
    return Step(
        ticket,
        ticket.model_copy(update={"agent": None, "lease": None}),
        placing="given",
        placed_by=by,
        placing_reasons=(Reason(rule=by, because=because),),
        since=ticket.active_since,
    )


def _was_theirs(ticket: Ticket, since: datetime) -> bool:
    mine = ticket.active and ticket.agent is not None
    return mine and all(at is None or at <= since for at in (ticket.assigned_at, ticket.active_since))
