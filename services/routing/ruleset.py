"""Decides category, priority, tags, team and skills of a ticket by ordered rules, and keeps why."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from services.routing.conditions import Condition, Reading
from services.routing.facts import Facts
from shared.config import Strict
from shared.events import Priority, Reason
from shared.organisation import Name

KINDS = ("category", "priority", "tags", "team", "skills")
MAX_BECAUSE = 300


class Actions(Strict):
    """What a rule decides. Of each kind, the first rule that applies and has it wins."""

    category: Name | None = None
    priority: Priority | None = None
    tags: tuple[Name, ...] | None = None
    team: Name | None = None
    skills: tuple[Name, ...] | None = None

    @model_validator(mode="after")
    def _decides_something(self) -> Self:
        if not self.given():
            raise ValueError(f"a rule needs at least one of {', '.join(KINDS)}")
        return self

    def given(self) -> dict[str, Any]:
        return {kind: value for kind in KINDS if (value := getattr(self, kind)) is not None}


class Rule(Strict):
    name: Name
    when: Condition | None = None
    then: Actions


class Category(Strict):
    """What a ticket's subject can be. `team` and `priority` hold unless a rule says otherwise."""

    team: Name | None = None
    priority: Priority | None = None


class Default(Strict):
    """For tickets to which no rule gives a category, and categories without a priority."""

    category: Name
    priority: Priority = "normal"


class Ruleset(Strict):
    """config/routing.yaml as a whole."""

    default: Default
    categories: Annotated[dict[Name, Category], Field(min_length=1)]
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule that was tried: whether it applied, why, and what it decided (nothing, if others were first)."""

    rule: str
    applied: bool
    because: str
    decided: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        return {"rule": self.rule, "applied": self.applied, "because": self.because, "decided": list(self.decided)}


@dataclass(frozen=True, slots=True)
class Classification:
    """What the rules came to. `reasons` names what decided something, `tried` every rule."""

    category: str
    priority: Priority
    team: str
    tags: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    by: str = "default"
    reasons: tuple[Reason, ...] = ()
    tried: tuple[Trial, ...] = field(default=(), repr=False)


def classify(ruleset: Ruleset, facts: Facts, *, default_team: str) -> Classification:
    """One pass over the rules, in their order; then the category's own team and priority fill the gaps."""
    decided, tried = _run(ruleset, Reading(facts))
    reasons = [Reason(rule=trial.rule, because=_short(trial.because)) for trial in tried if trial.decided]
    by = "rules" if "category" in decided else "default"
    category = decided.get("category", ruleset.default.category)
    if by == "default":
        reasons.append(Reason(rule="default", because=f"no rule gave a category: {category}"))
    own = ruleset.categories[category]
    filled = {
        kind: value
        for kind in ("team", "priority")
        if kind not in decided and (value := getattr(own, kind)) is not None
    }
    if filled:
        said = ", ".join(f"{kind} {value}" for kind, value in filled.items())
        reasons.append(Reason(rule=f"category {category}", because=said))
    return Classification(
        category=category,
        priority=decided.get("priority") or own.priority or ruleset.default.priority,
        team=decided.get("team") or own.team or default_team,
        tags=decided.get("tags", ()),
        skills=decided.get("skills", ()),
        by=by,
        reasons=tuple(reasons),
        tried=tried,
    )


def _run(ruleset: Ruleset, reading: Reading) -> tuple[dict[str, Any], tuple[Trial, ...]]:
    decided: dict[str, Any] = {}
    tried = []
    for rule in ruleset.rules:
        verdict = rule.when.test(reading) if rule.when is not None else None
        if verdict is not None and not verdict.holds:
            tried.append(Trial(rule.name, False, verdict.because))
            continue
        because = verdict.because if verdict is not None else "always"
        fresh = {kind: value for kind, value in rule.then.given().items() if kind not in decided}
        decided |= fresh
        if not fresh:
            because += "; an earlier rule had decided it"
        tried.append(Trial(rule.name, True, because, tuple(fresh)))
    return decided, tuple(tried)


def _short(text: str) -> str:
    return text if len(text) <= MAX_BECAUSE else f"{text[: MAX_BECAUSE - 1]}…"
