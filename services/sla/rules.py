"""What a fact or a reached threshold comes to: the clocks decided anew, and the events that tell what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.sla import escalation
from services.sla.engine import Clock, clocks
from services.sla.ladder import Announced, Threshold, first_due, thresholds
from services.sla.policy import ServiceLevels
from services.sla.ticket import Ticket, cycle_of
from shared.change import NOTHING, Change
from shared.envelope import Envelope, Event
from shared.events import SlaChanged, SlaChangedData

ChangeName = Literal["started", "paused", "resumed", "met", "stopped", "cancelled", "retargeted"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed, and how long the clocks wait for a classification before they start without."""

    levels: ServiceLevels
    grace: timedelta


def take_in(ticket: Ticket, event: Event, *, terms: Terms, now: datetime) -> Change:
    """A fact about the ticket: in whatever order facts come, the same ones give the same clocks."""
    facts = ticket.facts.including(event)
    if facts is ticket.facts:
        return NOTHING
    known = ticket.model_copy(update={"facts": facts})
    return _change(*settle(known, cause=event, terms=terms, now=now), terms=terms)


def start_unclassified(ticket: Ticket, *, cause: Envelope, terms: Terms, now: datetime) -> Change:
    """The wait for a classification is over."""
    waiting = ticket.model_copy(update={"defaulted": True})
    return _change(*settle(waiting, cause=cause, terms=terms, now=now), terms=terms)


def review(ticket: Ticket, *, cause: Envelope, terms: Terms, now: datetime) -> Change:
    """Nothing is due although it was expected, because policies were changed: plan anew."""
    return _change(*settle(ticket, cause=cause, terms=terms, now=now), terms=terms)


def announce(ticket: Ticket, threshold: Threshold, *, cause: Envelope, terms: Terms, now: datetime) -> Change:
    """Publishes that the threshold is reached, and remembers it."""
    settled, events = settle(ticket, cause=cause, terms=terms, now=now)
    event = escalation.event_of(threshold, levels=terms.levels, cause=cause, number=settled.stated + 1, now=now)
    known = escalation.remembered(settled.announced_of(threshold.clock), threshold)
    announced = {**settled.announced, cycle_of(threshold.clock): known}
    settled = settled.model_copy(update={"stated": settled.stated + 1, "announced": announced})
    return _change(settled, [*events, event], terms=terms)


def due(ticket: Ticket, *, terms: Terms, now: datetime) -> Threshold | None:
    """The first threshold that is reached and not yet announced."""
    return first_due(_pending(_decided(ticket, terms), ticket, terms), now)


def unclassified_since(ticket: Ticket, terms: Terms) -> datetime | None:
    """When the wait for a classification ends, while it lasts."""
    opened = ticket.facts.opened
    if opened is None or ticket.defaulted or ticket.facts.classifications:
        return None
    return opened.told_at + terms.grace


def settle(ticket: Ticket, *, cause: Envelope, terms: Terms, now: datetime) -> tuple[Ticket, list[Event]]:
    """The ticket with its clocks decided anew, and an `sla.changed` for all that is different now."""
    decided = _decided(ticket, terms)
    events: list[Event] = []
    for clock, change in differences(ticket.clocks, decided):
        number = ticket.stated + len(events) + 1
        events.append(_changed(clock, change, cause=cause, number=number, now=now))
    announced = {
        **ticket.announced,
        **{cycle_of(clock): _withdrawn(ticket.announced_of(clock)) for clock in _unbroken(decided, ticket, now)},
    }
    changed = {"clocks": decided, "announced": announced, "stated": ticket.stated + len(events)}
    return ticket.model_copy(update=changed), events


def differences(before: Sequence[Clock], after: Sequence[Clock]) -> Iterable[tuple[Clock, ChangeName]]:
    """What happened to each clock between two decisions; nothing for those that are as they were."""
    known = {cycle_of(clock): clock for clock in before}
    for clock in after:
        former = known.pop(cycle_of(clock), None)
        if former is None:
            if clock.mode == "running":
                yield clock, "started"
            else:  # more has happened before sla knew enough to begin
                begun = {"elapsed": 0, "because": f"policy {clock.policy}"}
                yield clock.model_copy(update=begun), "started"
                yield clock, _reached(clock)
        elif _shown(clock) != _shown(former):
            yield clock, _reached(clock) if clock.mode != "running" else _moved(former)
    for gone in known.values():
        because = "a fact that came late shows that it never began"
        yield gone.model_copy(update={"mode": "cancelled", "due_at": None, "because": because}), "cancelled"


def _decided(ticket: Ticket, terms: Terms) -> tuple[Clock, ...]:
    if not (ticket.facts.classifications or ticket.defaulted):
        return ()
    return clocks(ticket.facts, terms.levels)


def _pending(decided: Sequence[Clock], ticket: Ticket, terms: Terms) -> list[Threshold]:
    found = (
        threshold for clock in decided for threshold in thresholds(clock, ticket.announced_of(clock), terms.levels)
    )
    return sorted(found, key=lambda threshold: threshold.at)


def _change(settled: Ticket, events: Sequence[Event], *, terms: Terms) -> Change:
    pending = [threshold.at for threshold in _pending(settled.clocks, settled, terms)]
    waiting = unclassified_since(settled, terms)
    open_clocks = [clock.overdue_at for clock in settled.clocks if clock.mode == "running" and clock.overdue_at]
    planned = settled.model_copy(
        update={
            "next_at": min(pending if waiting is None else [*pending, waiting], default=None),
            "due_at": min(open_clocks, default=None),
        }
    )
    return Change(writes=(planned.update(),), events=tuple(events))


def _shown(clock: Clock) -> tuple[object, ...]:
    """What readers are told; the rest follows from it."""
    return (clock.mode, clock.state, clock.due_at, clock.policy, clock.target, _final(clock))


def _final(clock: Clock) -> int | None:
    return None if clock.mode == "running" else clock.elapsed


def _reached(clock: Clock) -> ChangeName:
    if clock.mode == "ended":
        return "stopped" if clock.breached_at else "met"
    return "paused" if clock.mode == "paused" else "cancelled"


def _moved(former: Clock) -> ChangeName:
    return "retargeted" if former.mode == "running" else "resumed"


def _unbroken(decided: Iterable[Clock], ticket: Ticket, now: datetime) -> list[Clock]:
    """Clocks whose breach was announced, and which late facts or another policy show to be in time."""
    found = []
    for clock in decided:
        announced = ticket.announced_of(clock).breached_at
        if announced is not None and (clock.overdue_at is None or clock.overdue_at > max(now, announced)):
            found.append(clock)
    return found


def _withdrawn(announced: Announced) -> Announced:
    return announced.model_copy(update={"breached_at": None})


def _changed(clock: Clock, change: ChangeName, *, cause: Envelope, number: int, now: datetime) -> SlaChanged:
    return SlaChanged.following(
        cause,
        f"{cycle_of(clock)}:{change}",
        time=now,
        ticketversion=number,
        actor="system",
        data=SlaChangedData(
            clock=clock.clock,
            cycle=clock.cycle,
            change=change,
            due_at=clock.due_at,
            policy=clock.policy,
            calendar=clock.calendar,
            target_seconds=clock.target,
            elapsed_seconds=clock.elapsed,
            because=clock.because,
        ),
    )
