"""The ordered rules: what wins, what fills the gaps, and what is recorded."""

from typing import Any

from services.routing.classification.ruleset import Classification, classify
from services.routing.classification.schema import Ruleset
from tests.unit.routing.classification.test_conditions import facts


def decide(*rules: dict[str, Any], **more: Any) -> Classification:
    ruleset = Ruleset.model_validate(
        {
            "default": {"category": "general"},
            "categories": {"general": {}, "technical": {"team": "technical", "priority": "high"}, "billing": {}},
            "rules": [{"name": f"rule{place}", **rule} for place, rule in enumerate(rules, start=1)],
        }
    )
    return classify(ruleset, facts(**more), default_team="support")


def test_the_first_rule_that_has_a_kind_of_decision_wins_it() -> None:
    made = decide(
        {"then": {"priority": "low", "tags": ["first"]}},
        {"then": {"category": "technical", "priority": "urgent", "team": "support"}},
        {"then": {"category": "billing", "tags": ["third"], "skills": ["he"]}},
    )
    assert (made.category, made.priority, made.team) == ("technical", "low", "support")
    assert (made.tags, made.skills) == (("first",), ("he",))


def test_the_category_gives_team_and_priority_unless_a_rule_does() -> None:
    made = decide({"then": {"category": "technical"}})
    assert (made.priority, made.team) == ("high", "technical")
    assert [reason.because for reason in made.reasons[-2:]] == ["team technical", "category technical: high"]


def test_a_ticket_that_no_rule_knows_is_general_and_belongs_to_the_default_team() -> None:
    made = decide({"when": {"channel": "chat"}, "then": {"category": "technical"}})
    assert (made.category, made.priority, made.team, made.by) == ("general", "normal", "support", "default")
    assert made.reasons[0].because == "no rule gave a category: general"


def test_every_rule_tried_is_recorded_and_only_those_that_decided_are_reasons() -> None:
    made = decide(
        {"when": {"channel": "chat"}, "then": {"category": "billing"}},
        {"when": {"keywords": {"en": ["lamp*"]}}, "then": {"category": "technical"}},
        {"then": {"category": "general"}},
        text="Two lamps",
    )
    assert [trial.document() for trial in made.tried] == [
        {"rule": "rule1", "applied": False, "because": "channel is email, not chat", "decided": []},
        {"rule": "rule2", "applied": True, "because": "keyword 'lamp*' (text, en)", "decided": ["category"]},
        {"rule": "rule3", "applied": True, "because": "always; an earlier rule had decided it", "decided": []},
    ]
    assert [reason.rule for reason in made.reasons] == ["rule2", "category technical", "priority"]


def test_reasons_quote_the_rules_and_not_the_customer() -> None:
    made = decide({"when": {"keywords": ["secret*"]}, "then": {"category": "billing"}}, text="my secretary Iva Novak")
    assert "secretary" not in str(made.reasons) + str(made.tried)


def test_tags_are_those_of_the_first_rule_and_added_ones_of_all() -> None:
    made = decide(
        {"then": {"add_tags": ["a"]}},
        {"then": {"tags": ["b"]}},
        {"then": {"tags": ["c"], "add_tags": ["d", "b"]}},
    )
    assert made.tags == ("b", "a", "d")
    assert [trial.decided for trial in made.tried] == [("add_tags",), ("tags",), ("add_tags",)]


def test_skills_may_name_levels_and_preferences() -> None:
    made = decide({"then": {"skills": {"electrics": 2, "he": None}, "prefer": {"sl": 3}}}, {"then": {"prefer": ["x"]}})
    assert (made.skills, made.levels, made.prefers) == (("electrics", "he"), {"electrics": 2}, {"sl": 3})


def test_impact_urgency_and_tier_sum_up_to_the_priority() -> None:
    made = decide({"then": {"impact": "high", "category": "technical"}}, {"then": {"urgency": "high"}})
    assert (made.impact, made.urgency, made.priority) == ("high", "high", "urgent")
    assert made.reasons[-1].because == "impact high × urgency high = urgent"


def test_rules_that_are_not_enabled_or_stopped_are_told_so() -> None:
    made = decide(
        {"enabled": False, "then": {"category": "billing"}},
        {"stop": True, "then": {"priority": "low"}},
        {"then": {"category": "technical"}},
    )
    assert (made.category, made.priority) == ("general", "low")
    assert [trial.because for trial in made.tried] == ["it is not enabled", "always", "not tried: rule rule2 stops"]


def test_rules_for_later_events_are_not_tried_at_the_opening() -> None:
    made = decide({"event": "rated", "then": {"category": "billing"}})
    assert (made.category, made.tried) == ("general", ())
