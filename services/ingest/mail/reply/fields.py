"""The block of fields that mail programs write above a quote: From, Sent, To, Subject, in any language."""

import re
from collections.abc import Sequence
from itertools import pairwise

from services.ingest.mail.reply.languages import LANGUAGES

MAX_NAME = 32
MAX_BLOCK = 24
MAX_WRAPPED = 3
"""Lines over which the value of a field goes on."""

_MARKS = "*_># \t"
_COLON = re.compile("[:：]")
_SPACES = re.compile("(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff])")
"""Chinese names of two letters are often written as wide as those of three."""


def _roles() -> dict[str, str]:
    """What each name of a field stands for; where languages differ, the later kind counts."""
    roles: dict[str, str] = {}
    for kind in ("copy", "date", "to", "subject", "sent", "from"):
        for language in LANGUAGES:
            names = language.sender if kind == "from" else getattr(language, kind)
            roles.update({name.casefold(): kind for name in names})
    return roles


_ROLES = _roles()


def field_block(lines: Sequence[str], start: int) -> int | None:
    """The last line of the block that begins in line `start`; None where none does."""
    if _role(lines[start]) not in ("from", "sent", "date", "to", "subject"):
        return None
    fields, end = _fields(lines, start)
    return end if _is_of_a_mail(fields) else None


def begins_like_field(line: str) -> bool:
    """Whether the line begins with the name of a field."""
    return _role(line) is not None


def _role(line: str) -> str | None:
    colon = _COLON.search(line, 0, MAX_NAME)
    return _ROLES.get(_SPACES.sub("", line[: colon.start()]).strip(_MARKS).casefold()) if colon else None


def _fields(lines: Sequence[str], start: int) -> tuple[dict[str, str], int]:
    fields: dict[str, str] = {}
    end, name, wrapped, blank = start, "", 0, False
    for place in range(start, min(len(lines), start + MAX_BLOCK)):
        line = lines[place]
        role = _role(line)
        if role is not None:
            if role in fields and role not in ("copy", "to"):
                break
            fields[role] = _COLON.split(line, 1)[1]
            _add_fields_of_the_same_line(fields, line)
            end, name, wrapped, blank = place, role, 0, False
        elif not line:
            if blank:
                break
            blank = True
        elif blank or wrapped >= MAX_WRAPPED or _is_unknown_field(line):
            break
        else:
            fields[name] += f" {line}"
            end, wrapped = place, wrapped + 1
    return fields, end


def _add_fields_of_the_same_line(fields: dict[str, str], line: str) -> None:
    """Some write all of it in one line: `From: Ana <ana@x.example> To: Jo Sent: Friday Subject: Lamp`."""
    pieces = line.split(": ")
    if len(pieces) < 3:
        return
    for before, value in pairwise(pieces):
        words = before.strip(_MARKS).casefold().split(" ")
        for count in (1, 2):
            role = _ROLES.get(" ".join(words[-count:]))
            if role is not None:
                fields.setdefault(role, value)


def _is_unknown_field(line: str) -> bool:
    name, colon, _ = line.partition(":")
    return bool(colon) and len(name) <= 24 and name.replace(" ", "").isalpha() and name[:1].isupper()


def _is_of_a_mail(fields: dict[str, str]) -> bool:
    """A date, and enough beside it: a form's or a timetable's `From:` and `To:` are no mail's."""
    when = f"{fields.get('sent', '')} {fields.get('date', '')}"
    if not any(character.isdigit() for character in when):
        return False
    address = any("@" in fields.get(role, "") for role in ("from", "to"))
    others = sum(role in fields for role in ("from", "to", "subject"))
    if "from" in fields:
        return address or (others >= 2 and ("subject" in fields or "sent" in fields))
    return "to" in fields and address
