"""The Date field, in the form of RFC 5322 and in those that programs write instead."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

MAX_FIELD = 200

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "gen", "ene", "sty"),
            ("feb", "fév", "fev", "lut"),
            ("mar", "mär", "mrz", "maa"),
            ("apr", "avr", "abr", "kwi"),
            ("may", "mai", "mag", "mei", "maj"),
            ("jun", "giu", "cze"),
            ("jul", "lug", "lip"),
            ("aug", "aoû", "aou", "ago", "avg", "sie"),
            ("sep", "set", "wrz"),
            ("oct", "okt", "ott", "out", "paź"),
            ("nov", "lis"),
            ("dec", "dez", "dic", "déc", "des", "gru"),
        ),
        start=1,
    )
    for name in names
}
_ZONES = {
    "cet": 60, "met": 60, "mez": 60, "wet": 0, "bst": 60, "ist": 330, "cest": 120, "mest": 120, "mesz": 120, "eet": 120,
    "eest": 180, "msk": 180, "jst": 540, "kst": 540, "hkt": 480, "sgt": 480, "aest": 600, "aedt": 660, "nzst": 720,
    "nzdt": 780, "west": 60, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480,
    "pdt": -420, "akst": -540, "hst": -600, "brt": -180,
}  # fmt: skip
"""Minutes from Greenwich; what RFC 5322 doesn't name is taken as most writers mean it."""

_WELL_FORMED = re.compile(
    r"\s*+(?:[A-Za-z]{3},\s*+)?\d{1,2}\s+[A-Za-z]{3}\s+\d{2,4}\s+\d{1,2}:\d{2}(?::\d{2})?\s+(?:[+-]\d{4}\b|(?!AM|PM)[A-Z]{1,5}\b(?![+-]?\d))"
)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+|$)")
_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?[\s.,-]+([^\W\d_]{3,12})[\s.,-]+(\d{4}|\d{2,3})\b")
_MONTH_DAY = re.compile(r"\b([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:.{0,30}?\s)?(\d{4})\b")
_NUMBERS = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})\2(\d{4})\b")
_TIME = re.compile(r"\b(\d{1,2})[:.h](\d{1,2})(?:[:.](\d{1,2}))?(?:[.,]\d{1,9})?\s*([ap]\.?m\b)?", re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_COMMENT = re.compile(r"\([^()]*\)")
_AROUND_COLON = re.compile(r"(?<=\d)\s*:\s*(?=\d)")
_ZONE = re.compile(r"\b([A-Za-z]{1,5})\b")


def is_well_formed(value: str) -> bool:
    """Whether it is written as RFC 5322 has it."""
    return bool(_WELL_FORMED.match(value))


def date_of(value: str) -> datetime | None:
    """The moment, with the writer's own offset from UTC; without one it is taken for UTC. None when it is no date."""
    text = _without_comments(" ".join(value[:MAX_FIELD].split()))
    if is_well_formed(text):
        return _as_specified(text) or _somehow(text)
    return _somehow(text) or _as_specified(text)


def _without_comments(text: str) -> str:
    """With what stands in parentheses at the end, where a zone may be named, and the time in one piece."""
    comments = _COMMENT.findall(text)
    return _AROUND_COLON.sub(":", " ".join([*_COMMENT.sub(" ", text).split(), *comments]))


def _as_specified(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        named = _named_offset(text.lower()) if found.tzinfo is None else None
        known = found if found.tzinfo else found.replace(tzinfo=named or UTC)
        known.astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return known if known.year >= 1970 else None


def _named_offset(text: str) -> timezone | None:
    for word in reversed(_ZONE.findall(text)):
        if word in _ZONES:
            return timezone(timedelta(minutes=_ZONES[word]))
    return None


def _somehow(text: str) -> datetime | None:
    day = _day(text)
    if day is None:
        return None
    rest = text[: day[3]] + " " + text[day[4] :]
    time = _TIME.search(rest)
    hour, minute, second = (int(part or 0) for part in time.group(1, 2, 3)) if time else (0, 0, 0)
    if time and time[4]:
        hour = hour % 12 + (12 if time[4][0] in "pP" else 0)
    try:
        offset = _offset(rest[time.end() :] if time else "")
        found = datetime(*day[:3], hour, minute, min(second, 59), tzinfo=offset)
        found.astimezone(UTC)  # a moment that UTC can't tell (31 December 9999, far west) is no date
    except (ValueError, OverflowError):
        return None
    return found


def _day(text: str) -> tuple[int, int, int, int, int] | None:
    """Year, month and day, and where they stand."""
    if match := _ISO.search(text):
        return int(match[1]), int(match[2]), int(match[3]), match.start(), match.end()
    if match := _DAY_MONTH.search(text):
        month = _MONTHS.get(match[2][:3].lower())
        if month:
            return _year(match[3]), month, int(match[1]), match.start(), match.end()
    if match := _MONTH_DAY.search(text):
        month = _MONTHS.get(match[1][:3].lower())
        if month:
            return int(match[3]), month, int(match[2]), match.start(), match.end(2)
    if match := _NUMBERS.search(text):
        first, second = int(match[1]), int(match[3])
        american = match[2] == "/" and first <= 12
        month, day = (first, second) if american else (second, first)
        return int(match[4]), month, day, match.start(), match.end()
    return None


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 3:  # years since 1900
        return year + 1900
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)


def _offset(rest: str) -> timezone:
    match = _OFFSET.search(rest[:40])
    if match:
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours < 24 and minutes < 60:
            return timezone((1 if match[1] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
    return _named_offset(rest.lower()) or UTC
