"""The ordered rules: what each condition means, what wins, and what is recorded."""

from typing import Any

import pytest

from services.routing.conditions import Condition, Reading
from services.routing.facts import Facts
from services.routing.ruleset import Classification, Ruleset, classify


def facts(**more: Any) -> Facts:
    told: dict[str, Any] = {
        "channel": "email",
        "mailbox": "support@svetilka.example",
        "language": "en",
        "title": "",
        "text": "",
        "fields": {},
        "tier": None,
    }
    return Facts(**(told | more))


def holds(condition: dict[str, Any], **more: Any) -> bool:
    return Condition.model_validate(condition).test(Reading(facts(**more))).holds


def decide(*rules: dict[str, Any], **more: Any) -> Classification:
    ruleset = Ruleset.model_validate(
        {
            "default": {"category": "general"},
            "categories": {"general": {}, "technical": {"team": "technical", "priority": "high"}, "billing": {}},
            "rules": [{"name": f"rule{place}", **rule} for place, rule in enumerate(rules, start=1)],
        }
    )
    return classify(ruleset, facts(**more), default_team="support")


@pytest.mark.parametrize(
    ("condition", "given", "expected"),
    [
        ({"channel": "chat"}, {"channel": "chat"}, True),
        ({"channel": ["chat", "form"]}, {"channel": "email"}, False),
        ({"language": "he"}, {"language": None}, False),
        ({"mailbox": "Support@Svetilka.example"}, {}, True),
        ({"tier": "vip"}, {"tier": "VIP"}, True),
        ({"fields": {"topic": "plačilo"}}, {"fields": {"topic": "Placilo"}}, True),
        ({"fields": {"topic": "a"}}, {"fields": {"topic": ["b", "a"]}}, True),
        ({"fields": {"order": "17"}}, {"fields": {"order": 17}}, True),
        ({"fields": {"gift": "true"}}, {"fields": {"gift": True}}, True),
        ({"fields": {"topic": "a"}}, {"fields": {}}, False),
        ({"keywords": ["broken"]}, {"title": "Broken lamp"}, True),
        ({"title": ["broken"]}, {"text": "broken"}, False),
        ({"channel": "email", "keywords": ["broken"]}, {"text": "fine"}, False),
        ({"not": {"channel": "chat"}}, {}, True),
        ({"all": [{"channel": "email"}, {"not": {"keywords": ["spam"]}}]}, {}, True),
        ({"any": [{"channel": "chat"}, {"all": [{"language": "en"}, {"keywords": ["x"]}]}]}, {"text": "x"}, True),
        ({"any": [{"channel": "chat"}, {"language": "he"}]}, {}, False),
    ],
)
def test_conditions_nest(condition: dict[str, Any], given: dict[str, Any], expected: bool) -> None:
    assert holds(condition, **given) is expected


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
    assert made.reasons[-1].because == "team technical, priority high"


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
    assert [reason.rule for reason in made.reasons] == ["rule2", "category technical"]


def test_reasons_quote_the_rules_and_not_the_customer() -> None:
    made = decide({"when": {"keywords": ["secret*"]}, "then": {"category": "billing"}}, text="my secretary Iva Novak")
    assert "secretary" not in str(made.reasons) + str(made.tried)
