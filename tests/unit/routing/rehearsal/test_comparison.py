"""A dry run tells what differs between two rulesets, which rule is behind it, and how often each applied."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.routing.classification.facts import Facts
from services.routing.classification.schema import Ruleset
from services.routing.opening import Opening
from services.routing.rehearsal.comparison import LEFT_OPEN, Comparison, Report

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BILL = {"name": "bill", "when": {"keywords": {"en": ["bill"]}}, "then": {"category": "billing"}}
BROKEN = {"name": "broken", "when": {"keywords": {"en": ["broken"]}}, "then": {"category": "technical"}}


def ruleset(*rules: dict[str, Any], **more: Any) -> Ruleset:
    return Ruleset.model_validate(
        {
            "default": {"category": "general"},
            "categories": {"general": {}, "billing": {"team": "billing"}, "technical": {"team": "technical"}},
            "rules": rules,
            **more,
        }
    )


def opening(number: int, text: str, *, tier: str | None = None) -> Opening:
    facts = Facts(channel="email", mailbox="", language="en", title="", text=text, fields={}, tier=tier, at=NOW)
    return Opening(ticket=f"t{number}", number=f"K-{number}", at=NOW - timedelta(minutes=number), facts=facts)


def report(current: Ruleset, changed: Ruleset, *texts: str, listed: int = 10, **more: Any) -> Report:
    comparison = Comparison(current=current, changed=changed, default_team="support", listed=listed)
    comparison.add(opening(number, text, **more) for number, text in enumerate(texts, start=1))
    return comparison.report()


def test_the_same_rules_change_nothing() -> None:
    found = report(ruleset(BILL), ruleset(BILL), "my bill", "hello")
    assert (found.openings, found.changed, found.share, found.kinds, found.tickets) == (2, 0, 0.0, (), ())
    assert [(one.rule, one.before, one.after) for one in found.rules] == [("bill", 1, 1)]


def test_what_changes_is_counted_and_told_with_the_rule_behind_it() -> None:
    urgent = {**BROKEN, "then": {"category": "technical", "priority": "urgent", "add_tags": ["hot"]}}
    found = report(ruleset(BILL), ruleset(urgent, BILL), "broken bill", "bills", "broken", "hello")
    assert (found.changed, found.share, found.left_open) == (2, 0.5, (2, 1))
    kinds = {kind.kind: {(old, new): count for old, new, count in kind.changes} for kind in found.kinds}
    assert kinds == {
        "category": {("billing", "technical"): 1, (LEFT_OPEN, "technical"): 1},
        "priority": {("normal", "urgent"): 2},
        "team": {("billing", "technical"): 1, ("support", "technical"): 1},
        "tags": {("none", "hot"): 2},
    }
    first = found.tickets[0]
    assert (first.number, first.opened_at) == ("K-1", NOW - timedelta(minutes=1))
    assert [(one.kind, one.by_before, one.by_after) for one in first.changes] == [
        ("category", "bill", "broken"),
        ("priority", "default: normal", "broken"),
        ("team", "category billing", "category technical"),
        ("tags", "no rule", "broken"),
    ]


def test_rules_that_never_apply_and_rules_that_are_gone_are_told() -> None:
    rated = {"name": "rated", "event": "rated", "then": {"add_tags": ["x"]}}
    found = report(ruleset(BILL), ruleset(BROKEN, rated), "bill")
    assert [(one.rule, one.before, one.after) for one in found.rules] == [("broken", None, 0), ("bill", 1, None)]
    assert (found.never, found.not_replayed) == (("broken",), ("rated",))


def test_a_changed_matrix_or_tier_shows_in_the_priorities() -> None:
    found = report(ruleset(), ruleset(priority={"tiers": {"vip": 1}}), "hello", tier="vip")
    assert found.tickets[0].changes[0].by_after == "default: normal; tier vip +1: high"


def test_only_so_many_tickets_are_listed_and_the_rest_is_counted() -> None:
    found = report(ruleset(), ruleset(BILL), *["bill"] * 7, listed=3)
    assert (len(found.tickets), found.more, found.changed) == (3, 4, 7)
