"""Working time: which seconds count, in an IANA time zone with its clock changes, in whole seconds.

Opening and closing times are local. On the dates when clocks change, the rule of RFC 5545, section
3.3.5, makes them instants: a local time that does not exist (02:30 when clocks go from 02:00 to 03:00)
is read with the offset before the change (it means 03:30 of the new time), one that occurs twice means
its first occurrence. Intervals are half-open: open at 08:00, not any more at 17:00. A holiday closes
its local date from midnight to midnight, and of a night shift only the part that lies on that date.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
DAY = 86_400
CLOSED_AT_MOST = 366 * 40
"""Days without working time after which a calendar is taken to have none any more."""
CACHED_DAYS = 4096
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ONE_DAY = timedelta(days=1)

Hours = tuple[int, int]
"""From and to, in seconds after local midnight; `to` lies beyond a day for a shift that ends on the next."""
Span = tuple[int, int]
"""From and to, in seconds since 1970 (UTC)."""

_HOURS = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))?\s*-\s*(\d\d?):(\d\d)(?::(\d\d))?")


class Calendar:
    """The working hours of a week in `zone`, without the holidays. Empty ones are refused with ValueError."""

    def __init__(
        self,
        *,
        name: str,
        zone: ZoneInfo,
        week: Mapping[Weekday, Sequence[Hours]],
        holidays: Iterable[date] = (),
        yearly: Iterable[tuple[int, int]] = (),
    ) -> None:
        self.name = name
        self.zone = zone
        self.holidays = frozenset(holidays)
        self.yearly = frozenset(yearly)
        self._week = _by_date(week)
        self._spans: dict[date, tuple[Span, ...]] = {}
        if not any(self._week):
            raise ValueError("there is no working time in the week")
        if len(self.yearly) >= 366:
            raise ValueError("every day of the year is a holiday")

    def add(self, start: datetime, seconds: int) -> datetime:
        """When `seconds` of working time have passed since `start`: a time in UTC.

        It stays on closing time when the last second ends there. With no seconds it is the first
        working moment from `start` on.
        """
        for begin, end in self._from(_second(start)):
            if seconds <= end - begin:
                return _instant(begin + seconds)
            seconds -= end - begin
        raise ValueError(f"calendar {self.name} has no working time any more")

    def elapsed(self, start: datetime, end: datetime) -> int:
        """The seconds of working time from `start` to `end`; none when `end` is not later."""
        return sum(end - begin for begin, end in self._between(start, end))

    def intervals(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The working time from `start` to `end`, as the times between which it lies."""
        found: list[Span] = []
        for span in self._between(start, end):
            if found and found[-1][1] == span[0]:
                found[-1] = (found[-1][0], span[1])
            else:
                found.append(span)
        return [(_instant(begin), _instant(end)) for begin, end in found]

    def _between(self, start: datetime, end: datetime) -> Iterator[Span]:
        last = _second(end)
        if last <= _second(start):
            return
        for begin, closing in self._from(_second(start)):
            if begin >= last:
                return
            yield begin, min(closing, last)

    def _from(self, instant: int) -> Iterator[Span]:
        """The working time from `instant` on, in order and without overlaps."""
        # A clock change near midnight can move a closing time into the next date: start one earlier.
        day = _instant(instant).astimezone(self.zone).date() - ONE_DAY
        closed = 0
        while closed < CLOSED_AT_MOST:
            spans = self._on(day)
            closed = 0 if spans else closed + 1
            for begin, end in spans:
                begin = max(begin, instant)
                if begin < end:
                    yield begin, end
                    instant = end
            day += ONE_DAY

    def _on(self, day: date) -> tuple[Span, ...]:
        spans = self._spans.get(day)
        if spans is None:
            if len(self._spans) >= CACHED_DAYS:
                self._spans.clear()
            spans = self._spans[day] = () if self._closed(day) else self._opened(day)
        return spans

    def _closed(self, day: date) -> bool:
        if day in self.holidays or (day.month, day.day) in self.yearly:
            return True
        return self._utc(day, 0) == self._utc(day, DAY)  # a date that the zone left out: Samoa, 2011-12-30

    def _opened(self, day: date) -> tuple[Span, ...]:
        spans = ((self._utc(day, begin), self._utc(day, end)) for begin, end in self._week[day.weekday()])
        return tuple(sorted(span for span in spans if span[0] < span[1]))

    def _utc(self, day: date, seconds: int) -> int:
        local = datetime.combine(day, time()) + timedelta(seconds=seconds)
        # fold=0 is the rule above: before the change in a gap, the first of two in an overlap.
        return _second(local.replace(tzinfo=self.zone, fold=0))


def always(name: str) -> Calendar:
    """The calendar in which every second counts."""
    return Calendar(name=name, zone=ZoneInfo("UTC"), week={day: [(0, DAY)] for day in WEEKDAYS})


def parse_hours(text: str) -> Hours:
    """`08:00-12:00`, with seconds if need be; `22:00-06:00` ends on the next day, 24:00 is midnight."""
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time of day like 08:00-12:00")
    numbers = [int(number or 0) for number in match.groups()]
    if numbers[0] > 23 or max(numbers[1], numbers[2], numbers[4], numbers[5]) > 59:
        raise ValueError(f"{text!r} is not a time of day between 00:00 and 24:00")
    begin, end = (numbers[at] * 3600 + numbers[at + 1] * 60 + numbers[at + 2] for at in (0, 3))
    if end > DAY:
        raise ValueError(f"{text!r} ends after 24:00; an interval over midnight is written 22:00-06:00")
    if begin == end:
        raise ValueError(f"{text!r} is empty; a whole day is 00:00-24:00")
    return (begin, end) if begin < end else (begin, end + DAY)


def _by_date(week: Mapping[Weekday, Sequence[Hours]]) -> tuple[tuple[Hours, ...], ...]:
    """The hours by weekday, with shifts over midnight cut there; overlapping ones are a mistake."""
    days: list[list[Hours]] = [[] for _ in WEEKDAYS]
    for weekday, hours in week.items():
        at = WEEKDAYS.index(weekday)
        for begin, end in hours:
            days[at].append((begin, min(end, DAY)))
            if end > DAY:
                days[(at + 1) % 7].append((0, end - DAY))
    for weekday, cut in zip(WEEKDAYS, days, strict=True):
        cut.sort()
        if any(former[1] > latter[0] for former, latter in pairwise(cut)):
            raise ValueError(f"intervals overlap on {weekday}")
    return tuple(tuple(cut) for cut in days)


def _second(at: datetime) -> int:
    return (at - EPOCH) // SECOND


def _instant(second: int) -> datetime:
    return EPOCH + timedelta(seconds=second)
