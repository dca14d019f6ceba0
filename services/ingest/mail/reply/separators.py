"""The lines that mail programs draw above a quote or a forwarded mail: `-----Original Message-----`."""

import re

from services.ingest.mail.reply.languages import LANGUAGES
from services.ingest.mail.reply.lines import BOUNDARY, without_marks

_DASHES = "-_=*<>#~–— \t.:"
_ORIGINAL = frozenset(phrase.casefold() for language in LANGUAGES for phrase in language.original)
_FORWARDED = frozenset(phrase.casefold() for language in LANGUAGES for phrase in language.forwarded)
_ABOVE = tuple(phrase for language in LANGUAGES for phrase in language.above)
_BEGINS_FORWARDED = frozenset(phrase for phrase in _FORWARDED if len(phrase.split()) >= 3)
"""Those that stand without dashes, with a colon at the end: `Begin forwarded message:`."""
_OF_SOMEONE = re.compile(r" (?:from|by|von|de|da|van|fra|från|od|от|від|on|am|le|op) .*")
_BY_PROGRAM = re.compile(r"\[?original message processed by (?:david|tobit)", re.IGNORECASE)
_RULE = re.compile(r"^\s{0,8}(?:[_-]{10,}|[=*]{10,}|[–—]{10,}|[_-][_ -]{20,}[_-])$")
MAX_ABOVE = 160
"""Characters of a line that asks to write above it."""


def is_original(line: str) -> bool:
    """Whether the line says that the mail which was answered follows."""
    if line == BOUNDARY or _BY_PROGRAM.match(line):
        return True
    phrase = _phrase(line)
    if " " not in phrase and not _is_ruled(line):
        return False  # `--- original` heads a comparison of files
    return phrase in _ORIGINAL


def is_forwarded(line: str) -> bool:
    """Whether the line says that a forwarded mail follows."""
    bare = without_marks(line)
    if bare[-1:] == ":" and bare.strip(_DASHES).casefold() in _BEGINS_FORWARDED:
        return True
    return _phrase(bare) in _FORWARDED


def is_rule(line: str) -> bool:
    """Whether the line is nothing but a drawn line."""
    return bool(_RULE.match(line))


def _is_ruled(line: str) -> bool:
    """Whether there are dashes on both sides."""
    bare = line.strip(" *\t")
    return bare[:4] == bare[-4:] and not bare[:4].strip(_DASHES)


def _phrase(line: str) -> str:
    """What stands between the dashes, or nothing when there are none."""
    bare = line.strip(" *\t")
    if bare[:2] not in ("--", "__", "==", "<-", "––", "——", "- ", "**", "##"):
        return ""
    if bare[-1:] not in "-_=>–—*#":
        return _OF_SOMEONE.sub("", bare.strip(_DASHES).casefold()) if bare[:3] in ("---", "___") else ""
    return _OF_SOMEONE.sub("", bare.strip(_DASHES).casefold())


def asks_to_write_above(text: str) -> bool:
    """Whether the text, or the line, asks to write the answer above it."""
    lower = text.casefold()
    return any(phrase in lower for phrase in _ABOVE)
