"""Lets the rules for later events have their say in the step that an event makes of a ticket."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from services.routing.classification.facts import Facts, Occasion, State, primary_language
from services.routing.classification.reaction import Reaction, react
from services.routing.classification.schema import Ruleset
from services.routing.handing import into_team, or_left_in_queue, remembered
from services.routing.opening import Opening
from services.routing.step import Step
from services.routing.ticket import ACTIVE, DONE, Ticket, highest
from shared.envelope import Event
from shared.events import Reason, TicketEscalated, TicketMessageAdded, TicketRated, TicketStatusChanged
from shared.organisation import Organisation

BY = "rules"
BY_NO_PERSON = frozenset({"", "rules", "model", "default"})
"""Who chooses a category beside people."""


def occasions_of(event: Event) -> tuple[Occasion, ...]:
    """What of the rules' events this is; nothing for machines' messages and for internal notes."""
    match event:
        case TicketMessageAdded(data=told) if told.message.visibility != "public" or event.machine:
            return ()
        case TicketMessageAdded(data=told) if told.message.author == "customer":
            return ("customer_message",)
        case TicketMessageAdded(data=told) if told.message.author == "agent":
            return ("agent_message",)
        case TicketStatusChanged(data=told) if told.status != told.previous:
            reopened = told.previous in DONE and told.status in ACTIVE
            return ("status", "reopened") if reopened else ("status",)
        case TicketEscalated():
            return ("escalated",)
        case TicketRated():
            return ("rated",)
    return ()


def reacting(
    step_of: Callable[[Ticket], Step],
    event: Event,
    ruleset: Ruleset,
    opening: Opening | None,
    organisation: Organisation,
) -> Callable[[Ticket], Step]:
    """The step with what the rules add to it: one pass over them, on the facts as the event and the ticket tell.

    What was kept of the opening tells fields, tier and the sender's addresses; where it is gone, no rule
    knows them any more. Of a ticket that routing does not know yet, nothing is decided.
    """
    occasions = occasions_of(event)

    def step_with_rules(ticket: Ticket) -> Step:
        step = step_of(ticket)
        if not ticket.opened:
            return step
        reaction = react(ruleset, occasions, facts_of(event, step.after, opening))
        return merged(step, reaction, organisation) if reaction.changes else step

    return step_with_rules if ruleset.reacts_to(occasions) else step_of


def facts_of(event: Event, ticket: Ticket, opening: Opening | None) -> Facts:
    """What an event after the opening tells, with what is known of the ticket."""
    known = opening.facts if opening is not None else None
    told: dict[str, Any] = {"channel": ticket.channel, "text": "", "at": event.time}
    status = ticket.status
    match event:
        case TicketMessageAdded(data=data):
            message = data.message
            told |= {"channel": message.channel, "text": message.text, "at": message.received_at}
            told["attachments"] = sum(not file.inline for file in message.attachments)
        case TicketStatusChanged(data=data):
            status = data.status
            told["previous"] = data.previous
        case TicketEscalated(data=data):
            told["level"] = data.level
        case TicketRated(data=data):
            told |= {"score": data.score, "text": data.comment}
    return Facts(
        mailbox=ticket.mailbox,
        language=known.language if known is not None else primary_language(ticket.language),
        title="",
        fields=known.fields if known is not None else {},
        tier=ticket.tier,
        direction=known.direction if known is not None else "inbound",
        addresses=known.addresses if known is not None else (),
        ticket=State(
            category=ticket.category,
            priority=ticket.priority,
            team=ticket.team,
            status=status,
            tags=ticket.tags,
            assigned=ticket.agent is not None,
            impact=ticket.impact,
            urgency=ticket.urgency,
            category_is_given=ticket.category_by not in BY_NO_PERSON,
        ),
        **told,
    )


def merged(step: Step, reaction: Reaction, organisation: Organisation) -> Step:
    """The step and the reaction as one decision; a team is handed a ticket only while somebody works on it."""
    after = step.after.model_copy(update=_update(step.after, reaction))
    step = replace(
        step,
        by=step.by or BY,
        reasons=(*step.reasons, *reaction.reasons),
        tried=(*step.tried, *reaction.tried),
    )
    if reaction.team is None or not after.active:
        return replace(step, after=or_left_in_queue(after, organisation))
    return _handed(replace(step, after=after), reaction.team, reaction.reasons, organisation)


def _update(ticket: Ticket, reaction: Reaction) -> dict[str, Any]:
    update: dict[str, Any] = {}
    for name in ("category", "impact", "urgency", "tags", "skills", "prefers"):
        if (value := getattr(reaction, name)) is not None:
            update[name] = value
    if reaction.category is not None:
        update["category_by"] = BY
    if reaction.skills is not None:
        update["levels"] = dict(reaction.levels)
    if reaction.priority is not None:
        update["raised"] = highest([ticket.raised, reaction.priority])
    return update


def _handed(step: Step, team: str, reasons: tuple[Reason, ...], organisation: Organisation) -> Step:
    ticket = step.before
    after = into_team(step.after, team, organisation)
    after = after.model_copy(update={"hops": after.hops + 1, "previous": remembered(ticket), "agent": None})
    return replace(
        step,
        after=after,
        placing="choose",
        placed_by=BY,
        placing_reasons=(*step.placing_reasons, *reasons),
        since=step.since or after.active_since,
        tell=True,
    )
