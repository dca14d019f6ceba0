"""Shifts as instants, against a walk along every quarter of an hour in zones whose clocks do odd things."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.routing.people.shifts import ended, last_end, next_change, on_shift, stretches
from shared.organisation import DAYS, Shift

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
WEEKDAYS = Shift(zone="Europe/Ljubljana", hours={"mon-fri": ("08:00-16:00",)})
NIGHTS = Shift(zone="Europe/Ljubljana", hours={"mon-fri": ("22:00-06:00",)})
ODD_DAYS = {
    "UTC": datetime(2026, 6, 10, tzinfo=UTC),
    "Europe/Ljubljana spring": datetime(2026, 3, 29, tzinfo=UTC),
    "Europe/Ljubljana autumn": datetime(2026, 10, 25, tzinfo=UTC),
    "America/New_York spring": datetime(2026, 3, 8, tzinfo=UTC),
    "Australia/Lord_Howe half an hour": datetime(2026, 4, 4, tzinfo=UTC),
    "Australia/Lord_Howe back": datetime(2026, 10, 3, tzinfo=UTC),
    "Asia/Beirut at midnight": datetime(2024, 3, 31, tzinfo=UTC),
    "America/Havana twice midnight": datetime(2024, 11, 3, tzinfo=UTC),
    "Africa/Cairo back to the day before": datetime(2024, 10, 31, tzinfo=UTC),
    "Pacific/Apia a date left out": datetime(2011, 12, 30, tzinfo=UTC),
}


def utc(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_work_is_on_at_its_beginning_and_off_at_its_end() -> None:
    assert [on_shift(WEEKDAYS, zone="UTC", at=utc(23, *time)) for time in ((6, 59), (7, 0), (14, 59), (15, 0))] == [
        False,
        True,
        True,
        False,
    ]


def test_a_shift_without_a_zone_is_in_the_organisations() -> None:
    shift = Shift(hours={"mon": ("08:00-16:00",)})
    assert on_shift(shift, zone="UTC", at=utc(23, 15, 30))
    assert not on_shift(shift, zone="Europe/Ljubljana", at=utc(23, 15, 30))


def test_a_night_shift_ends_the_next_day_and_is_one_stretch() -> None:
    assert on_shift(NIGHTS, zone="UTC", at=utc(23, 23))
    assert next_change(NIGHTS, zone="UTC", after=utc(23, 21)) == utc(24, 5)
    assert next_change(NIGHTS, zone="UTC", after=utc(28, 5)) == utc(30, 21)
    assert list(stretches(NIGHTS, zone="UTC", since=utc(23, 21), until=utc(23, 22))) == [(utc(23, 21), utc(24, 5))]


def test_the_clocks_change_inside_a_night_shift() -> None:
    nights = Shift(zone="Europe/Ljubljana", hours={"sat": ("22:00-06:00",)})
    spring = list(stretches(nights, zone="UTC", since=utc(28, 12, month=3), until=utc(29, 12, month=3)))
    autumn = list(stretches(nights, zone="UTC", since=utc(24, 12, month=10), until=utc(25, 12, month=10)))
    assert [end - begin for begin, end in (*spring, *autumn)] == [timedelta(hours=7), timedelta(hours=9)]


def test_intervals_that_touch_are_one_stretch_also_over_midnight_and_the_weekend() -> None:
    shift = Shift(hours={"sun": ("12:00-18:00", "18:00-24:00"), "mon": ("00:00-02:00",)})
    assert list(stretches(shift, zone="UTC", since=utc(22, 13), until=utc(22, 14))) == [(utc(22, 12), utc(23, 2))]
    assert ended(shift, zone="UTC", since=utc(22, 0), until=utc(23, 12)) == (utc(23, 2),)


def test_a_holiday_takes_its_date_out_and_of_a_night_shift_only_the_part_on_it() -> None:
    shift = Shift(hours={"mon-sun": ("22:00-06:00",)}, holidays=frozenset({date(2026, 11, 24)}))
    found = list(stretches(shift, zone="UTC", since=utc(23, 12), until=utc(25, 12)))
    assert found == [(utc(23, 22), utc(24, 0)), (utc(25, 0), utc(25, 6))]


def test_around_the_clock_nothing_changes_but_for_holidays() -> None:
    always = Shift(hours={"mon-sun": ("00:00-24:00",)})
    assert next_change(always, zone="Europe/Ljubljana", after=utc(23, 8)) is None
    assert last_end(always, zone="Europe/Ljubljana", at=utc(23, 8)) is None
    closed = Shift(hours={"mon-sun": ("00:00-24:00",)}, holidays=frozenset({date(2026, 12, 25), date(2026, 12, 26)}))
    begin = next_change(closed, zone="Europe/Ljubljana", after=utc(23, 8))
    assert begin == utc(24, 23, month=12)
    assert next_change(closed, zone="Europe/Ljubljana", after=begin) == utc(26, 23, month=12)


def test_the_last_end_of_work_is_found_over_a_long_weekend() -> None:
    assert last_end(WEEKDAYS, zone="UTC", at=utc(23, 6)) == utc(20, 15)
    assert last_end(WEEKDAYS, zone="UTC", at=utc(23, 15)) == utc(23, 15)
    assert ended(WEEKDAYS, zone="UTC", since=utc(20, 15), until=utc(24, 15)) == (utc(23, 15), utc(24, 15))


@cache
def walk(zone: str, middle: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """Every quarter of an hour for some days around, with what the clocks on the wall show."""
    where, found = ZoneInfo(zone), []
    at = middle - 6 * DAY
    while at < middle + 6 * DAY:
        found.append((at, at.astimezone(where).replace(tzinfo=None)))
        at += QUARTER
    return tuple(found)


def instant(shown: tuple[tuple[datetime, datetime], ...], wanted: datetime) -> datetime:
    """When the clocks first show that; what they skip is counted on from what they show last before."""
    for at, local in shown:
        if local == wanted:
            return at
    at, local = max(((at, local) for at, local in shown if local < wanted), key=lambda pair: (pair[1], pair[0]))
    return at + (wanted - local)


TIMES = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")


@st.composite
def shifts(draw: st.DrawFn) -> Shift:
    """Up to three intervals a day; the last may go over midnight, up to where those of the next day begin."""
    first, *edges = sorted(draw(st.lists(TIMES, min_size=2, max_size=6, unique=True)))
    intervals = [f"{begin}-{end}" for begin, end in zip([first, *edges[1::2]], edges[::2], strict=False)]
    if len(edges) % 2 == 0:
        intervals.append(f"{edges[-1]}-{draw(st.sampled_from(['24:00', first]))}")
    return Shift(hours=dict.fromkeys(draw(st.sets(st.sampled_from(DAYS), min_size=1)), tuple(intervals)))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shifts(), st.sampled_from(sorted(ODD_DAYS)), st.sets(st.integers(-3, 3), max_size=2))
def test_every_quarter_of_an_hour_agrees_with_a_walk(shift: Shift, odd: str, free: set[int]) -> None:
    zone, middle = odd.partition(" ")[0], ODD_DAYS[odd]
    closed = frozenset((middle + offset * DAY).date() for offset in free)
    shift = Shift(hours=shift.hours, holidays=closed)
    shown = walk(zone, middle)
    worked = set()
    for day in {local.date() for at, local in shown if abs(at - middle) <= 4 * DAY} - closed:
        for begin, end in shift.week[day.weekday()]:
            midnight = datetime(day.year, day.month, day.day)
            since, until = (instant(shown, midnight + timedelta(minutes=minute)) for minute in (begin, end))
            worked |= {at for at, _ in shown if since <= at < until}
    sure = [at for at, _ in shown if abs(at - middle) <= 2 * DAY]
    expected = [at in worked for at in sure]
    assert [on_shift(shift, zone=zone, at=at) for at in sure] == expected
    changes = [at for at, was, now in zip(sure[1:], expected, expected[1:], strict=False) if was != now]
    assert list(_changes(shift, zone, sure[0], sure[-1])) == changes
    ends = tuple(at for at in changes if at not in worked)
    assert ended(shift, zone=zone, since=sure[0], until=sure[-1]) == ends
    if ends:
        assert last_end(shift, zone=zone, at=sure[-1]) == ends[-1]


def _changes(shift: Shift, zone: str, after: datetime, until: datetime) -> list[datetime]:
    found: list[datetime] = []
    while (at := next_change(shift, zone=zone, after=after)) is not None and at <= until:
        found.append(at)
        after = at
    return found
