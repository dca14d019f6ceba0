"""Shifts as instants: whether somebody works at a time, and when that changes next, in IANA zones.

Hours are local times. On the dates when clocks change, the rule of RFC 5545, section 3.3.5, makes them
instants: a local time that does not exist is read with the offset before the change, one that occurs
twice means its first occurrence. Work is half-open: on at 08:00, off at 16:00. A holiday takes its local
date out from midnight to midnight, of a night shift only the part on that date. Intervals that touch or
overlap are one stretch, also over midnight.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.organisation import MIDNIGHT, Shift

Stretch = tuple[datetime, datetime]
"""Begin and end of work, in UTC."""
ONE_DAY = timedelta(days=1)
ALWAYS = (((0, MIDNIGHT),),) * 7
SEEN_AHEAD = timedelta(days=400)
"""How far a change of a shift is looked for, both ways: further than a year of holidays."""


def on_shift(shift: Shift, *, zone: str, at: datetime) -> bool:
    """Whether they work at that time. `zone` is the organisation's, for a shift without its own."""
    where = ZoneInfo(shift.zone or zone)
    # A clock change near midnight can move work into the next date: look one date back as well.
    today = at.astimezone(where).date()
    return any(begin <= at < end for day in (today - ONE_DAY, today) for begin, end in _on(shift, where, day))


def next_change(shift: Shift, *, zone: str, after: datetime) -> datetime | None:
    """When work begins or ends next; None when nothing does within `SEEN_AHEAD`."""
    if shift.week == ALWAYS:
        return _next_holiday_change(shift, ZoneInfo(shift.zone or zone), after)
    for begin, end in stretches(shift, zone=zone, since=after, until=after + SEEN_AHEAD):
        if begin > after:
            return begin
        if end > after:
            return end if end < after + SEEN_AHEAD else None
    return None


def ended(shift: Shift, *, zone: str, since: datetime, until: datetime) -> tuple[datetime, ...]:
    """The ends of work after `since`, up to and with `until`."""
    # One day more, so that a stretch which ends at `until` is seen to end there.
    found = stretches(shift, zone=zone, since=since, until=until + ONE_DAY)
    return tuple(end for _, end in found if since < end <= until)


def last_end(shift: Shift, *, zone: str, at: datetime) -> datetime | None:
    """When work ended last, at or before that time; None when it did not within `SEEN_AHEAD`."""
    for back in (ONE_DAY, 4 * ONE_DAY, SEEN_AHEAD):
        ends = ended(shift, zone=zone, since=at - back, until=at)
        if ends:
            return ends[-1]
    return None


def stretches(shift: Shift, *, zone: str, since: datetime, until: datetime) -> Iterator[Stretch]:
    """The stretches of work that touch the window, in order. The last may go on after `until`, cut a day later."""
    where = ZoneInfo(shift.zone or zone)
    day = since.astimezone(where).date() - 2 * ONE_DAY
    last = until.astimezone(where).date() + ONE_DAY
    begun: Stretch | None = None
    while day <= last:
        for begin, end in _on(shift, where, day):
            if begun is not None and begin <= begun[1]:
                begun = (begun[0], max(begun[1], end))
                continue
            if begun is not None and begun[1] >= since:
                yield begun
            if begin > until:
                return
            begun = (begin, end)
        day += ONE_DAY
    if begun is not None and begun[1] >= since:
        yield begun


def _next_holiday_change(shift: Shift, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The same for whoever works around the clock: the beginning or the end of a run of holidays."""
    begins = (_utc(zone, day, 0) for day in shift.holidays if day - ONE_DAY not in shift.holidays)
    ends = (_utc(zone, day, MIDNIGHT) for day in shift.holidays if day + ONE_DAY not in shift.holidays)
    return min((change for change in (*begins, *ends) if change > after), default=None)


def _on(shift: Shift, zone: ZoneInfo, day: date) -> tuple[Stretch, ...]:
    hours = shift.week[day.weekday()]
    return () if not hours or day in shift.holidays else _instants(hours, zone, day)


@lru_cache(maxsize=4096)
def _instants(hours: tuple[tuple[int, int], ...], zone: ZoneInfo, day: date) -> tuple[Stretch, ...]:
    if _utc(zone, day, 0) == _utc(zone, day, MIDNIGHT):
        return ()  # a date that the zone left out: Samoa, 2011-12-30
    found = ((_utc(zone, day, begin), _utc(zone, day, end)) for begin, end in hours)
    return tuple(sorted(stretch for stretch in found if stretch[0] < stretch[1]))


def _utc(zone: ZoneInfo, day: date, minute: int) -> datetime:
    local = datetime.combine(day, time()) + timedelta(minutes=minute)
    # fold=0 is the rule above: before the change in a gap, the first of two in an overlap.
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)
