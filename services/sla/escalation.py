"""The events of reached thresholds: warned, breached, escalated."""

from datetime import datetime, timedelta

from services.sla.durations import readable
from services.sla.facts import Cause
from services.sla.ladder import Announced, Threshold
from services.sla.policy import Level, ServiceLevels
from shared.envelope import Envelope, Event
from shared.events import (
    SlaBreached,
    SlaBreachedData,
    SlaWarned,
    SlaWarnedData,
    TicketEscalated,
    TicketEscalatedData,
)
from shared.ids import derived_id


def timer(ticket: str, key: str, *, latest: Cause, now: datetime) -> Envelope:
    """What the events of a timer follow from: its id is that of the threshold, so that it is the same everywhere."""
    return Envelope(
        id=derived_id("sla.timer", ticket, key),
        source="kartica/sla",
        type="sla.timer",
        subject=ticket,
        time=now,
        correlationid=latest.correlationid,
        causationid=latest.id,
        depth=latest.depth,
        machine=latest.machine,
    )


def event_of(threshold: Threshold, *, levels: ServiceLevels, cause: Envelope, number: int, now: datetime) -> Event:
    """The event that announces a threshold."""
    clock = threshold.clock
    due_at = clock.overdue_at or threshold.at
    about = {"clock": clock.clock, "cycle": clock.cycle, "due_at": due_at, "policy": clock.policy}
    place = threshold.key
    if threshold.kind == "warning":
        warned = SlaWarnedData.model_validate({**about, "percent": threshold.number})
        return SlaWarned.following(cause, place, time=now, ticketversion=number, actor="system", data=warned)
    if threshold.kind == "breach":
        late_by = max(0, (now - due_at) // timedelta(seconds=1))
        breached = SlaBreachedData.model_validate({**about, "late_by_seconds": late_by})
        return SlaBreached.following(cause, place, time=now, ticketversion=number, actor="system", data=breached)
    level = levels.named(clock.policy).escalation[threshold.number - 1]
    effects = {"level": level.level, "team": level.team, "priority": level.priority, "notify": level.notify}
    because = _because(threshold, level, due_at)
    escalated = TicketEscalatedData.model_validate({**about, **effects, "because": because})
    return TicketEscalated.following(cause, place, time=now, ticketversion=number, actor="system", data=escalated)


def remembered(announced: Announced, threshold: Threshold) -> Announced:
    """What was announced, and now this."""
    if threshold.kind == "warning":
        return announced.model_copy(update={"warned": (*announced.warned, threshold.number)})
    if threshold.kind == "breach":
        return announced.model_copy(update={"breaches": threshold.number, "breached_at": threshold.at})
    return announced.model_copy(update={"levels": (*announced.levels, threshold.number)})


def _because(threshold: Threshold, level: Level, due_at: datetime) -> str:
    name = threshold.clock.clock.replace("_", " ")
    at = due_at.isoformat(timespec="seconds")
    if level.on == "breach":
        late = f", {readable(level.after)} of working time ago" if level.after else ""
        return f"{name} was due at {at}{late}"
    return f"{name} is due at {at}"
