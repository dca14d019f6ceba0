"""Reads a labelled set: `train.csv` and `test.csv`, and what fits no category in files or a category of its own."""

import csv
from dataclasses import dataclass
from pathlib import Path

TEXTS = ("text", "sentence", "utterance", "message", "query", "question")
CATEGORIES = ("category", "label", "intent", "class")
LONGEST = 1_000_000


class Unreadable(Exception):
    """Says which file is wrong, and how."""


@dataclass(frozen=True, slots=True)
class Labelled:
    text: str
    category: str


@dataclass(frozen=True, slots=True)
class Sets:
    """What is learned from and what is judged, each with messages that fit no category where there are any."""

    train: list[Labelled]
    test: list[Labelled]
    strange_train: list[str]
    strange_test: list[str]


def sets(folder: Path, *, out_of_scope: str | None) -> Sets:
    """`Unreadable` when a file is missing or has no columns that could be meant."""
    train, test = labelled(folder / "train.csv"), labelled(folder / "test.csv")
    if out_of_scope is not None and out_of_scope not in {one.category for one in [*train, *test]}:
        raise Unreadable(f"{folder}: no message has the category {out_of_scope!r} that OOS= names")
    found = Sets(
        [one for one in train if one.category != out_of_scope],
        [one for one in test if one.category != out_of_scope],
        [one.text for one in train if one.category == out_of_scope] + _texts(folder / "oos_train.csv"),
        [one.text for one in test if one.category == out_of_scope] + _texts(folder / "oos_test.csv"),
    )
    if not found.train or not found.test:
        raise Unreadable(f"{folder}: train.csv and test.csv need messages with a category")
    return found


def labelled(path: Path) -> list[Labelled]:
    """The rows that have a text and a category."""
    rows, names = _rows(path)
    text, category = _column(names, TEXTS), _column(names, CATEGORIES)
    if text is None or category is None:
        raise Unreadable(f"{path}: needs a column text and a column category, has {', '.join(names) or 'none'}")
    pairs = [((row[text] or "").strip(), (row[category] or "").strip()) for row in rows]
    return [Labelled(words, name) for words, name in pairs if words and name]


def _texts(path: Path) -> list[str]:
    if not path.exists():
        return []
    rows, names = _rows(path)
    text = _column(names, TEXTS)
    if text is None:
        raise Unreadable(f"{path}: needs a column text, has {', '.join(names) or 'none'}")
    return [words for row in rows if (words := (row[text] or "").strip())]


def _rows(path: Path) -> tuple[list[dict[str, str | None]], list[str]]:
    """Every row by column. A byte order mark, CRLF and line breaks inside quotes are as in any CSV file."""
    csv.field_size_limit(LONGEST)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            return list(reader), [name for name in reader.fieldnames or [] if name]
    except FileNotFoundError:
        raise Unreadable(f"{path}: there is no such file") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"{path}: is no CSV file in UTF-8: {error}") from error


def _column(names: list[str], wanted: tuple[str, ...]) -> str | None:
    by_name = {name.strip().casefold(): name for name in names}
    return next((by_name[name] for name in wanted if name in by_name), None)
