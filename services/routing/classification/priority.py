"""How urgent a ticket is: impact by urgency, at least the category's own priority, raised by the customer's tier."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from services.routing.classification.words import fold
from services.routing.ticket import PRIORITIES, rank
from shared.config import Strict
from shared.events import Priority, Severity

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
USUAL: Severity = "normal"
"""Of impact or urgency, where only the other one is known."""
_MATRIX: Mapping[Severity, Mapping[Severity, Priority]] = {
    "low": {"low": "low", "normal": "low", "high": "normal"},
    "normal": {"low": "low", "normal": "normal", "high": "high"},
    "high": {"low": "normal", "normal": "high", "high": "urgent"},
}


class Raise(Strict):
    """By how many steps a tier raises the priority, and to which one at most."""

    steps: Annotated[int, Field(ge=0, le=3)]
    at_most: Priority = "urgent"


def _steps(value: object) -> object:
    return {"steps": value} if isinstance(value, int) and not isinstance(value, bool) else value


Row = dict[Severity, Priority]


class PriorityRules(Strict):
    """The `priority` section: a row of the matrix for each impact, a column for each urgency."""

    matrix: dict[Severity, Row] = Field(default_factory=lambda: {impact: dict(row) for impact, row in _MATRIX.items()})
    tiers: dict[str, Annotated[Raise, BeforeValidator(_steps)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _matrix_is_whole(self) -> Self:
        for impact in SEVERITIES:
            for urgency in SEVERITIES:
                if urgency not in self.matrix.get(impact, {}):
                    raise ValueError(f"matrix.{impact}: impact {impact} has no priority for urgency {urgency}")
        return self

    def of_tier(self, tier: str | None) -> Raise | None:
        """What the customer's tier does to the priority."""
        wanted = fold(tier) if tier else None
        return next((each for name, each in self.tiers.items() if fold(name) == wanted), None)


@dataclass(frozen=True, slots=True)
class Sum:
    """A priority and how it came about, for people to read."""

    priority: Priority
    because: str


def prioritize(
    rules: PriorityRules,
    *,
    given: Priority | None,
    impact: Severity | None,
    urgency: Severity | None,
    category: tuple[str, Priority | None],
    tier: str | None,
    default: Priority,
) -> Sum:
    """The priority that a rule gave stands as it is. Else impact by urgency, which the category's own raises
    where it is higher; without impact and urgency the category's own or the default; then the tier's steps."""
    if given is not None:
        return Sum(given, f"a rule says {given}")
    name, own = category
    if impact is None and urgency is None:
        priority = own or default
        said = f"category {name}: {priority}" if own is not None else f"default: {default}"
    else:
        priority = rules.matrix[impact or USUAL][urgency or USUAL]
        said = f"impact {impact or USUAL} × urgency {urgency or USUAL} = {priority}"
        if own is not None and rank(own) > rank(priority):
            priority, said = own, f"{said}; category {name} is at least {own}"
    return _raised(rules, Sum(priority, said), tier)


def _raised(rules: PriorityRules, found: Sum, tier: str | None) -> Sum:
    by = rules.of_tier(tier)
    if by is None or not by.steps:
        return found
    to = PRIORITIES[min(rank(found.priority) + by.steps, len(PRIORITIES) - 1)]
    limited = to if rank(to) <= rank(by.at_most) else by.at_most
    if rank(limited) <= rank(found.priority):
        return Sum(found.priority, f"{found.because}; tier {tier} raises to {by.at_most} at most")
    return Sum(limited, f"{found.because}; tier {tier} +{rank(limited) - rank(found.priority)}: {limited}")
