"""The lines of a text as they are judged: without invisible characters and wide gaps, quoted or not."""

import re
from collections.abc import Sequence

MAX_LINES = 30_000
"""More lines are no reply that anyone wrote: such a text stays whole."""
MAX_LINE = 600
"""Characters of a line that are looked at: no mail program's quote header is longer."""

QUOTE = "\ue000"
"""Begins a line that the HTML says is quoted. Private characters mean nothing in a text from outside."""
BOUNDARY = "\ue001"
"""A line of its own where the HTML says that the quote begins."""

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad\r]")
_BLANK = re.compile("[\u00a0\u2000-\u200a\u202f\u3000\t]")
_WIDE_GAP = re.compile(r" {9,}")
_QUOTED = re.compile(rf"^ {{0,3}}(?:[>＞]|{QUOTE})")
_QUOTE_MARKS = re.compile(rf"^[ >＞{QUOTE}]+")


def readable(text: str) -> list[str]:
    """The lines to judge, one for each line of the text."""
    seen = _WIDE_GAP.sub(" " * 8, _BLANK.sub(" ", _INVISIBLE.sub("", text)))
    return [line[:MAX_LINE].rstrip() for line in seen.split("\n")]


def is_quoted(line: str) -> bool:
    """Whether the line has a quote's mark before it."""
    return line[:4].lstrip(" ")[:1] in (">", "＞", QUOTE) and bool(_QUOTED.match(line))


def without_marks(line: str) -> str:
    """The line without the marks of a quote."""
    return _QUOTE_MARKS.sub("", line)


def next_written(lines: Sequence[str], place: int) -> int:
    """The first line from `place` on that is not empty, or the number of lines."""
    while place < len(lines) and not lines[place]:
        place += 1
    return place
