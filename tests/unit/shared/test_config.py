"""A mistake in a file of config/ is refused with file, line and reason."""

from pathlib import Path

import pytest

from shared.config import load
from shared.errors import InvalidConfiguration
from shared.organisation import Organisation

GOOD = """\
default_team: support
agents:
  ana:
    name: Ana
    email: ana@svetilka.example
teams:
  support:
    title: Support
    agents: [ana]
    lead: ana
"""

MISTAKES = {
    "a misspelt key": (GOOD.replace("    email:", "    e_mail:"), 5, "agents.ana.e_mail: there is no such key"),
    "a wrong value": (GOOD.replace("ana@svetilka.example", "nobody"), 5, "'nobody' does not match ^"),
    "a key given twice": (GOOD + "default_team: support\n", 11, "default_team is given twice"),
    "an unknown agent": (GOOD.replace("[ana]", "[zora]"), 7, "there is no agent 'zora'"),
    "not YAML": (GOOD.replace("[ana]", "[ana"), 10, "not YAML"),
    "an empty file": ("", 1, "default_team: this key is missing"),
    "a list instead of a map": ("- a\n- b\n", 1, "write keys with values here"),
    "a text instead of a list": (GOOD.replace("[ana]", "ana"), 9, "agents: write a list here"),
    "one of a few": (GOOD + "    strategy: fair\n", 11, "strategy: use 'least_loaded', "),
    "a capacity in words": (
        GOOD.replace("    email", "    capacity: many\n    email"),
        5,
        "write for example 10, or {total",
    ),
    "too much": (GOOD.replace("    email", "    skills: {en: 7}\n    email"), 5, "skills.en: write 5 or less"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_mistake_is_named_with_its_line(name: str, tmp_path: Path) -> None:
    text, line, reason = MISTAKES[name]
    path = tmp_path / "teams.yaml"
    path.write_text(text)
    with pytest.raises(InvalidConfiguration) as refused:
        load(path, Organisation)
    assert f"{path}:{line}: " in str(refused.value)
    assert reason in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match=r"teams\.yaml: can't be read"):
        Organisation.read(tmp_path)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "teams.yaml").write_text(GOOD)
    assert Organisation.read(tmp_path).teams["support"].agents == ("ana",)


def test_what_only_follows_from_another_mistake_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "teams.yaml"
    path.write_text(GOOD + "shifts:\n  day:\n    hours:\n      mon: ['8-16']\n")
    with pytest.raises(InvalidConfiguration) as refused:
        load(path, Organisation)
    assert str(refused.value).count("\n") == 0
    assert "shifts.day.hours.mon.0: '8-16' is no interval" in str(refused.value)
