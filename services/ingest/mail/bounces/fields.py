"""The per-recipient blocks of RFC 3464 and the fields of RFC 5965, wherever and however they are written."""

import re
from collections.abc import Iterator, Mapping, Sequence

MAX_LINES = 5_000
MAX_VALUE = 4_000

_FIELD = re.compile(r"^[ \t>]{0,8}([A-Za-z][A-Za-z-]{1,40})[ \t]{0,4}:[ \t]*(.*)$")
_ANSWER = re.compile(r"^[245][0-9]{2}[ -]")
_RECIPIENT = ("final-recipient", "original-recipient")
_PER_RECIPIENT = frozenset(
    (
        *_RECIPIENT,
        "action",
        "status",
        "diagnostic-code",
        "remote-mta",
        "last-attempt-date",
        "will-retry-until",
        "final-log-id",
        "x-actual-recipient",
        "x-supplementary-info",
        "x-display-name",
        "localized-message",
    )
)

Block = Mapping[str, str]
"""The fields of one recipient, names in lower case; of a field that comes twice both values, in lines."""


def blocks(text: str) -> list[Block]:
    """Every block that names a recipient. Blank lines between blocks may be missing, or be too many."""
    found: list[dict[str, str]] = [{}]
    for name, value in _known(text.splitlines()[:MAX_LINES], _PER_RECIPIENT):
        current = found[-1]
        named = any(recipient in current for recipient in _RECIPIENT)
        if (not name and named) or (name in current and (name in _RECIPIENT or named)):
            found.append({name: value} if name else {})
        elif name:
            current[name] = f"{current[name]}\n{value}"[:MAX_VALUE] if name in current else value
    return [block for block in found if any(name in block for name in _RECIPIENT)]


def every(text: str, name: str) -> list[str]:
    """The values of a field that may come several times, in their order."""
    return [value for known, value in _known(text.splitlines()[:MAX_LINES], frozenset((name,))) if known]


def _known(lines: Sequence[str], names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """`(name, value)` of the fields asked for, unfolded; a blank line is a pair of empty texts."""
    name, value, margin = "", "", 0
    for line in lines:
        match = _FIELD.match(line)
        if name and line.strip() and _continues(line, match, name=name, names=names, margin=margin):
            value = f"{value} {line.strip()}"[:MAX_VALUE]
            continue
        if name:
            yield name, value
        if not line.strip():
            yield "", ""
        name = match[1].lower() if match and match[1].lower() in names else ""
        value = match[2].strip() if match else ""
        margin = _margin(line)
    if name:
        yield name, value


def _continues(line: str, match: re.Match[str] | None, *, name: str, names: frozenset[str], margin: int) -> bool:
    """Whether a line goes on with the value above it: `said: 550 ...` at the begin of a folded line is no field."""
    if match is not None:
        return _margin(line) > margin and match[1].lower() not in names
    # some fold an answer of several lines without indenting it
    return line[:1] in (" ", "\t") or (name == "diagnostic-code" and bool(_ANSWER.match(line)))


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip(" \t>"))
