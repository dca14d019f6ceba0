"""Whether somebody can take work, and why not: the causes in their order, and until when they hold."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.routing.people.presence import Presence, availability, off_since
from shared.organisation import Agent, Leave, Organisation, Shift, Team

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Ljubljana
HOUR = timedelta(hours=1)
NOTHING_SAID = Presence()


def organisation(**more: Any) -> Organisation:
    agent = Agent.model_validate({"name": "Ana Novak", "email": "ana@svetilka.example", **more})
    hours = {"mon-fri": ("08:00-12:00", "13:00-17:00")}
    return Organisation(
        zone="Europe/Ljubljana",
        default_team="support",
        shifts={"day": Shift(hours=hours), "night": Shift(hours={"mon-fri": ("22:00-06:00",)})},
        agents={"ana": agent},
        teams={"support": Team(title="Support", agents=("ana",), lead="ana")},
    )


def state(stored: Presence = NOTHING_SAID, *, at: datetime = MONDAY, **more: Any) -> tuple[str, str, datetime | None]:
    now = availability(organisation(**more), "ana", stored, at=at)
    assert now.free == (now.state == "available")
    return now.state, now.because, now.until


def test_without_shift_or_leave_an_agent_is_there_around_the_clock() -> None:
    assert state() == ("available", "is there", None)


def test_within_the_shift_an_agent_is_there_until_it_ends() -> None:
    assert state(shift="day") == ("available", "is there", MONDAY + 2 * HOUR)


def test_outside_the_shift_it_is_told_when_they_are_back() -> None:
    friday_evening = MONDAY + timedelta(days=4, hours=9)
    assert state(shift="day", at=friday_evening) == (
        "off_shift",
        "is off shift (day)",
        datetime(2026, 11, 30, 7, 0, tzinfo=UTC),
    )


def test_leave_lasts_from_midnight_to_midnight_where_the_organisation_is() -> None:
    leave = (Leave(first=date(2026, 11, 24), last=date(2026, 11, 25), reason="a wedding"),)
    begin, end = datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 25, 23, tzinfo=UTC)
    assert state(leave=leave) == ("available", "is there", begin)
    assert state(leave=leave, at=begin - HOUR / 60)[0] == "available"
    assert state(leave=leave, at=begin) == ("on_leave", "is off: a wedding", end)
    assert state(leave=leave, at=end)[0] == "available"


def test_leaves_that_follow_each_other_end_together() -> None:
    leave = (
        Leave(first=date(2026, 11, 25), last=date(2026, 11, 25)),
        Leave(first=date(2026, 11, 23), last=date(2026, 11, 24), reason="ill"),
    )
    assert state(leave=leave)[1:] == ("is off: ill", datetime(2026, 11, 25, 23, tzinfo=UTC))


def test_their_own_word_counts_until_it_is_over() -> None:
    away = Presence(said="away", until=MONDAY + HOUR, reason="lunch")
    assert state(away) == ("away", "is away: lunch", MONDAY + HOUR)
    assert state(away, at=MONDAY + HOUR)[0] == "available"
    assert state(Presence(said="away")) == ("away", "is away", None)


def test_whose_presence_is_by_heartbeat_is_there_only_while_a_program_reports() -> None:
    there = Presence(there_until=MONDAY + HOUR)
    assert state(presence="heartbeat")[0] == "offline"
    assert state(there, presence="heartbeat")[0] == "available"
    assert state(there, presence="heartbeat", at=MONDAY + HOUR)[0] == "offline"
    assert state(at=MONDAY)[0] == "available", "whose presence is manual needs none"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"available": False}, "on_leave"),
        ({"leave": (Leave(first=date(2026, 11, 21), last=date(2026, 11, 23)),)}, "on_leave"),
        ({"shift": "day"}, "off_shift"),
        ({}, "away"),
    ],
)
def test_the_cause_that_lasts_longest_is_told(more: dict[str, Any], expected: str) -> None:
    everything = {"presence": "heartbeat", **({"shift": "day"} if more else {}), **more}
    assert state(Presence(said="away"), at=MONDAY - 3 * HOUR, **everything)[0] == expected


def test_off_duty_is_counted_from_the_end_of_work_and_a_break_is_none() -> None:
    one = organisation(shift="day")
    lunch, evening = MONDAY + 2.5 * HOUR, MONDAY + 9 * HOUR
    assert availability(one, "ana", Presence(), at=lunch).state == "off_shift"
    assert off_since(one, "ana", Presence(), at=lunch) is None
    assert off_since(one, "ana", Presence(), at=evening) == MONDAY + 7 * HOUR
    assert off_since(one, "ana", Presence(), at=MONDAY) is None
    assert off_since(one, "ana", Presence(said="away"), at=MONDAY) is None


def test_leave_begins_at_midnight_and_a_new_file_when_it_was_first_told() -> None:
    leave = (Leave(first=date(2026, 11, 23), last=date(2026, 11, 27)),)
    begin = datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert off_since(organisation(shift="day", leave=leave), "ana", Presence(), at=MONDAY) == begin
    gone = organisation(available=False)
    assert off_since(gone, "ana", Presence(), at=MONDAY) is None
    assert off_since(gone, "ana", Presence(shown="on_leave", shown_at=begin), at=MONDAY) == begin
