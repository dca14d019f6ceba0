"""Priority from impact, urgency, the category's own and the customer's tier, with the sum that people read."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.routing.classification.priority import SEVERITIES, PriorityRules, prioritize
from services.routing.ticket import PRIORITIES, rank

RULES = PriorityRules.model_validate({"tiers": {"vip": 1, "gold": {"steps": 1, "at_most": "high"}}})


def summed(rules: PriorityRules = RULES, **more: Any) -> tuple[str, str]:
    told: dict[str, Any] = {"given": None, "impact": None, "urgency": None, "category": ("general", None), "tier": None}
    found = prioritize(rules, **{**told, **more}, default="normal")
    return found.priority, found.because


@pytest.mark.parametrize(
    ("more", "priority", "because"),
    [
        ({}, "normal", "default: normal"),
        ({"category": ("technical", "high")}, "high", "category technical: high"),
        ({"impact": "high"}, "high", "impact high × urgency normal = high"),
        ({"impact": "high", "urgency": "high"}, "urgent", "impact high × urgency high = urgent"),
        ({"urgency": "low"}, "low", "impact normal × urgency low = low"),
        (
            {"urgency": "low", "category": ("technical", "high")},
            "high",
            "impact normal × urgency low = low; category technical is at least high",
        ),
        ({"impact": "high", "tier": "VIP"}, "urgent", "impact high × urgency normal = high; tier VIP +1: urgent"),
        ({"tier": "gold"}, "high", "default: normal; tier gold +1: high"),
        (
            {"tier": "gold", "category": ("technical", "high")},
            "high",
            "category technical: high; tier gold raises to high at most",
        ),
        ({"tier": "bronze"}, "normal", "default: normal"),
        ({"given": "low", "impact": "high", "tier": "vip"}, "low", "a rule says low"),
    ],
)
def test_the_sum_is_told(more: dict[str, Any], priority: str, because: str) -> None:
    assert summed(**more) == (priority, because)


@pytest.mark.parametrize("missing", ["impact", "urgency"])
def test_a_matrix_has_to_be_whole(missing: str) -> None:
    matrix: dict[str, dict[str, str]] = {row: dict.fromkeys(SEVERITIES, "normal") for row in SEVERITIES}
    if missing == "impact":
        del matrix["low"]
    else:
        del matrix["high"]["low"]
    with pytest.raises(ValidationError, match="has no priority for urgency low"):
        PriorityRules.model_validate({"matrix": matrix})


@given(st.sampled_from(PRIORITIES), st.sampled_from(("vip", "gold")))
def test_neither_category_nor_tier_ever_lowers_it(own: str, tier: str) -> None:
    for impact, urgency in product(SEVERITIES, SEVERITIES):
        bare = summed(impact=impact, urgency=urgency)[0]
        raised = summed(impact=impact, urgency=urgency, category=("x", own), tier=tier)[0]
        assert rank(raised) >= max(rank(bare), rank(own))  # type: ignore[arg-type]
