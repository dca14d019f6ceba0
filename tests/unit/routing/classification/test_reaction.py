"""Rules for what happens to a ticket later: what they may change, what they may not, and what is recorded."""

from dataclasses import replace
from typing import Any

from services.routing.classification.facts import Facts, Occasion, State
from services.routing.classification.reaction import Reaction, react
from services.routing.classification.schema import Ruleset

STATE = State(category="general", priority="normal", team="support", status="open", tags=("old",))


def reacted(
    *rules: dict[str, Any], occasion: Occasion = "customer_message", state: State = STATE, **more: Any
) -> Reaction:
    ruleset = Ruleset.model_validate(
        {
            "default": {"category": "general"},
            "categories": {"general": {}, "technical": {"team": "technical", "priority": "high"}},
            "priority": {"tiers": {"vip": 1}},
            "rules": [{"name": f"rule{n}", "event": occasion, **rule} for n, rule in enumerate(rules, start=1)],
        }
    )
    told: dict[str, Any] = {"text": "", "tier": None} | more
    facts = Facts(channel="email", mailbox="", language="en", title="", fields={}, ticket=state, **told)
    return react(ruleset, (occasion,), facts)


def test_only_the_rules_of_the_event_are_tried() -> None:
    found = reacted(
        {"event": "rated", "then": {"priority": "urgent"}},
        {"event": ["rated", "customer_message"], "then": {"add_tags": ["seen"]}},
    )
    assert [trial.rule for trial in found.tried] == ["rule2"]
    assert (found.priority, found.tags) == (None, ("old", "seen"))


def test_the_priority_only_rises() -> None:
    raised = reacted({"then": {"priority": "high"}})
    assert (raised.priority, raised.reasons[-1].because) == ("high", "a rule says high; it was normal")
    idle = reacted({"then": {"priority": "low"}})
    assert (idle.priority, idle.changes, idle.reasons) == (None, False, ())
    assert idle.tried[0].because == "always; nothing to change in priority"


def test_impact_and_urgency_are_summed_up_with_what_was_known() -> None:
    known = replace(STATE, impact="high")
    found = reacted({"then": {"urgency": "high"}}, state=known)
    assert (found.urgency, found.priority) == ("high", "urgent")
    vip = reacted({"then": {"impact": "high"}}, tier="vip")
    assert vip.priority == "urgent"
    assert vip.reasons[-1].because == "impact high × urgency normal = high; tier vip +1: urgent; it was normal"


def test_a_category_that_a_person_gave_stays() -> None:
    free = reacted({"then": {"category": "technical"}})
    assert (free.category, free.priority, free.team) == ("technical", "high", None)
    given = reacted({"then": {"category": "technical"}}, state=replace(STATE, category_is_given=True))
    assert not given.changes


def test_a_team_that_has_it_already_is_no_transfer() -> None:
    assert reacted({"then": {"team": "technical"}}).team == "technical"
    assert not reacted({"then": {"team": "support"}}).changes


def test_tags_of_all_rules_come_together() -> None:
    found = reacted({"then": {"add_tags": ["a"]}}, {"then": {"add_tags": ["old", "b", "a"]}})
    assert found.tags == ("old", "a", "b")
    assert not reacted({"then": {"add_tags": ["old"]}}).changes


def test_skills_are_those_of_the_first_rule_that_has_some() -> None:
    found = reacted({"then": {"skills": {"he": 4, "networks": None}}}, {"then": {"prefer": ["sl"], "skills": ["en"]}})
    assert (found.skills, found.levels, found.prefers) == (("he", "networks"), {"he": 4}, {"sl": 1})


def test_facts_do_not_change_while_the_rules_run() -> None:
    found = reacted(
        {"then": {"priority": "urgent"}},
        {"when": {"ticket": {"priority": "urgent"}}, "then": {"add_tags": ["loud"]}},
    )
    assert (found.priority, found.tags) == ("urgent", None)


def test_a_rule_that_stops_ends_the_pass_and_one_that_is_not_enabled_is_passed_over() -> None:
    found = reacted(
        {"enabled": False, "then": {"add_tags": ["a"]}},
        {"stop": True, "then": {"add_tags": ["b"]}},
        {"then": {"add_tags": ["c"]}},
    )
    assert found.tags == ("old", "b")
    assert [trial.because for trial in found.tried] == ["it is not enabled", "always", "not tried: rule rule2 stops"]
