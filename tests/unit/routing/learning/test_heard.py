"""Two thresholds: apply, suggest, and abstention below; never over a rule, never a category that is gone."""

import pytest

from services.routing.classification.facts import Facts
from services.routing.classification.ruleset import Ruleset, classify
from services.routing.learning.answering.heard import Heard, Thresholds, judged
from services.routing.learning.model.verdicts import Prediction

RULES = Ruleset.model_validate(
    {
        "default": {"category": "general"},
        "categories": {"general": {"team": "support"}, "billing": {"team": "billing", "priority": "high"}},
        "rules": [{"name": "invoices", "when": {"keywords": ["invoice"]}, "then": {"category": "general"}}],
    }
)
THRESHOLDS = Thresholds(apply=0.8, suggest=0.5)


def heard(probability: float, *, category: str = "billing") -> Heard:
    said = Prediction(category, probability, ((category, 0.7), ("general", 0.2), ("gone", 0.1)))
    return Heard(verdict=judged("v7", said, THRESHOLDS, categories=RULES.categories), suggest=THRESHOLDS.suggest)


def facts(text: str) -> Facts:
    return Facts(channel="email", mailbox="", language="en", title="", text=text, fields={}, tier=None)


def test_what_is_certain_is_applied_with_the_categorys_own_team_and_priority() -> None:
    found = classify(RULES, facts("money?"), default_team="support", heard=heard(0.93))
    assert (found.category, found.by, found.team, found.priority) == ("billing", "model", "billing", "high")
    assert found.reasons[0].because == "v7 says billing with 0.93, at least 0.80: applied"
    assert found.model is not None
    assert (found.model.decision, found.model.threshold, found.model.alternatives) == (
        "applied",
        0.8,
        {"general": 0.0467},
    )


@pytest.mark.parametrize(
    ("probability", "decision", "because"),
    [
        (0.7999, "suggested", "v7 says billing with 0.80, less than 0.80 but at least 0.50: suggested, not applied"),
        (0.5, "suggested", "v7 says billing with 0.50, less than 0.80 but at least 0.50: suggested, not applied"),
        (0.4, "abstained", "v7 says billing with 0.40, which is not enough to suggest it: abstained"),
    ],
)
def test_what_is_less_certain_leaves_the_default_and_says_so(probability: float, decision: str, because: str) -> None:
    found = classify(RULES, facts("money?"), default_team="support", heard=heard(probability))
    assert (found.category, found.by) == ("general", "default")
    assert found.model is not None
    assert found.model.decision == decision
    assert found.reasons[0].because == because


def test_the_model_never_overrides_a_rule() -> None:
    found = classify(RULES, facts("my invoice"), default_team="support", heard=heard(1.0))
    assert (found.category, found.by, found.model) == ("general", "rules", None)


def test_a_category_that_routing_yaml_has_no_more_is_not_applied() -> None:
    found = classify(RULES, facts("money?"), default_team="support", heard=heard(1.0, category="gone"))
    assert (found.category, found.by) == ("general", "default")
    assert found.model is not None
    assert found.model.decision == "abstained"


def test_why_nobody_was_heard_stands_in_the_reasons() -> None:
    silent = Heard(silent="the model did not answer within 300 ms")
    found = classify(RULES, facts("money?"), default_team="support", heard=silent)
    assert found.reasons[0].because == "not asked: the model did not answer within 300 ms"
    assert classify(RULES, facts("money?"), default_team="support", heard=Heard()).reasons[0].rule == "default"


def test_no_alternative_looks_likelier_than_the_answer() -> None:
    said = heard(0.04).verdict
    assert said is not None
    assert all(share <= said.probability for share in said.alternatives.values())
