"""The head of a mail or part: its fields, whatever stands between them (RFC 5322, 2.2)."""

import re
from collections.abc import Set
from email.message import Message

MAX_HEAD = 512 * 1024
"""Bytes of a head that are looked at."""
MAX_FIELDS = 2_000
MAX_FIELD = 64 * 1024

_LINE = re.compile(rb"[^\r\n]*(?:\r+\n|\n|\r|\Z)")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_KNOWN = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|reply-to|sender|received|return-path|in-reply-to|references|mime-version"
    rb"|content-[a-z-]{1,40}|x-[a-z0-9-]{1,60}|list-[a-z-]{1,20}|dkim-signature|delivered-to)[ \t]*:",
    re.IGNORECASE,
)
BLANK_LINE = re.compile(rb"(?:\r*\n|\r(?![\r\n]))[ \t]*(?:\r*\n|\r(?![\r\n]))")
_BLANK_LINES = (b"\n\n", b"\n\r\n", b"\r\r")
_TYPE = re.compile(r"[!-'*+.0-9A-Z^-~-]+/[!-'*+.0-9A-Z^-~-]+", re.IGNORECASE)
_BLANK_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*")


class Part(Message):
    """A part with the bytes of its body as they were sent; `left` is why something below it was not taken apart."""

    def __init__(self) -> None:
        super().__init__()
        self.raw = b""
        self.left = ""

    def get_content_type(self) -> str:
        """As the standard library has it, and of `text/html charset=utf-8` the type."""
        kind = super().get_content_type()
        return kind if kind.isalnum() else (_TYPE.match(kind) or [self.get_default_type()])[0]


def read_head(
    part: Part, raw: bytes, position: int, *, boundaries: Set[bytes] = frozenset(), top: bool = False
) -> tuple[int, str]:
    """Reads fields into `part`, skipping lines that are none among those that are.

    Where the body begins, and why not everything was read. A line that divides parts (one of
    `boundaries`) ends the head. Of a whole mail (`top`), blank lines at its beginning don't count.
    """
    fields = _Fields(part)
    if top:
        position = _beginning(raw)
    limit, left = position + MAX_HEAD, ""
    while position < len(raw):
        line = _LINE.match(raw, position)
        assert line is not None
        text = line.group().rstrip(b"\r\n")
        if not text:
            position = line.end()
            break
        if text.startswith(b"--") and divides(text, boundaries):
            break
        if position > limit:
            position, left = _after_blank_line(raw, position), "its head is too long"
            break
        if not fields.take(text) and (fields.any() or not _is_envelope(text)) and not _fields_follow(raw, line.end()):
            position = position if text.strip() else line.end()
            break
        position = line.end()
    fields.flush()
    return position, left


def _after_blank_line(raw: bytes, position: int) -> int:
    """Behind the next blank line, which may be far away."""
    found = [(place, end) for end in _BLANK_LINES if (place := raw.find(end, position)) >= 0]
    place, end = min(found, default=(len(raw), b""))
    return place + len(end)


def divides(line: bytes, boundaries: Set[bytes]) -> bool:
    """Whether a line that begins with two dashes is a delimiter, or ends the parts."""
    text = line[2:].rstrip()
    return text in boundaries or (text.endswith(b"--") and text[:-2] in boundaries)


class _Fields:
    """Collects the fields of a head, continuation by continuation."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._name = ""
        self._lines: list[bytes] = []
        self._length = 0
        self._count = 0

    def any(self) -> bool:
        return bool(self._name) or self._count > 0

    def take(self, text: bytes) -> bool:
        if text[:1] in (b" ", b"\t") and not self.any() and _FIELD.match(text.lstrip()):
            text = text.lstrip()  # nothing to continue: the first field is indented
        if text[:1] in (b" ", b"\t"):
            if self._name and text.strip():
                if self._length < MAX_FIELD:
                    self._lines.append(text)
                    self._length += len(text)
                return True
            return False
        match = _FIELD.match(text)
        if match is None:
            return False
        self.flush()
        self._name = match[1].decode("ascii", "replace")
        self._lines = [text[match.end() :].lstrip()]
        self._length = len(text)
        return True

    def flush(self) -> None:
        if self._name and self._count < MAX_FIELDS:
            value = b"\n".join(self._lines)[:MAX_FIELD]
            self._part.set_raw(self._name, value.decode("ascii", "surrogateescape"))
            self._count += 1
        self._name, self._lines, self._length = "", [], 0


def _beginning(raw: bytes) -> int:
    """Where the first field is: byte order marks and blank lines before it don't count."""
    blank = _BLANK_BEGINNING.match(raw)
    start = blank.end() if blank else 0
    return start if _FIELD.match(raw, start) or raw[start : start + 5] == b"From " else 0


def _is_envelope(text: bytes) -> bool:
    """The line that mailbox files put before a mail."""
    return text.startswith((b"From ", b">From "))


def _fields_follow(raw: bytes, position: int) -> bool:
    """Whether a well-known field follows before the head can be over."""
    for _ in range(10):
        line = _LINE.match(raw, position)
        if line is None or not line.group().strip() or line.end() == position:
            return False
        if _KNOWN.match(line.group()):
            return True
        position = line.end()
    return False
