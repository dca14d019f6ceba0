"""The clocks of a ticket: a pure function of its facts, the policies and their calendars.

It knows no current time. A clock that runs has a due time; whether that has passed is for whoever asks.
A clock that ended, was paused or got another target after its due time carries `breached_at`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.sla.calendar import Calendar
from services.sla.facts import Facts
from services.sla.policy import Policy, ServiceLevels
from services.sla.timeline import BEGAN, REPLY, Step, steps
from shared.envelope import Frozen
from shared.events import Clock as ClockName
from shared.events import Status

Mode = Literal["running", "paused", "ended", "cancelled"]
State = Literal["running", "paused", "met", "breached", "cancelled"]
MOVING = ("running", "paused")
ENDED: tuple[Status, ...] = ("resolved", "closed", "spam")


class Clock(Frozen):
    """One cycle of one clock, as it was left by the last step that moved it, at `since`."""

    clock: ClockName
    cycle: int
    mode: Mode
    policy: str
    calendar: str
    target: int
    """Seconds of working time."""
    elapsed: int
    """Working seconds spent up to `since`."""
    overtime: int
    """Working seconds spent between `breached_at` and `since`."""
    since: datetime
    due_at: datetime | None
    """While it runs; once breached, when it was due."""
    breached_at: datetime | None
    because: str

    @property
    def state(self) -> State:
        if self.breached_at is not None:
            return "breached"
        return "met" if self.mode == "ended" else self.mode

    @property
    def overdue_at(self) -> datetime | None:
        """When it is, or was, breached, unless something happens before."""
        return self.breached_at or self.due_at


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a clock's life in which nothing about it changed."""

    start: datetime
    end: datetime
    counted: bool
    seconds: int
    policy: str
    calendar: str
    because: str


@dataclass(frozen=True, slots=True)
class Measured:
    clock: Clock
    stretches: tuple[Stretch, ...]


def clocks(facts: Facts, levels: ServiceLevels) -> tuple[Clock, ...]:
    """Every cycle of every clock that has begun."""
    return tuple(measured.clock for measured in measure(facts, levels))


def measure(facts: Facts, levels: ServiceLevels) -> tuple[Measured, ...]:
    """The clocks with the stretches of time that add up to them."""
    happened = steps(facts, levels)
    meters = (
        *_walk("first_response", happened, _first_response, levels, renewed=True),
        *_walk("resolution", happened, _resolution, levels, renewed=False),
    )
    return tuple(meter.measured() for meter in meters)


@dataclass(slots=True)
class _Situation:
    policy: Policy | None = None
    status: Status = "new"
    begun: bool = False
    answered: bool = False

    def take(self, step: Step) -> None:
        self.policy = step.policy or self.policy
        self.status = step.status or self.status
        self.begun = self.begun or step.kind == BEGAN
        self.answered = self.answered or (self.begun and step.kind == REPLY)


def _first_response(now: _Situation) -> Mode:
    """Runs from the first message to the first public answer by a person; an end without one cancels it."""
    if now.answered:
        return "ended"
    return "running" if now.begun and now.status not in ENDED else "cancelled"


def _resolution(now: _Situation) -> Mode:
    """Runs from the opening until resolved; goes on when reopened, where it had stopped."""
    if now.status in ENDED:
        return "cancelled" if now.status == "spam" else "ended"
    return "paused" if now.policy is not None and now.status in now.policy.pause_on else "running"


def _walk(
    name: ClockName,
    happened: list[Step],
    mode_of: Callable[[_Situation], Mode],
    levels: ServiceLevels,
    *,
    renewed: bool,
) -> list["_Meter"]:
    """Follows the steps; a cancelled clock begins a new cycle if `renewed`, when it is to run again."""
    now, meters = _Situation(), list[_Meter]()
    for step in happened:
        now.take(step)
        if now.policy is None:
            continue
        dropped = name not in now.policy.targets
        mode: Mode = "cancelled" if dropped else mode_of(now)
        because = f"policy {now.policy.name} has no target for it" if dropped else step.because
        current = meters[-1] if meters else None
        if current is None or (renewed and current.cancelled_by_step and mode in MOVING):
            if mode in MOVING:
                meters.append(_Meter(name, len(meters) + 1, levels, now.policy, step.at, mode, because))
        elif current.mode in MOVING or mode in MOVING:
            current.turn(step.at, mode, now.policy, because)
            current.cancelled_by_step = mode == "cancelled" and not dropped
    return meters


@dataclass(slots=True)
class _Meter:
    """Counts the working time of one clock."""

    name: ClockName
    cycle: int
    levels: ServiceLevels
    policy: Policy
    since: datetime
    mode: Mode
    because: str
    elapsed: int = 0
    overtime: int = 0
    breached_at: datetime | None = None
    cancelled_by_step: bool = False
    stretches: list[Stretch] = field(default_factory=list)

    @property
    def calendar(self) -> Calendar:
        return self.levels.calendar_of(self.policy)

    @property
    def target(self) -> int:
        return self.policy.targets[self.name]

    def turn(self, at: datetime, mode: Mode, policy: Policy, because: str) -> None:
        """Goes on in another mode, under another policy, or both; nothing happens when neither is another."""
        policy = policy if mode in MOVING else self.policy  # what has ended keeps the target that it ended with
        if mode == self.mode and policy is self.policy:
            return
        self._count(at)
        if policy is not self.policy:
            self.policy = policy
            if self.elapsed <= self.target:  # the new promise is not broken
                self.breached_at, self.overtime = None, 0
        self.mode, self.because = mode, because

    def _count(self, at: datetime) -> None:
        seconds = self.calendar.elapsed(self.since, at) if self.mode == "running" else 0
        if self.mode == "running":
            overdue = self._due()
            if self.breached_at is not None:
                self.overtime += seconds
            elif overdue < at:
                self.breached_at = overdue
                self.overtime = self.calendar.elapsed(overdue, at)
        self.elapsed += seconds
        self.stretches.append(
            Stretch(
                self.since,
                at,
                self.mode == "running",
                seconds,
                self.policy.name,
                self.policy.calendar,
                self.because,
            )
        )
        self.since = at

    def _due(self) -> datetime:
        """When the target is used up; at the next working moment if a shorter one was already."""
        return self.breached_at or self.calendar.add(self.since, max(0, self.target - self.elapsed))

    def measured(self) -> Measured:
        clock = Clock(
            clock=self.name,
            cycle=self.cycle,
            mode=self.mode,
            policy=self.policy.name,
            calendar=self.policy.calendar,
            target=self.target,
            elapsed=self.elapsed,
            overtime=self.overtime,
            since=self.since,
            due_at=self._due() if self.mode == "running" else None,
            breached_at=self.breached_at,
            because=self.because,
        )
        return Measured(clock, tuple(self.stretches))
