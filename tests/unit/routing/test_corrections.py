"""A person's correction of impact, urgency or category, and what becomes of the priority."""

from typing import Any

import pytest

from services.routing.classification.schema import Ruleset
from services.routing.corrections import corrected
from services.routing.step import Step
from shared.errors import Refused
from tests.unit.routing.deciding import COMPANY, opened_ticket
from tests.unit.routing.samples import correction

RULESET = Ruleset.model_validate(
    {
        "default": {"category": "general"},
        "categories": {"general": {}, "billing": {}, "technical": {"priority": "high"}},
        "priority": {"tiers": {"vip": 1}},
    }
)


def step(ticket: dict[str, Any], **values: Any) -> Step:
    before = opened_ticket(category="general").model_copy(update=ticket)
    return corrected(before, correction(**values), RULESET, COMPANY)


def test_impact_and_urgency_are_summed_up_anew_and_may_lower() -> None:
    made = step({"raised": "urgent", "urgency": "high"}, impact="low")
    assert (made.after.priority, made.after.impact, made.after.urgency) == ("normal", "low", "high")
    assert [reason.because for reason in made.reasons] == [
        "it is about money",
        "impact low × urgency high = normal",
    ]


def test_a_priority_given_beside_them_is_the_one_that_counts() -> None:
    assert step({}, impact="high", urgency="high", priority="low").after.priority == "low"


def test_a_category_that_is_more_urgent_raises_and_another_one_does_not_lower() -> None:
    raised = step({}, category="technical")
    assert (raised.after.priority, raised.after.category_by) == ("high", "agent:maja")
    assert raised.reasons[-1].because == "category technical: high; it was normal"
    assert step({"decided": "urgent"}, category="billing").after.priority == "urgent"
    assert step({"tier": "vip"}, category="technical").after.priority == "urgent"


def test_a_correction_of_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="impact, urgency or tags"):
        step({})
