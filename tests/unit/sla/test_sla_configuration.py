"""config/sla.yaml: what holds, and where a mistake stands."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from services.sla import configuration
from services.sla.durations import Duration, readable
from services.sla.policy import Attributes
from shared.errors import InvalidConfiguration

CONFIG = Path(__file__).parents[3] / "config"
GOOD = """\
calendars:
  desk:
    zone: Europe/Ljubljana
    hours:
      mon: ["08:00-12:00", "12:30-17:00"]
    holidays: [2026-12-25, "*-01-01"]
policies:
  - name: urgent
    match: {priority: urgent}
    calendar: 24x7
    targets: {first_response: 1h}
    warnings: [50, 75]
    escalation:
      - {on: breach, level: 1, notify: [lead]}
  - name: standard
    calendar: desk
    targets: {first_response: 4h, resolution: 2d}
"""


class Span(BaseModel):
    seconds: Duration


def faults(tmp_path: Path, old: str, new: str) -> str:
    assert old in GOOD
    path = tmp_path / "sla.yaml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidConfiguration) as refused:
        configuration.read(tmp_path)
    return str(refused.value).replace(f"{path}:", "")


def test_the_shipped_file_holds() -> None:
    shipped = configuration.read(CONFIG)
    assert shipped.policies[-1].match.everything
    desk = shipped.calendar_of(shipped.policies[-1])
    assert len(desk.holidays) == 30
    assert shipped.policy_for(Attributes(category="technical", priority="urgent")).calendar == "24x7"
    for policy in shipped.policies:
        assert set(policy.targets) == {"first_response", "resolution"}, "an open ticket always has a clock"


def test_a_good_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "sla.yaml").write_text(GOOD, encoding="utf-8")
    agreed = configuration.read(tmp_path)
    assert agreed.policy_for(Attributes(priority="urgent")).name == "urgent"
    assert agreed.policy_for(Attributes()).targets == {"first_response": 4 * 3600, "resolution": 48 * 3600}
    assert agreed.calendar_of(agreed.named("standard")).yearly == {(1, 1)}


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("Europe/Ljubljana", "Europe/Lubljana", 3, "no time zone 'Europe/Lubljana'"),
        ('"12:30-17:00"', '"12:30-17:60"', 5, "'12:30-17:60' is not a time of day"),
        ('"12:30-17:00"', '"11:30-17:00"', 2, "intervals overlap on mon"),
        ('mon: ["08:00-12:00", "12:30-17:00"]', "mon: []", 2, "no working time"),
        ("mon:", "monday:", 5, "'mon'"),
        ('"*-01-01"', '"*-02-30"', 6, "'*-02-30' is not a date"),
        ("[50, 75]", "[75, 50]", 12, "the lowest first"),
        ("[50, 75]", "[50, 100]", 12, "write 99 or less"),
        ("first_response: 1h", "first_response: 1 hour", 11, "'1 hour' is not a duration"),
        ("first_response: 1h", "first_response: 0s", 11, "write 1 or more"),
        ("first_response: 1h", "first_answer: 1h", 11, "'first_response' or 'resolution'"),
        ("level: 1", "level: 2", 13, "number the levels 1, 2, 3"),
        (", notify: [lead]", "", 14, "no effect"),
        ("notify: [lead]", "notify: [boss]", 14, "'owner', 'lead' or 'manager'"),
        ("calendar: desk", "calendar: office", 16, "no calendar 'office'; there are: 24x7, desk"),
        ("name: standard", "name: urgent", 15, "two policies 'urgent'"),
        ("    match: {priority: urgent}\n", "", 8, "fits every ticket, so the ones after it are never used"),
        ("name: standard", "match: {tier: gold}\n    name: standard", 15, "the last policy must fit every ticket"),
        ("priority: urgent}", "priority: asap}", 9, "'low', 'normal', 'high' or 'urgent'"),
        ("resolution: 2d}", "resolution: 2d}\n    pauses: [on_hold]", 18, "there is no such key"),
    ],
)
def test_a_mistake_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    text = faults(tmp_path, old, new)
    assert text.startswith(f"{line}: ")
    assert what in text


def test_levels_out_of_order_are_refused(tmp_path: Path) -> None:
    later = "notify: [lead]}\n      - {on: warning, level: 2, notify: [owner]}"
    assert "would be reached before the one below it" in faults(tmp_path, "notify: [lead]}", later)


def test_a_team_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (tmp_path / "teams.yaml").write_text((CONFIG / "teams.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    text = faults(tmp_path, "notify: [lead]", "team: managment")
    assert text == "14: there is no team 'managment' in teams.yaml"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("30m", 1800), ("4h", 14_400), ("1h30m", 5400), ("2d", 172_800), ("1d 2h", 93_600), ("0m", 0)],
)
def test_durations(text: str, seconds: int) -> None:
    assert Span.model_validate({"seconds": text}).seconds == seconds


@pytest.mark.parametrize("wrong", ["", "4", 4, "4 hours", "h", "30m4h", "-4h", "1.5h", "400d"])
def test_what_is_no_duration_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Span.model_validate({"seconds": wrong})


def test_durations_are_read_out() -> None:
    assert [readable(seconds) for seconds in (0, 59, 5400, 172_800)] == ["0 s", "59 s", "1 h 30 min", "48 h"]
