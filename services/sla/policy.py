"""Which promise holds for a ticket: ordered policies, each with targets, pauses, warnings and a ladder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from services.sla.calendar import Calendar, always
from services.sla.durations import Duration
from shared.config import Strict
from shared.events import Clock as ClockName
from shared.events import Priority

ALWAYS = "24x7"
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
OpenStatus = Literal["new", "open", "pending_customer", "on_hold"]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]


@dataclass(frozen=True, slots=True)
class Attributes:
    """What policies are chosen by. None is not known, and fulfils no condition."""

    tier: str | None = None
    channel: str | None = None
    category: str | None = None
    priority: str | None = None
    team: str | None = None


class Match(Strict):
    """Conditions that must all hold; each names the values that fulfil it, an empty one always holds."""

    tier: Names = ()
    channel: Names = ()
    category: Names = ()
    priority: Annotated[tuple[Priority, ...], BeforeValidator(_listed)] = ()
    team: Names = ()

    def holds(self, ticket: Attributes) -> bool:
        return all(
            not wanted or found in wanted
            for wanted, found in (
                (self.tier, ticket.tier),
                (self.channel, ticket.channel),
                (self.category, ticket.category),
                (self.priority, ticket.priority),
                (self.team, ticket.team),
            )
        )

    @property
    def everything(self) -> bool:
        return not (self.tier or self.channel or self.category or self.priority or self.team)


class Level(Strict):
    """One step of the ladder: reached `after` so much working time from the breach (or the first warning)."""

    on: Literal["breach", "warning"]
    after: Duration = 0
    level: Annotated[int, Field(ge=1, le=20)]
    team: Name | None = None
    priority: Priority | None = None
    notify: tuple[Literal["owner", "lead", "manager"], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _on_is_a_word(cls, value: Any) -> Any:
        # YAML 1.1 reads the key `on` as the truth value true.
        if isinstance(value, dict) and True in value:
            return {("on" if key is True else key): item for key, item in value.items()}
        return value

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.team is None and self.priority is None and not self.notify:
            raise ValueError("the level has no effect: give team, priority or notify")
        return self


class Policy(Strict):
    """A promise and what happens when it is about to be broken, or is."""

    name: Name
    match: Match = Match()
    calendar: Name
    targets: Annotated[Mapping[ClockName, Annotated[Duration, Field(ge=1)]], Field(min_length=1)]
    pause_on: Annotated[tuple[OpenStatus, ...], BeforeValidator(_listed)] = ("pending_customer",)
    warnings: tuple[Annotated[int, Field(ge=1, le=99)], ...] = ()
    escalation: tuple[Level, ...] = ()

    @field_validator("warnings")
    @classmethod
    def _ascending(cls, warnings: tuple[int, ...]) -> tuple[int, ...]:
        if list(warnings) != sorted(set(warnings)):
            raise ValueError("give each percentage once, the lowest first")
        return warnings

    @field_validator("escalation")
    @classmethod
    def _numbered(cls, escalation: tuple[Level, ...]) -> tuple[Level, ...]:
        if [level.level for level in escalation] != list(range(1, len(escalation) + 1)):
            raise ValueError("number the levels 1, 2, 3 in this order")
        return escalation

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.warnings and any(level.on == "warning" for level in self.escalation):
            raise ValueError("a level on warning needs a percentage in warnings")
        for clock, target in self.targets.items():
            reached = [self.reached(level, target) for level in self.escalation]
            if reached != sorted(reached):
                raise ValueError(f"a level of {clock} would be reached before the one below it")
        return self

    def warned(self, percent: int, target: int) -> int:
        """After how many seconds of a target a warning is due."""
        return target * percent // 100

    def reached(self, level: Level, target: int) -> int:
        """After how many seconds of working time a level is reached, on a clock that never changes."""
        return (target if level.on == "breach" else self.warned(self.warnings[0], target)) + level.after


class ServiceLevels:
    """All policies, in order, with the calendars that they name."""

    def __init__(self, policies: Sequence[Policy], calendars: Mapping[str, Calendar]) -> None:
        self.policies = tuple(policies)
        self._by_name = {policy.name: policy for policy in policies}
        self._calendars = {ALWAYS: always(ALWAYS), **calendars}

    def policy_for(self, ticket: Attributes) -> Policy:
        """The first policy that fits; the last one fits every ticket."""
        return next(policy for policy in self.policies if policy.match.holds(ticket))

    def named(self, policy: str) -> Policy:
        return self._by_name[policy]

    def calendar_of(self, policy: Policy) -> Calendar:
        return self._calendars[policy.calendar]
