"""What config/tickets.yaml may say; mistakes name their line."""

from pathlib import Path
from typing import Any

import pytest

from services.ingest.conversation import fields
from services.ingest.conversation.fields import FieldKind
from services.ingest.conversation.policy import read
from shared.errors import InvalidConfiguration, Refused


def written(folder: Path, text: str) -> Path:
    (folder / "tickets.yaml").write_text(text, encoding="utf-8")
    return folder


def test_file_that_says_nothing_gives_the_defaults(tmp_path: Path) -> None:
    policy = read(written(tmp_path, "{}"))
    assert (policy.close_after_hours, policy.thanks_keep_resolved, policy.reopen_hours) == (96, False, {})


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("close_after_hours: 0\n", 1, "close_after_hours"),
        ("\nphases:\n  x: {status: new, title: {en: X}}\n", 3, "a ticket is new only once"),
        ("fields:\n  size: {type: choice}\n", 2, "options"),
        ("fields:\n  size: {type: text, pattern: '('}\n", 2, "regular expression"),
        ("fields:\n  size: {type: number, pattern: x}\n", 2, "pattern"),
        ("fields:\n  size: {type: colour}\n", 2, "type"),
        ("closing: 3\n", 1, "closing"),
    ],
)
def test_mistake_is_named_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(InvalidConfiguration, match=f"tickets.yaml:{line}: .*{says}"):
        read(written(tmp_path, text))


KINDS = {
    "name": FieldKind(type="text", pattern="[A-Z]-[0-9]+", indexed=True),
    "count": FieldKind(type="integer", least=1, most=9),
    "price": FieldKind(type="number"),
    "warranty": FieldKind(type="boolean", indexed=True),
    "day": FieldKind(type="date"),
    "size": FieldKind(type="choice", options=("small", "big")),
}


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("name", "S-1", "1"),
        ("name", None, 7),
        ("count", 9, 10),
        ("count", 1, True),
        ("count", 2, 2.5),
        ("price", 2.5, "2.5"),
        ("price", 0, float("nan")),
        ("warranty", False, "no"),
        ("day", "2026-11-22", "22.11.2026"),
        ("day", "2024-02-29", "2026-02-29"),
        ("size", "big", "huge"),
    ],
)
def test_declared_field_takes_what_fits(name: str, good: Any, bad: Any) -> None:
    assert fields.checked({name: good}, KINDS) == {name: good}
    with pytest.raises(Refused, match=name):
        fields.checked({name: bad}, KINDS)


def test_field_that_nobody_declared_is_kept_as_it_is() -> None:
    odd = {"other": {"deep": [1, "two"]}, "a.b": 1}
    assert fields.checked(odd, KINDS) == {"other": {"deep": [1, "two"]}, "a_b": 1}


def test_indexed_fields_are_found_whatever_their_case() -> None:
    assert fields.lookups({"name": " S-1  x", "warranty": True, "price": 1}, KINDS) == ["name=s-1 x", "warranty=true"]
    assert fields.lookup("name", "s-1 X") == "name=s-1 x"


def test_schema_names_types_and_bounds() -> None:
    schema = fields.schema(KINDS, version=3)
    assert schema["$id"].endswith(":3")
    assert schema["properties"]["count"] == {"type": ["integer", "null"], "minimum": 1, "maximum": 9}
    assert schema["properties"]["size"]["enum"] == ["small", "big", None]
