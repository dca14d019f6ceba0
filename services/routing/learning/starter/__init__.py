"""The examples that Kartica ships with: what customers write, in four languages, so that nobody begins with nothing.

They are text files, one a language, to be read and extended; README.md beside them has the definitions.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from services.routing.learning.model.examples import Example

OUT_OF_SCOPE = "out_of_scope"
_HEADING = re.compile(r"\[(\w+)\]")


def examples(folder: Path | None = None) -> tuple[Example, ...]:
    """Every line of every language with its category; those out of scope have none and are left out."""
    return tuple(example for example in _all(folder) if example.category != OUT_OF_SCOPE)


def out_of_scope(folder: Path | None = None) -> tuple[str, ...]:
    """Lines that belong to no category: on these a model should say nothing."""
    return tuple(example.text for example in _all(folder) if example.category == OUT_OF_SCOPE)


def read(path: Path) -> Iterator[Example]:
    """The examples of one file, whose name is their language; `ValueError` names the line that has no category."""
    category: str | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        heading = _HEADING.fullmatch(text)
        if heading:
            category = heading[1]
        elif category is None:
            raise ValueError(f"{path.name}:{number}: put a heading like [billing] before the first example")
        else:
            yield Example(text=text, category=category, language=path.stem)


def _all(folder: Path | None) -> Iterator[Example]:
    for path in sorted((folder or Path(__file__).parent).glob("*.txt")):
        yield from read(path)
