"""What config/routing.yaml holds: rules with their conditions and actions, categories, defaults, priorities."""

from collections.abc import Collection, Iterator
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from services.routing.classification.conditions import Condition, Place
from services.routing.classification.facts import Occasion
from services.routing.classification.priority import PriorityRules
from services.routing.classification.values import several
from services.routing.learning.configuration import Learning
from shared.config import Strict
from shared.events import Priority, Severity
from shared.organisation import Level, Name, Zone

KINDS = ("category", "priority", "impact", "urgency", "tags", "team", "skills", "prefer")
"""Of each, the first rule that applies and has it wins. `add_tags` is no kind: the tags of all rules come together."""
_ADDED = "add_tags"


def _without_levels(value: object) -> object:
    return dict.fromkeys(value) if isinstance(value, (list, tuple)) else value


Skills = Annotated[dict[Name, Level | None], BeforeValidator(_without_levels)]
"""Skills that are asked for, with the level that they need at least; None: any level."""


class Actions(Strict):
    """What a rule decides."""

    category: Name | None = None
    priority: Priority | None = None
    impact: Severity | None = None
    urgency: Severity | None = None
    tags: tuple[Name, ...] | None = None
    add_tags: Annotated[tuple[Name, ...] | None, Field(min_length=1)] = None
    team: Name | None = None
    skills: Skills | None = None
    prefer: Skills | None = None

    @model_validator(mode="after")
    def _decides_something(self) -> Self:
        if not self.given() and self.add_tags is None:
            raise ValueError(f"a rule needs at least one of {', '.join((*KINDS, _ADDED))}")
        return self

    def given(self) -> dict[str, Any]:
        return {kind: value for kind in KINDS if (value := getattr(self, kind)) is not None}


class Rule(Strict):
    """`event` is what it reacts to. After a rule that applies and says `stop`, no later one is tried."""

    name: Name
    event: Annotated[tuple[Occasion, ...], BeforeValidator(several), Field(min_length=1)] = ("opened",)
    enabled: bool = True
    when: Condition | None = None
    then: Actions
    stop: bool = False

    @model_validator(mode="before")
    @classmethod
    def _on_is_no_key(cls, value: Any) -> Any:
        if isinstance(value, dict) and True in value:
            raise ValueError("write `event:` instead of `on:`, which YAML reads as true")
        return value

    def conditions(self) -> Iterator[tuple[Place, Condition]]:
        """All of its conditions, also nested ones, each with its place under `when`."""
        return iter(()) if self.when is None else self.when.inside()


class Category(Strict):
    """What a ticket's subject can be. Its team holds unless a rule says otherwise; its priority is the least
    that impact, urgency and tier come to, unless a rule gives another."""

    team: Name | None = None
    priority: Priority | None = None


class Default(Strict):
    """For tickets to which neither rule nor model gives a category, and categories without a priority."""

    category: Name
    priority: Priority = "normal"


class Ruleset(Strict):
    """config/routing.yaml as a whole. `zone` is that of times in conditions, if not the organisation's."""

    zone: Zone | None = None
    default: Default
    categories: Annotated[dict[Name, Category], Field(min_length=1)]
    priority: PriorityRules = Field(default_factory=PriorityRules)
    rules: tuple[Rule, ...] = ()
    learning: Learning = Field(default_factory=Learning)

    @property
    def clock_zone(self) -> str:
        return self.zone or "UTC"

    def reacts_to(self, occasions: Collection[Occasion]) -> bool:
        """Whether any rule does."""
        return any(rule.enabled and set(occasions) & set(rule.event) for rule in self.rules)
