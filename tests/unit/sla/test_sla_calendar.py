"""Working time, case by case and against an oracle that walks the minutes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.calendar import WEEKDAYS, Calendar, always, parse_hours
from tests.unit.sla.story import calendar

LJUBLJANA = "Europe/Ljubljana"
ZONES = sorted(
    zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_time_off_does_not_count() -> None:
    desk = calendar(LJUBLJANA, hours=("08:00-12:00", "12:30-17:00"))
    friday = at("2026-11-20 16:30", LJUBLJANA)
    assert desk.add(friday, 3600) == at("2026-11-23 08:30", LJUBLJANA)
    assert desk.elapsed(friday, at("2026-11-23 13:00", LJUBLJANA)) == (30 + 240 + 30) * 60


def test_a_break_at_noon_does_not_count() -> None:
    desk = calendar(LJUBLJANA, hours=("08:00-12:00", "12:30-17:00"))
    assert desk.add(at("2026-11-23 11:50", LJUBLJANA), 1200) == at("2026-11-23 12:40", LJUBLJANA)


def test_a_due_time_at_closing_stays_there() -> None:
    assert calendar().add(at("2026-11-20 16:00"), 3600) == at("2026-11-20 17:00")


def test_no_time_is_the_first_working_moment() -> None:
    assert calendar().add(at("2026-11-20 16:00"), 0) == at("2026-11-20 16:00")
    assert calendar().add(at("2026-11-20 17:00"), 0) == at("2026-11-23 09:00")


def test_nothing_passes_backwards() -> None:
    assert calendar().elapsed(at("2026-11-20 16:00"), at("2026-11-20 10:00")) == 0


def test_parts_of_a_second_are_cut_off_at_both_ends() -> None:
    start = at("2026-11-20 10:00:00.900")
    assert calendar().elapsed(start, at("2026-11-20 10:00:01.100")) == 1
    assert calendar().add(start, 1) == at("2026-11-20 10:00:01")


def test_a_shift_over_midnight_is_its_two_halves() -> None:
    nights = calendar(hours=("22:00-06:00",), days="fri")
    assert nights.elapsed(at("2026-11-20 00:00"), at("2026-11-23 00:00")) == 8 * 3600
    assert nights.add(at("2026-11-20 23:00"), 7 * 3600) == at("2026-11-21 06:00")


def test_a_day_that_ends_at_24_is_closed_at_no_minute() -> None:
    whole = calendar(hours=("00:00-24:00",), days=" ".join(WEEKDAYS))
    assert whole.elapsed(at("2026-11-20 23:00"), at("2026-11-22 01:00")) == 26 * 3600
    assert whole.intervals(at("2026-11-20 23:00"), at("2026-11-22 01:00")) == [
        (at("2026-11-20 23:00"), at("2026-11-22 01:00"))
    ]


def test_a_holiday_closes_its_date_and_of_night_shifts_only_the_part_on_that_date() -> None:
    nights = calendar(hours=("22:00-06:00",), days=" ".join(WEEKDAYS), holidays=[date(2026, 12, 25)])
    assert nights.elapsed(at("2026-12-24 12:00"), at("2026-12-26 12:00")) == 8 * 3600
    assert nights.elapsed(at("2026-12-25 00:00"), at("2026-12-26 00:00")) == 0


def test_a_yearly_holiday_closes_every_year() -> None:
    desk = calendar(yearly=[(12, 25)])
    assert desk.add(at("2026-12-24 16:30"), 3600) == at("2026-12-28 09:30")
    assert desk.add(at("2028-12-25 10:00"), 60) == at("2028-12-26 09:01")


def test_the_week_of_a_clock_change_uses_the_offset_of_each_date() -> None:
    desk = calendar(LJUBLJANA, hours=("08:00-16:00",))
    assert desk.add(at("2026-03-27 15:00", LJUBLJANA), 7200) == at("2026-03-30 09:00", LJUBLJANA)
    assert desk.add(at("2026-10-23 15:00", LJUBLJANA), 7200) == datetime(2026, 10, 26, 8, 0, tzinfo=UTC)


def test_the_night_of_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    nights = calendar(LJUBLJANA, hours=("00:00-06:00",), days="sun")
    assert nights.elapsed(at("2026-03-28 12:00"), at("2026-03-29 12:00")) == 5 * 3600
    assert nights.elapsed(at("2026-10-24 12:00"), at("2026-10-25 12:00")) == 7 * 3600


def test_a_local_time_that_does_not_exist_is_read_with_the_offset_before() -> None:
    nights = calendar(LJUBLJANA, hours=("02:30-06:00",), days="sun")
    opened = nights.add(at("2026-03-28 12:00"), 0)
    assert opened.astimezone(ZoneInfo(LJUBLJANA)).isoformat() == "2026-03-29T03:30:00+02:00"


def test_a_local_time_that_occurs_twice_is_the_first() -> None:
    nights = calendar(LJUBLJANA, hours=("01:00-02:30",), days="sun")
    assert nights.elapsed(at("2026-10-24 12:00"), at("2026-10-25 12:00")) == 90 * 60
    assert nights.add(at("2026-10-24 12:00"), 90 * 60) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_date_that_a_zone_left_out_has_no_working_time() -> None:
    samoa = calendar("Pacific/Apia", days="fri")
    assert samoa.elapsed(at("2011-12-29 00:00"), at("2012-01-02 00:00")) == 0


def test_always_counts_every_second() -> None:
    start = at("2026-03-28 12:34:56")
    assert always("24x7").add(start, 10_000_000) == start + timedelta(seconds=10_000_000)


@pytest.mark.parametrize("text", ["8-12", "08:00-25:00", "24:00-01:00", "09:00-09:00", "08:61-09:00", "12:00-24:30"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is"):
        parse_hours(text)


def test_calendars_without_working_time_are_refused() -> None:
    with pytest.raises(ValueError, match="no working time"):
        calendar(hours=())
    leap_year = date(2024, 1, 1)
    days = [leap_year + timedelta(days=n) for n in range(366)]
    with pytest.raises(ValueError, match="every day"):
        calendar(yearly=[(day.month, day.day) for day in days])


def test_intervals_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap on tue"):
        calendar(hours=("08:00-12:00", "22:00-09:00"), days="mon tue")


# --- the oracle: no calendar arithmetic, only a walk along the clock on the wall

MINUTE = timedelta(minutes=1)


def open_minutes(desk: Calendar, hours: dict[str, list[str]], first: datetime, days: int) -> set[datetime]:
    """The minutes (UTC) in which the desk is open, found by walking all of them."""
    readings: dict[datetime, datetime] = {}  # what the wall showed -> the first minute in which it did
    before: datetime | None = None
    for number in range(-2 * 1440, (days + 2) * 1440):
        minute = first + number * MINUTE
        wall = minute.astimezone(desk.zone).replace(tzinfo=None)
        if before is not None:
            left_out = before + MINUTE
            # Left out by the wall clock: read as if it had not been put forward yet.
            for skipped in range(int((wall - left_out) / MINUTE)):
                if (left_out + skipped * MINUTE).date() in (before.date(), wall.date()):
                    readings.setdefault(left_out + skipped * MINUTE, minute + skipped * MINUTE)
        readings.setdefault(wall, minute)
        before = wall
    found: set[datetime] = set()
    for day in {wall.date() for wall in readings}:
        if day in desk.holidays or (day.month, day.day) in desk.yearly:
            continue
        midnight = datetime(day.year, day.month, day.day)
        for text in hours.get(WEEKDAYS[day.weekday()], []):
            begin, end = (readings.get(midnight + timedelta(seconds=second)) for second in parse_hours(text))
            while begin is not None and end is not None and begin < end:
                found.add(begin)
                begin += MINUTE
    return found


def clock_text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, list[str]]:
    week: dict[str, list[str]] = {}
    for day in WEEKDAYS:
        marks = sorted(draw(st.sets(st.integers(0, 96), max_size=4)))
        pairs = zip(marks[::2], marks[1::2], strict=False)
        if hours := [f"{clock_text(a * 15)}-{clock_text(b * 15)}" for a, b in pairs]:
            week[day] = hours
    return week or {"wed": ["10:00-11:00"]}


@st.composite
def starts(draw: st.DrawFn, zone: ZoneInfo) -> datetime:
    """A time on an ordinary day, or on one near a clock change of the zone."""
    year = draw(st.integers(1995, 2035))
    start = datetime(year, 1, 1, tzinfo=UTC) + timedelta(seconds=draw(st.integers(0, 365 * 86_400)))
    if draw(st.booleans()):
        offset = start.astimezone(zone).utcoffset()
        for hour in range(0, 250 * 24, 24):
            if (start + timedelta(hours=hour)).astimezone(zone).utcoffset() != offset:
                return start + timedelta(hours=hour - 30)
    return start


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_calendars_agree_with_a_walk_along_the_minutes(data: st.DataObject) -> None:
    zone = ZoneInfo(data.draw(st.sampled_from(ZONES)))
    hours = data.draw(weeks())
    start = data.draw(starts(zone)).replace(microsecond=0)
    first = start.replace(second=0)
    holidays = [start.date() + timedelta(days=n) for n in data.draw(st.sets(st.integers(0, 5), max_size=2))]
    desk = calendar_of(zone, hours, holidays)
    minutes = sorted(open_minutes(desk, hours, first, days=4))

    end = start + timedelta(seconds=data.draw(st.integers(0, 4 * 86_400)))
    inside = (min(end, minute + MINUTE) - max(start, minute) for minute in minutes)
    expected = sum((overlap.total_seconds() for overlap in inside if overlap > timedelta(0)), start=0.0)
    assert desk.elapsed(start, end) == expected

    wanted = remaining = data.draw(st.integers(1, 12 * 3600))
    for minute in minutes:
        if minute + MINUTE <= start or minute >= first + timedelta(days=4):
            continue
        begin = max(start, minute)
        here = int((minute + MINUTE - begin).total_seconds())
        if remaining <= here:
            assert desk.add(start, wanted) == begin + timedelta(seconds=remaining)
            break
        remaining -= here


def calendar_of(zone: ZoneInfo, hours: dict[str, list[str]], holidays: list[date]) -> Calendar:
    week = {day: [parse_hours(text) for text in hours[day]] for day in WEEKDAYS if day in hours}
    return Calendar(name="random", zone=zone, week=week, holidays=holidays)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ZONES), weeks(), st.integers(0, 20 * 86_400), st.integers(1, 10**6), st.integers(1, 10**6))
def test_time_added_is_the_time_that_elapses(
    zone: str, hours: dict[str, list[str]], offset: int, one: int, two: int
) -> None:
    desk = calendar_of(ZoneInfo(zone), hours, [])
    start = datetime(2026, 3, 20, tzinfo=UTC) + timedelta(seconds=offset)
    due = desk.add(start, one)
    assert desk.elapsed(start, due) == one
    assert desk.add(due, two) == desk.add(start, one + two)
    assert sum((end - begin).total_seconds() for begin, end in desk.intervals(start, due)) == one
