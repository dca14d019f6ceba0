"""What the API shows of a ticket's clocks: each due time as a sum that anybody can check."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.sla.durations import readable
from services.sla.engine import Clock, Measured, State, Stretch, measure
from services.sla.policy import ServiceLevels
from services.sla.ticket import Ticket
from shared.envelope import Frozen
from shared.events import Clock as ClockName

SHOWN_INTERVALS = 100


class Interval(Frozen):
    start: datetime
    end: datetime
    seconds: int


class Summand(Frozen):
    """A stretch of a clock's life; times are local to its calendar."""

    start: datetime
    end: datetime
    counted: Annotated[bool, Field(description="False while paused or ended: nothing of it counts")]
    seconds: Annotated[int, Field(description="working time that counts")]
    policy: str
    calendar: str
    because: str
    intervals: Annotated[tuple[Interval, ...], Field(description=f"the working time, {SHOWN_INTERVALS} at most")]


class ClockAnswer(Frozen):
    """A clock as of now. Up to the due time, or to its end, the summands add up to `sum_seconds`."""

    clock: ClockName
    cycle: int
    state: State
    policy: str
    calendar: str
    zone: str
    target_seconds: int
    elapsed_seconds: int
    remaining_seconds: Annotated[int, Field(description="negative once breached: working time too late")]
    due_at: datetime | None
    breached_at: datetime | None
    because: str
    summands: tuple[Summand, ...]
    sum_seconds: int
    reads: Annotated[str, Field(examples=["Fri 20 Nov 16:00-17:00 (1 h) + Mon 23 Nov 08:00-11:00 (3 h) = 4 h"])]


class ClocksAnswer(Frozen):
    ticket: str
    number: str | None
    as_of: datetime
    clocks: tuple[ClockAnswer, ...]


class DueAnswer(Frozen):
    """A clock that runs, with when it is due, or was."""

    ticket: str
    number: str | None
    clock: ClockName
    cycle: int
    state: State
    due_at: datetime
    policy: str


class DuePage(Frozen):
    due: tuple[DueAnswer, ...]
    next: Annotated[str | None, Field(description="the cursor of the next page, if there is one")] = None


def clocks_of(ticket: Ticket, *, levels: ServiceLevels, now: datetime) -> ClocksAnswer:
    """The ticket's clocks, measured anew from its facts once they have started."""
    measured = measure(ticket.facts, levels) if ticket.clocks else ()
    return ClocksAnswer(
        ticket=ticket.id,
        number=_number(ticket),
        as_of=now,
        clocks=tuple(_clock(one, levels=levels, now=now) for one in measured),
    )


def due_of(ticket: Ticket, *, before: datetime, now: datetime) -> Iterable[DueAnswer]:
    """The ticket's running clocks that are due before `before`."""
    for clock in sorted(ticket.clocks, key=lambda one: one.overdue_at or before):
        if clock.mode == "running" and clock.overdue_at is not None and clock.overdue_at < before:
            yield DueAnswer(
                ticket=ticket.id,
                number=_number(ticket),
                clock=clock.clock,
                cycle=clock.cycle,
                state=_state(clock, now),
                due_at=clock.overdue_at,
                policy=clock.policy,
            )


def _number(ticket: Ticket) -> str | None:
    return ticket.facts.opened.number if ticket.facts.opened else None


def _state(clock: Clock, now: datetime) -> State:
    overdue = clock.mode == "running" and clock.due_at is not None and clock.due_at < now
    return "breached" if overdue else clock.state


def _clock(measured: Measured, *, levels: ServiceLevels, now: datetime) -> ClockAnswer:
    clock = measured.clock
    calendar = levels.calendar_of(levels.named(clock.policy))
    elapsed = clock.elapsed
    stretches = list(measured.stretches)
    if clock.mode == "running" and clock.due_at is not None:
        elapsed += calendar.elapsed(clock.since, now)
        end = max(clock.due_at, clock.since)
        seconds = calendar.elapsed(clock.since, end)
        stretches.append(Stretch(clock.since, end, True, seconds, clock.policy, clock.calendar, clock.because))
    summands = tuple(_summand(one, levels) for one in stretches if one.start < one.end)
    return ClockAnswer(
        clock=clock.clock,
        cycle=clock.cycle,
        state=_state(clock, now),
        policy=clock.policy,
        calendar=clock.calendar,
        zone=calendar.zone.key,
        target_seconds=clock.target,
        elapsed_seconds=elapsed,
        remaining_seconds=clock.target - elapsed,
        due_at=clock.due_at.astimezone(calendar.zone) if clock.due_at else None,
        breached_at=clock.overdue_at if _state(clock, now) == "breached" else None,
        because=clock.because,
        summands=summands,
        sum_seconds=sum(one.seconds for one in summands),
        reads=_reads(summands),
    )


def _summand(stretch: Stretch, levels: ServiceLevels) -> Summand:
    calendar = levels.calendar_of(levels.named(stretch.policy))
    working = calendar.intervals(stretch.start, stretch.end) if stretch.counted else []
    return Summand(
        start=stretch.start.astimezone(calendar.zone),
        end=stretch.end.astimezone(calendar.zone),
        counted=stretch.counted,
        seconds=stretch.seconds,
        policy=stretch.policy,
        calendar=stretch.calendar,
        because=stretch.because,
        intervals=tuple(
            Interval(
                start=begin.astimezone(calendar.zone),
                end=end.astimezone(calendar.zone),
                seconds=int((end - begin).total_seconds()),
            )
            for begin, end in working[:SHOWN_INTERVALS]
        ),
    )


def _reads(summands: Iterable[Summand]) -> str:
    parts: list[str] = []
    total = 0
    for summand in summands:
        total += summand.seconds
        if summand.counted:
            parts += [_spoken(one) for one in summand.intervals]
        else:
            parts.append(f"[not counted {_from_to(summand.start, summand.end)}: {summand.because}]")
    return f"{' + '.join(parts)} = {readable(total)}" if parts else "no time yet"


def _spoken(interval: Interval) -> str:
    return f"{_from_to(interval.start, interval.end)} ({readable(interval.seconds)})"


def _from_to(start: datetime, end: datetime) -> str:
    to = f"{end:%H:%M:%S}" if start.date() == end.date() else f"{end:%a %d %b %H:%M:%S}"
    return f"{start:%a %d %b %H:%M:%S}-{to}"
