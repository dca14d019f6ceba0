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
    "a wrong value": (GOOD.replace("ana@svetilka.example", "nobody"), 5, "should match pattern"),
    "a key given twice": (GOOD + "default_team: support\n", 11, "default_team is given twice"),
    "an unknown agent": (GOOD.replace("[ana]", "[zora]"), 7, "there is no agent 'zora'"),
    "not YAML": (GOOD.replace("[ana]", "[ana"), 10, "not YAML"),
    "an empty file": ("", 1, "default_team: this key is missing"),
    "a list instead of a map": ("- a\n- b\n", 1, "valid dictionary"),
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
