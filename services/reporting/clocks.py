"""The SLA clocks of a ticket as the facts of sla tell them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from services.reporting.facts import Fact
from shared.envelope import Frozen

ClockState = Literal["running", "paused", "met", "breached", "cancelled"]
SlaState = Literal["breached", "warned", "running", "paused", "met", "none"]
WORST_FIRST: tuple[SlaState, ...] = ("breached", "warned", "running", "paused", "met")

CHANGED, WARNED, BREACHED = "sla.changed.v1", "sla.warned.v1", "sla.breached.v1"
MOVES: dict[str, ClockState] = {
    "started": "running",
    "resumed": "running",
    "retargeted": "running",
    "paused": "paused",
    "met": "met",
    "stopped": "breached",
    "cancelled": "cancelled",
}
ENDS = frozenset({"met", "stopped", "cancelled"})


class Clock(Frozen):
    """One cycle of one clock. A breach stays, also when the clock stops later; `stopped_at` says whether it has."""

    clock: str
    cycle: int
    policy: str
    state: ClockState
    due_at: datetime | None
    warned: bool
    changed_at: datetime
    stopped_at: datetime | None

    @property
    def counted_at(self) -> datetime:
        """The instant whose day the clock counts for: when it was met, was due, or last changed."""
        if self.state in ("running", "breached"):
            return self.due_at or self.changed_at
        return self.changed_at

    @property
    def standing(self) -> SlaState:
        """What the clock contributes to the ticket's state."""
        if self.state == "running" and self.warned:
            return "warned"
        return "none" if self.state == "cancelled" else self.state


def clocks(facts: Iterable[Fact]) -> tuple[Clock, ...]:
    """Every cycle of every clock, by clock and cycle."""
    told: dict[tuple[str, int], list[Fact]] = {}
    for fact in facts:
        if fact.type in (CHANGED, WARNED, BREACHED):
            told.setdefault((fact.content["clock"], fact.content["cycle"]), []).append(fact)
    return tuple(
        _clock(clock, cycle, sorted(facts, key=lambda fact: fact.stated))
        for (clock, cycle), facts in sorted(told.items())
    )


def worst(standing: Iterable[SlaState]) -> SlaState:
    found = set(standing)
    return next((state for state in WORST_FIRST if state in found), "none")


def latest(cycles: Sequence[Clock]) -> dict[str, Clock]:
    """The current cycle of each clock."""
    return {clock.clock: clock for clock in cycles}


def _clock(clock: str, cycle: int, facts: Sequence[Fact]) -> Clock:
    state: ClockState = "running"
    due_at = stopped_at = None
    warned = breached = False
    for fact in facts:
        told = fact.content
        if fact.type == BREACHED:
            breached, due_at = True, told["due_at"]
        elif fact.type == WARNED:
            warned, due_at = True, due_at or told["due_at"]
        else:
            state = MOVES[told["change"]]
            breached = _is_breached(fact, before=breached)
            stopped_at = fact.time if told["change"] in ENDS else None
            due_at = told["due_at"] or (due_at if breached else None)
    return Clock(
        clock=clock,
        cycle=cycle,
        policy=facts[-1].content["policy"],
        state="breached" if breached and state != "cancelled" else state,
        due_at=due_at,
        warned=warned,
        changed_at=facts[-1].time,
        stopped_at=stopped_at,
    )


def _is_breached(fact: Fact, *, before: bool) -> bool:
    """Whether the clock is breached after sla moved it.

    Met is in time and stopped is late. Any other move keeps a breach, unless it shows that the due
    time has not come yet or that less than the target was spent: a late fact, or another policy.
    """
    told = fact.content
    if told["change"] in ENDS:
        return bool(told["change"] == "stopped" or (before and told["change"] == "cancelled"))
    if told["due_at"] is not None:
        return bool(before and told["due_at"] <= fact.time)
    return bool(before and told["elapsed_seconds"] >= told["target_seconds"])
