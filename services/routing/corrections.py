"""A person corrects category, priority, tags, impact or urgency: what they say stays, and may be lower."""

from typing import Any

from services.routing.classification.priority import Sum, prioritize
from services.routing.classification.schema import Ruleset
from services.routing.handing import or_left_in_queue
from services.routing.manual import UnknownTicket
from services.routing.step import Step
from services.routing.ticket import Ticket, rank
from shared.commands import TicketClassify, TicketClassifyData
from shared.errors import Refused
from shared.events import Reason
from shared.organisation import Organisation


def corrected(ticket: Ticket, command: TicketClassify, ruleset: Ruleset, organisation: Organisation) -> Step:
    """The priority is the one they give; else the sum of the impact and urgency they give; else it only rises,
    when the category they give is a more urgent one."""
    told = command.data
    _check(ticket, told, ruleset)
    update: dict[str, Any] = {
        name: value for name in ("category", "tags", "impact", "urgency") if (value := getattr(told, name)) is not None
    }
    if told.category is not None:
        update["category_by"] = command.actor
    after = ticket.model_copy(update=update)
    reasons = [Reason(rule="correction", because=told.reason)]
    if told.priority is not None:
        after = after.model_copy(update={"decided": told.priority, "raised": None})
    elif told.impact is not None or told.urgency is not None:
        found = _sum(after, ruleset)
        after = after.model_copy(update={"decided": found.priority, "raised": None})
        reasons.append(Reason(rule="priority", because=found.because))
    elif told.category is not None and told.category != ticket.category:
        found = _sum(after, ruleset)
        if rank(found.priority) > rank(ticket.priority):
            after = after.model_copy(update={"decided": found.priority})
            reasons.append(Reason(rule="priority", because=f"{found.because}; it was {ticket.priority}"))
    return Step(ticket, or_left_in_queue(after, organisation), by=command.actor, reasons=tuple(reasons))


def _sum(ticket: Ticket, ruleset: Ruleset) -> Sum:
    own = ruleset.categories.get(ticket.category)
    return prioritize(
        ruleset.priority,
        given=None,
        impact=ticket.impact,
        urgency=ticket.urgency,
        category=(ticket.category, None if own is None else own.priority),
        tier=ticket.tier,
        default=ruleset.default.priority,
    )


def _check(ticket: Ticket, told: TicketClassifyData, ruleset: Ruleset) -> None:
    if not ticket.opened:
        raise UnknownTicket(ticket.id)
    if all(getattr(told, name) is None for name in ("category", "priority", "tags", "impact", "urgency")):
        detail = "Give a category, a priority, impact, urgency or tags."
        raise Refused(status=422, title="Nothing to correct", detail=detail)
    if told.category is not None and told.category not in ruleset.categories:
        there_is = ", ".join(sorted(ruleset.categories))
        raise Refused(status=422, title="Unknown category", detail=f"Use one of {there_is}.")
