"""Decides category, priority, tags, team and skills of a ticket by ordered rules, and keeps why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.routing.classification.conditions import Reading
from services.routing.classification.facts import Facts, Occasion
from services.routing.classification.priority import Sum, prioritize
from services.routing.classification.schema import KINDS, Actions, Category, Default, Rule, Ruleset
from services.routing.learning.answering.heard import Heard
from shared.events import ModelVerdict, Priority, Reason, Severity

__all__ = ["KINDS", "Actions", "Category", "Classification", "Default", "Pass", "Rule", "Ruleset", "Trial", "classify"]

MAX_BECAUSE = 300
ANY_LEVEL = 1
OPENING: tuple[Occasion, ...] = ("opened",)


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule that was tried: whether it applied, why, and what it decided (nothing, if others were first)."""

    rule: str
    applied: bool
    because: str
    decided: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        return {"rule": self.rule, "applied": self.applied, "because": self.because, "decided": list(self.decided)}

    def reason(self) -> Reason:
        return Reason(rule=self.rule, because=short(self.because))


@dataclass(frozen=True, slots=True)
class Classification:
    """What the rules came to. `reasons` names what decided something, `tried` every rule.

    `skills` are required, `levels` are those of them that need one; `prefers` count for a while.
    """

    category: str
    priority: Priority
    team: str
    tags: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    levels: Mapping[str, int] = field(default_factory=dict)
    prefers: Mapping[str, int] = field(default_factory=dict)
    impact: Severity | None = None
    urgency: Severity | None = None
    by: str = "default"
    model: ModelVerdict | None = None
    reasons: tuple[Reason, ...] = ()
    tried: tuple[Trial, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over the rules: what was decided, of each kind, and every trial."""

    decided: dict[str, Any]
    tried: tuple[Trial, ...]

    @property
    def leaves_category_open(self) -> bool:
        return "category" not in self.decided

    def reasons(self) -> list[Reason]:
        return [trial.reason() for trial in self.tried if trial.decided]


def run(ruleset: Ruleset, facts: Facts, *, occasions: Collection[Occasion] = OPENING) -> Pass:
    """Tries the rules of the occasions, in their order."""
    return tried_on(ruleset, Reading(facts, zone=ruleset.clock_zone), occasions=occasions)


def tried_on(ruleset: Ruleset, reading: Reading, *, occasions: Collection[Occasion] = OPENING) -> Pass:
    """The same on facts whose words may have been looked up before."""
    decided: dict[str, Any] = {}
    tried: list[Trial] = []
    stopped: str | None = None
    for rule in ruleset.rules:
        if not set(occasions) & set(rule.event):
            continue
        trial = _not_tried(rule, stopped) or _tried(rule, reading, decided)
        tried.append(trial)
        if trial.applied and rule.stop:
            stopped = rule.name
    return Pass(decided, tuple(tried))


def classify(
    ruleset: Ruleset, facts: Facts, *, default_team: str, ran: Pass | None = None, heard: Heard | None = None
) -> Classification:
    """One pass over the rules (or `ran`, which is one already); the model's category where they leave it open;
    then the category's own team fills the gap, and the priority is summed up."""
    done = ran or run(ruleset, facts)
    decided, reasons = done.decided, done.reasons()
    by, category = "rules", decided.get("category")
    asked = heard if heard is not None and category is None else Heard()
    if (learned := asked.reason()) is not None:
        reasons.append(learned)
    if category is None:
        by, category = "model", asked.category
    if category is None:
        by, category = "default", ruleset.default.category
        reasons.append(Reason(rule="default", because=f"no rule gave a category: {category}"))
    own = ruleset.categories[category]
    if "team" not in decided and own.team is not None:
        reasons.append(Reason(rule=f"category {category}", because=f"team {own.team}"))
    urgent = summed(ruleset, decided, category, tier=facts.tier)
    reasons.append(Reason(rule="priority", because=short(urgent.because)))
    skills, prefers = decided.get("skills", {}), decided.get("prefer", {})
    return Classification(
        category=category,
        priority=urgent.priority,
        team=decided.get("team") or own.team or default_team,
        tags=tuple(dict.fromkeys((*decided.get("tags", ()), *decided.get("add_tags", ())))),
        skills=tuple(skills),
        levels={name: level for name, level in skills.items() if level is not None},
        prefers={name: level or ANY_LEVEL for name, level in prefers.items()},
        impact=decided.get("impact"),
        urgency=decided.get("urgency"),
        by=by,
        model=asked.verdict,
        reasons=tuple(reasons),
        tried=done.tried,
    )


def summed(ruleset: Ruleset, decided: Mapping[str, Any], category: str, *, tier: str | None) -> Sum:
    """The priority that what was decided comes to, and how."""
    own = ruleset.categories.get(category)
    return prioritize(
        ruleset.priority,
        given=decided.get("priority"),
        impact=decided.get("impact"),
        urgency=decided.get("urgency"),
        category=(category, None if own is None else own.priority),
        tier=tier,
        default=ruleset.default.priority,
    )


def short(text: str) -> str:
    return text if len(text) <= MAX_BECAUSE else f"{text[: MAX_BECAUSE - 1]}…"


def _not_tried(rule: Rule, stopped: str | None) -> Trial | None:
    if not rule.enabled:
        return Trial(rule.name, False, "it is not enabled")
    return None if stopped is None else Trial(rule.name, False, f"not tried: rule {stopped} stops")


def _tried(rule: Rule, reading: Reading, decided: dict[str, Any]) -> Trial:
    """Adds to `decided` what the rule has and no earlier one had."""
    verdict = rule.when.test(reading) if rule.when is not None else None
    if verdict is not None and not verdict.holds:
        return Trial(rule.name, False, verdict.because)
    because = verdict.because if verdict is not None else "always"
    fresh = {kind: value for kind, value in rule.then.given().items() if kind not in decided}
    decided |= fresh
    kinds = [*fresh]
    if rule.then.add_tags is not None:
        decided["add_tags"] = (*decided.get("add_tags", ()), *rule.then.add_tags)
        kinds.append("add_tags")
    if not kinds:
        because += "; an earlier rule had decided it"
    return Trial(rule.name, True, because, tuple(kinds))
