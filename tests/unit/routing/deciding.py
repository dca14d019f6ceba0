"""From a step to the ticket as it is then, and what was said of it: what the tests of routing's rules share."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.routing import rules
from services.routing.assignment.choice import Choice
from services.routing.classification.ruleset import Classification, Ruleset
from services.routing.outcome import TICKETS, conclude
from services.routing.step import USUAL, Step, Terms
from services.routing.ticket import Ticket
from shared.change import Change, Update
from shared.envelope import Envelope
from shared.events import Reason
from tests.unit.routing.samples import NOW, opened, organisation, ticket_id

COMPANY = organisation()
FOUND = Classification(
    "technical", "normal", "support", by="rules", reasons=(Reason(rule="words", because="keyword 'lamp'"),)
)
ANA = Choice("ana", "ana 2 of 10, bojan 3 of 10: ana", rule="least_loaded")
BOJAN = Choice("bojan", "bojan 0 of 10: bojan", rule="least_loaded")
NOBODY = Choice(None, "nobody free in support: ana is full with 10 of 10")
CATEGORIES = Ruleset.model_validate({"default": {"category": "general"}, "categories": {"general": {}, "billing": {}}})


def after(change: Change, before: Ticket) -> Ticket:
    saved = next((write for write in change.writes if isinstance(write, Update) and write.collection == TICKETS), None)
    if saved is None:
        return before
    assert (saved.collection, saved.id, saved.version) == (TICKETS, before.id, before.version)
    return Ticket.model_validate({**saved.set, "id": before.id, "version": before.version + 1})


def concluded(
    step: Step, cause: Envelope, choice: Choice | None = None, *, at: datetime = NOW, terms: Terms = USUAL
) -> tuple[Ticket, Change]:
    change, told = conclude(step, cause=cause, choice=choice, time=at, terms=terms)
    found = after(change, step.before)
    assert told == found.model_copy(update={"version": step.before.version})
    return found, change


def blank() -> Ticket:
    return Ticket(id=ticket_id())


def opened_ticket(choice: Choice = ANA, *, terms: Terms = USUAL, **found: Any) -> Ticket:
    event = opened()
    step = rules.opened(blank(), event, replace(FOUND, **found), COMPANY)
    return concluded(step, event, choice, terms=terms)[0]
