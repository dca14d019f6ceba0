"""The signed mark in the body of our own mails, for mail programs and desks that drop every header."""

import re

MAX_TEXT = 400_000
MOST_MARKS = 10
_MARK = re.compile(r"\[#([a-z][a-z2-7]{50})\]", re.IGNORECASE)


def marks_in(text: str) -> tuple[str, ...]:
    """The tokens of all marks, the first one of the text first. Their signatures are still to be verified."""
    found = (match.group(1).lower() for match in _MARK.finditer(text[:MAX_TEXT]))
    return tuple(dict.fromkeys(found))[:MOST_MARKS]
