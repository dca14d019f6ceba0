"""When a clock's warnings, breach and escalation levels are due: instants from the clock and its policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.sla.calendar import Calendar
from services.sla.engine import Clock
from services.sla.policy import Level, Policy, ServiceLevels
from shared.envelope import Frozen

Kind = Literal["warning", "breach", "level"]
ORDER: tuple[Kind, ...] = ("warning", "breach", "level")
"""What is told first of several thresholds that are reached at the same instant."""


class Announced(Frozen):
    """What was published about one cycle of a clock.

    `breached_at` is the due time that was said to be broken, until a late fact withdraws that.
    """

    warned: tuple[int, ...] = ()
    breaches: int = 0
    breached_at: datetime | None = None
    levels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Threshold:
    """Something to announce at `at`. `number` is the percentage, the how-manieth breach, or the level."""

    at: datetime
    kind: Kind
    clock: Clock
    number: int

    @property
    def key(self) -> str:
        """The same for the same threshold of a ticket, whoever finds it due."""
        return f"{self.clock.clock}:{self.clock.cycle}:{self.kind}:{self.number}"


def thresholds(clock: Clock, announced: Announced, levels: ServiceLevels) -> list[Threshold]:
    """What is still to be announced, the earliest first."""
    policy = levels.named(clock.policy)
    calendar = levels.calendar_of(policy)
    found = [
        *_warnings(clock, announced, policy, calendar),
        *_breach(clock, announced),
        *_levels(clock, announced, policy, calendar),
    ]
    return sorted(found, key=lambda one: (one.at, ORDER.index(one.kind), one.number))


def first_due(found: list[Threshold], now: datetime) -> Threshold | None:
    """What to announce first. A warning of what has already happened is left out."""
    for threshold in found:
        overdue_at = threshold.clock.overdue_at
        late = threshold.kind == "warning" and overdue_at is not None and overdue_at <= now
        if threshold.at <= now and not late:
            return threshold
    return None


def _warnings(clock: Clock, announced: Announced, policy: Policy, calendar: Calendar) -> Iterator[Threshold]:
    if clock.mode != "running" or clock.breached_at is not None or announced.breached_at is not None:
        return
    for percent in policy.warnings:
        if percent not in announced.warned:
            at = _after(clock, policy.warned(percent, clock.target) - clock.elapsed, calendar)
            yield Threshold(at, "warning", clock, percent)


def _breach(clock: Clock, announced: Announced) -> Iterator[Threshold]:
    """Also of a clock that has ended late: that it did is as true as if somebody had watched."""
    if clock.overdue_at is not None and announced.breached_at is None:
        yield Threshold(clock.overdue_at, "breach", clock, announced.breaches + 1)


def _levels(clock: Clock, announced: Announced, policy: Policy, calendar: Calendar) -> Iterator[Threshold]:
    """Only while it runs, each level once, and none before the one below it."""
    if clock.mode != "running" or clock.overdue_at is None:
        return
    earliest = clock.since
    for level in policy.escalation:
        if level.level > max(announced.levels, default=0):
            earliest = max(earliest, _reached(clock, clock.overdue_at, level, policy, calendar))
            yield Threshold(earliest, "level", clock, level.level)


def _reached(clock: Clock, overdue_at: datetime, level: Level, policy: Policy, calendar: Calendar) -> datetime:
    if level.on == "warning":
        return _after(clock, policy.reached(level, clock.target) - clock.elapsed, calendar)
    if clock.breached_at is not None:
        return _after(clock, level.after - clock.overtime, calendar)
    return calendar.add(overdue_at, level.after) if level.after else overdue_at


def _after(clock: Clock, seconds: int, calendar: Calendar) -> datetime:
    return calendar.add(clock.since, seconds) if seconds > 0 else clock.since
