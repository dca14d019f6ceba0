"""When people work, in minutes since the week began: reckoned here anew, so that routing's own reckoning is judged."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Span = tuple[float, float]
"""From a minute on, until before another."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans that do not overlap, in order."""

    spans: tuple[Span, ...]

    def at(self, minute: float) -> bool:
        place = bisect_right(self.spans, (minute, float("inf"))) - 1
        return place >= 0 and minute < self.spans[place][1]

    def between(self, begin: float, end: float) -> float:
        """How many minutes of work lie between the two."""
        return sum(max(0.0, min(end, last) - max(begin, first)) for first, last in self.spans)

    def after(self, begin: float, work: float) -> float:
        """When somebody who begins then has worked for so long; infinite, if they go before that."""
        for first, last in self.spans[max(0, bisect_right(self.spans, (begin, float("inf"))) - 1) :]:
            here = last - max(first, begin)
            if here <= 0:
                continue
            if work <= here:
                return max(first, begin) + work
            work -= here
        return float("inf")

    def total(self) -> float:
        return sum(last - first for first, last in self.spans)

    def without(self, absences: Iterable[Span]) -> "Hours":
        spans = list(self.spans)
        for begin, end in absences:
            cut = [part for first, last in spans for part in ((first, min(last, begin)), (max(first, end), last))]
            spans = [(first, last) for first, last in cut if first < last]
        return Hours(tuple(sorted(spans)))


def of_shift(shift: Mapping[str, Any], *, zone: str, week: datetime, leave: Sequence[Mapping[str, Any]] = ()) -> Hours:
    """The hours of somebody on a shift of teams.yaml, from a day before the week until a week after it."""
    own = ZoneInfo(shift.get("zone") or zone)
    first = week.astimezone(own).date() - timedelta(days=2)
    spans: list[Span] = []
    for day in (first + timedelta(days=n) for n in range(18)):
        if day.isoformat() in shift.get("holidays", ()):
            continue
        for interval in _of_day(shift["hours"], day):
            begin, end = interval.split("-")
            begins = _moment(day, begin, own)
            ends = _moment(day if end > begin else day + timedelta(days=1), end, own)
            spans.append((_minutes(begins, week), _minutes(ends, week)))
    return Hours(tuple(_joined(spans))).without(_days_off(leave, zone, week))


def _of_day(hours: Mapping[str, Sequence[str]], day: date) -> Sequence[str]:
    for written, intervals in hours.items():
        first, _, last = written.partition("-")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        if (day.weekday() - begin) % 7 <= (end - begin) % 7:
            return intervals
    return ()


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(clock), zone)


def _days_off(leave: Sequence[Mapping[str, Any]], zone: str, week: datetime) -> Iterable[Span]:
    for period in leave:
        begin = datetime.combine(date.fromisoformat(period["first"]), time(), ZoneInfo(zone))
        after = datetime.combine(date.fromisoformat(period["last"]) + timedelta(days=1), time(), ZoneInfo(zone))
        yield _minutes(begin, week), _minutes(after, week)


def _minutes(moment: datetime, week: datetime) -> float:
    return (moment - week).total_seconds() / 60


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
