"""Where a text stops being the reply: the first header of a quote, whatever its kind."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.ingest.mail.reply.fields import begins_like_field, field_block
from services.ingest.mail.reply.lines import is_quoted, next_written, without_marks
from services.ingest.mail.reply.separators import (
    MAX_ABOVE,
    asks_to_write_above,
    is_forwarded,
    is_original,
    is_rule,
)
from services.ingest.mail.reply.verbs import may_hold_verb, roots_in
from services.ingest.mail.reply.wrote import header_within, may_end_header, wrote_header

MAX_TRIES = 500
"""Lines that look like headers, and are none. A text with more of them stays whole."""

MAX_RAW = 12
"""Lines of a mail's source above a field that are looked at."""
_FIELD_NAME = re.compile(r"([A-Za-z][A-Za-z-]{1,40}):\s")
_RAW = frozenset(("message-id", "received", "return-path", "mime-version", "content-type", "user-agent",
                  "delivered-to", "in-reply-to", "references", "list-id", "dkim-signature"))  # fmt: skip

Kind = Literal["wrote", "fields", "original", "forwarded"]


@dataclass(frozen=True, slots=True)
class Header:
    """A header that covers the lines from `start` to `end`."""

    kind: Kind
    start: int
    end: int


def first_header(lines: list[str], texts: list[str], start: int = 0) -> Header | None:
    """The first header from line `start` on.

    Where it follows the reply on the same line, that line becomes two, in `lines` and in `texts`.
    """
    text = "\n".join(lines[start:])
    asks, roots = asks_to_write_above(text), roots_in(text)
    was_quoted = False
    place, tries = start, MAX_TRIES
    while place < len(lines) and tries > 0:
        line = lines[place]
        if not line:
            place += 1
            continue
        quoted = is_quoted(line)
        tries -= _is_costly(line, roots)
        if quoted:
            found = _in_quote(lines, place, roots, first=not was_quoted)
        else:
            found = _within(lines, texts, place) or _at(lines, place, roots, asks=asks)
        if found is not None:
            return _with_rule_above(lines, found, start)
        was_quoted = quoted
        place += 1
    return None


def _is_costly(line: str, roots: Sequence[str]) -> bool:
    """Whether judging the line takes more than a glance: a text made to take long has many such lines."""
    return begins_like_field(line) or (may_end_header(line) and ("@" in line or may_hold_verb(line, roots)))


def _at(lines: list[str], place: int, roots: Sequence[str], *, asks: bool) -> Header | None:
    line = lines[place]
    if is_forwarded(line):
        return Header("forwarded", place, place)
    if is_original(line) or (asks and len(line) <= MAX_ABOVE and asks_to_write_above(line)):
        return Header("original", place, place)
    if begins_like_field(line):
        end = None if _is_of_raw_header(lines, place) else field_block(lines, place)
        if end is not None:
            return Header("fields", place, end)
    start = wrote_header(lines, place, roots)
    return None if start is None else Header("wrote", start, place)


def _is_of_raw_header(lines: list[str], place: int) -> bool:
    """Whether fields stand above that only a mail's source has: the writer put it there to be read."""
    for above in range(place - 1, max(-1, place - 1 - MAX_RAW), -1):
        name = _FIELD_NAME.match(lines[above])
        if name is None:
            return False
        if name[1].lower() in _RAW or name[1][:2].lower() == "x-":
            return True
    return False


def _in_quote(lines: list[str], place: int, roots: Sequence[str], *, first: bool) -> Header | None:
    """A quoted line ends a header (`> wrote:`), or the quote is a forwarded mail."""
    start = wrote_header(lines, place, roots)
    if start is not None:
        return Header("wrote", start, place)
    return Header("forwarded", place, place) if first and is_forwarded(without_marks(lines[place])) else None


def _within(lines: list[str], texts: list[str], place: int) -> Header | None:
    column = header_within(lines, place)
    if column is None:
        return None
    header = lines[place][column:]
    lines[place : place + 1] = [lines[place][:column].rstrip(" -"), header]
    cut = max(0, texts[place].rfind(header[:20]))
    texts[place : place + 1] = [texts[place][:cut].rstrip(" -"), texts[place][cut:]]
    return Header("wrote", place + 1, place + 1)


def _with_rule_above(lines: list[str], header: Header, start: int) -> Header:
    """A line that is drawn above a header belongs to it."""
    above = header.start - 1
    while above >= start and not lines[above]:
        above -= 1
    if above < start or header.kind == "forwarded" or not is_rule(lines[above]):
        return header
    return Header(header.kind, above, header.end)


def is_followed_by_quote(lines: list[str], header: Header) -> bool:
    """Whether the lines below the header are marked as quoted."""
    following = next_written(lines, header.end + 1)
    return following < len(lines) and is_quoted(lines[following])
