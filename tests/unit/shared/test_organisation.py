"""Shifts, leave, spans and capacities in teams.yaml; a mistake is refused with file, line and reason."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.errors import InvalidConfiguration
from shared.organisation import Organisation

GOOD = """\
zone: Europe/Ljubljana
default_team: support
weights: {chat: 3}
shifts:
  day:
    zone: Europe/Zagreb
    hours:
      mon-thu: ["08:00-12:00", "13:00-17:00"]
      fri: ["08:00-14:00"]
    holidays: [2026-12-25]
  night:
    hours: {fri-sat: ["22:00-06:00"]}
agents:
  ana:
    name: Ana
    email: ana@svetilka.example
    skills: {sl: 5, en: 2}
    capacity: {total: 12, channels: {chat: 2}}
    presence: heartbeat
    shift: day
    leave:
      - {first: 2026-08-03, last: 2026-08-14, reason: summer}
    at_most: {tickets: 20, per: 1d12h}
    not_for: ["@Family.example"]
teams:
  support:
    title: Support
    agents: [ana]
    lead: ana
    sticky: 7d
    offer: {within: 45s}
"""


def read(folder: Path, text: str) -> Organisation:
    (folder / "teams.yaml").write_text(text, encoding="utf-8")
    return Organisation.read(folder)


def test_what_the_file_says_is_read(tmp_path: Path) -> None:
    organisation = read(tmp_path, GOOD)
    day, night, ana = organisation.shifts["day"], organisation.shifts["night"], organisation.agents["ana"]
    assert day.week[0] == ((8 * 60, 12 * 60), (13 * 60, 17 * 60))
    assert day.week[3] == day.week[0] != day.week[4]
    assert day.holidays == {date(2026, 12, 25)}
    assert night.week[4:] == (((22 * 60, 24 * 60),), ((0, 6 * 60), (22 * 60, 24 * 60)), ((0, 6 * 60),))
    assert (ana.skills, ana.capacity.channels) == ({"sl": 5, "en": 2}, {"chat": 2})
    assert ana.at_most is not None
    assert ana.at_most.per == timedelta(hours=36)
    assert ana.not_for == ("@family.example",)
    assert organisation.teams["support"].sticky == timedelta(days=7)
    assert (organisation.weight("chat"), organisation.weight("email")) == (3, 1)


def test_lists_of_skills_and_plain_capacities_stay_possible(tmp_path: Path) -> None:
    plain = GOOD.replace("{sl: 5, en: 2}", "[sl, en]").replace("{total: 12, channels: {chat: 2}}", "7")
    ana = read(tmp_path, plain).agents["ana"]
    assert (ana.skills, ana.capacity.total) == ({"sl": 3, "en": 3}, 7)


MISTAKES = {
    "a zone that is none": ("Europe/Ljubljana", "Europe/Lublana", 1, "there is no time zone 'Europe/Lublana'"),
    "a zone that is a path": ("Europe/Zagreb", "../../etc/passwd", 6, "there is no time zone"),
    "a day that is none": ("mon-thu", "mon-thr", 7, "'mon-thr' is no day"),
    "a day given twice": ("      fri:", "      thu:", 7, "thu is given twice"),
    "an interval that is none": ('"08:00-14:00"', '"8-14"', 9, "'8-14' is no interval"),
    "an hour that is none": ('"08:00-14:00"', '"08:00-25:00"', 9, "is no interval"),
    "an empty interval": ('"08:00-14:00"', '"08:00-08:00"', 9, "is empty; a whole day is 00:00-24:00"),
    "intervals that overlap": ('"13:00-17:00"', '"11:30-17:00"', 5, "intervals overlap on mon"),
    "no hours": ('["08:00-14:00"]', "[]", 9, "write at least 1 here"),
    "a holiday that is no date": ("2026-12-25", "25.12.", 10, "shifts.day.holidays"),
    "a shift that nobody described": ("shift: day", "shift: late", 20, "agents.ana.shift: there is no shift 'late'"),
    "leave that ends before it begins": ("2026-08-14", "2026-08-01", 22, "before it begins on 2026-08-03"),
    "a span that is none": ("1d12h", "36 hours", 23, "'36 hours' is no time span"),
    "no time at all": ("45s", "0s", 31, "'0s' is not between 1s and 366d"),
    "a span beyond all measure": ("45s", "9999999d", 31, "is not between 1s and 366d"),
    "a number that no computer counts to": ("45s", f"{'9' * 30}d", 31, "is no time span"),
    "a level that is none": ("sl: 5", "sl: 6", 17, "write 5 or less"),
    "a presence that is none": ("presence: heartbeat", "presence: guess", 19, "'manual' or 'heartbeat'"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_mistake_is_named_with_its_line(name: str, tmp_path: Path) -> None:
    right, wrong, line, reason = MISTAKES[name]
    assert right in GOOD
    with pytest.raises(InvalidConfiguration) as refused:
        read(tmp_path, GOOD.replace(right, wrong, 1))
    assert f"{tmp_path / 'teams.yaml'}:{line}: " in str(refused.value)
    assert reason in str(refused.value)


def test_a_night_that_reaches_into_the_next_mornings_work_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match="intervals overlap on sat"):
        read(tmp_path, GOOD.replace('fri-sat: ["22:00-06:00"]', 'fri: ["22:00-06:00"], sat: ["05:00-09:00"]'))
