"""A mail taken apart into its parts in one pass, within limits, however broken or hostile it is (RFC 2046, RFC 5322).

The standard library's parser ends a head at the first odd line and gives up at a few hundred levels.
The parts are its `Message`s all the same, with their content as bytes in `raw`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from services.ingest.mail.head import BLANK_LINE, divides, read_head
from services.ingest.mail.head import Part as Part
from services.ingest.mail.parameters import parameter
from services.ingest.mail.transfer import decoded

MAX_PARTS = 1_000
MAX_DEPTH = 50
MAX_LINES = 200_000
"""Lines that begin with two dashes and might be delimiters."""
MAX_LINE = 300

_LIKE_A_DELIMITER = re.compile(
    rb"(?:\A|\n)--(?=[!-~]{0,69}[0-9A-Za-z])([!-~]{1,70})[ \t]*\r*\n(?=Content-|\r*\n)", re.IGNORECASE
)
"""The line between parts whose boundary is not, or wrongly, said."""
MAX_PREAMBLE = 64 * 1024
_ENCLOSING = ("message/rfc822", "message/global", "message/news", "message/partial")
_BLOCKS = ("message/delivery-status", "message/disposition-notification", "message/feedback-report")


@dataclass(slots=True)
class _Open:
    """A part whose end has not come yet. `boundary` when its parts are divided by one."""

    part: Part
    start: int
    boundary: bytes = b""


@dataclass(slots=True)
class _Splitter:
    raw: bytes
    parts: int = 0
    depth: int = 0
    left: str = ""
    open: list[_Open] = field(default_factory=list)
    boundaries: frozenset[bytes] = frozenset()

    def split(self) -> Part:
        top = self._enter(0, "text/plain")
        position = self.open[-1].start
        for _ in range(MAX_LINES):
            found = self._dashes(position) if self.boundaries else -1
            if found < 0:
                break
            line = self.raw[found : found + MAX_LINE].partition(b"\n")[0]
            position = found + len(line)
            place, ends = self._delimits(line)
            if place is None:
                continue
            self._close(place + 1, _before_line_end(self.raw, found))
            if ends:
                self._end(place)
            elif self.parts < MAX_PARTS:
                position = self._next_part(position + 1)
            else:
                self._leave(f"it has more than {MAX_PARTS} parts")
                break
        else:
            self._leave(f"more than {MAX_LINES} lines may divide its parts")
        self._close(0, len(self.raw))
        top.left = self.left
        return top

    def _dashes(self, position: int) -> int:
        """The next line that begins with two dashes."""
        if position == 0 and self.raw.startswith(b"--"):
            return 0
        return self.raw.find(b"\n--", max(0, position - 1)) + 1 or -1

    def _leave(self, reason: str) -> None:
        self.left = self.left or reason

    def _next_part(self, position: int) -> int:
        parent = self.open[-1].part
        digest = parent.get_content_type() == "multipart/digest"
        self._enter(position, "message/rfc822" if digest else "text/plain")
        return self.open[-1].start

    def _enter(self, position: int, default: str) -> Part:
        """Reads the head at `position`, and those of the mails that begin right below it."""
        first: Part | None = None
        while True:
            part = Part()
            part.set_default_type(default)
            start, left = read_head(
                part, self.raw, position, boundaries=self.boundaries, top=first is None and not self.open
            )
            self._leave(left)
            if self.open:
                _put(self.open[-1].part, part)
            self.open.append(_Open(part, start))
            self.parts += 1
            first = first or part
            kind = part.get_content_type()
            if kind.startswith("multipart/"):
                self._divide(self.open[-1])
            elif kind in _ENCLOSING and not _encoding(part) and self._may_go_deeper():
                position, default = start, "text/plain"
                continue
            return first

    def _divide(self, opened: _Open) -> None:
        boundary = (parameter(opened.part, "boundary") or "").rstrip().encode("utf-8", "surrogateescape")
        beginning = self.raw[opened.start : opened.start + MAX_PREAMBLE]
        if not boundary or b"--" + boundary not in beginning:
            guess = _LIKE_A_DELIMITER.search(beginning)
            boundary = guess[1] if guess else boundary
        if boundary and self._may_go_deeper():
            opened.boundary = boundary
            self._note_boundaries()

    def _note_boundaries(self) -> None:
        self.boundaries = frozenset(one.boundary for one in self.open if one.boundary)

    def _may_go_deeper(self) -> bool:
        if len(self.open) + self.depth < MAX_DEPTH and self.parts < MAX_PARTS:
            return True
        self._leave(f"it has more than {MAX_DEPTH} levels or {MAX_PARTS} parts")
        return False

    def _delimits(self, line: bytes) -> tuple[int | None, bool]:
        """Which open part the line divides, the innermost first, and whether it ends it."""
        if not divides(line, self.boundaries):
            return None, False
        text = line[2:].rstrip()
        for ends in (False, True):
            for place in range(len(self.open) - 1, -1, -1):
                boundary = self.open[place].boundary
                if boundary and text == (boundary + b"--" if ends else boundary):
                    return place, ends
        return None, False

    def _end(self, place: int) -> None:
        """The part is over; what follows up to a delimiter of an outer one is nobody's."""
        opened = self.open[place]
        opened.boundary = b""
        self._note_boundaries()
        if any(one.boundary for one in self.open[:place]):
            self._close(place, len(self.raw), keep_raw=False)

    def _close(self, keep: int, end: int, *, keep_raw: bool = True) -> None:
        while len(self.open) > keep:
            opened = self.open.pop()
            part = opened.part
            if keep_raw or not part.raw:
                part.raw = self.raw[opened.start : max(opened.start, end)]
            self._finish(part)
        self._note_boundaries()

    def _finish(self, part: Part) -> None:
        if part.is_multipart():
            return
        kind, encoding = part.get_content_type(), _encoding(part)
        content = decoded(part.raw, encoding) if encoding else part.raw
        if kind in _BLOCKS:
            blocks: list[Message[str, str] | str] = list(_blocks(content))
            part.set_payload(blocks)
        elif kind in _ENCLOSING and encoding and self._may_go_deeper():
            inner = _Splitter(content, parts=self.parts, depth=self.depth + len(self.open) + 1)
            _put(part, inner.split())
            self.parts, self.left = inner.parts, self.left or inner.left


def split(raw: bytes) -> Part:
    """The mail, with its parts as payload. Never raises."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    return _Splitter(raw).split()


def walk(top: Part) -> Iterator[Part]:
    """Every part, the outer ones first."""
    stack = [top]
    while stack:
        part = stack.pop()
        yield part
        stack += reversed(parts_of(part))


def parts_of(part: Part) -> list[Part]:
    payload = part.get_payload() if part.is_multipart() else ()
    return [one for one in payload if isinstance(one, Part)]


def _put(parent: Part, child: Part) -> None:
    payload = parent.get_payload()
    if isinstance(payload, list):
        payload.append(child)
    else:
        parent.set_payload([child])


def _blocks(content: bytes) -> list[Part]:
    blocks = [block for block in BLANK_LINE.split(content.strip(b"\r\n"))[:MAX_PARTS] if block.strip()]
    return [_block(block) for block in blocks] or [Part()]


def _block(content: bytes) -> Part:
    part = Part()
    read_head(part, content, 0, top=True)
    part.raw = content
    part.set_payload("")
    return part


def _encoding(part: Part) -> str:
    """The transfer encoding, when it is one that has to be undone."""
    written = str(part.get("content-transfer-encoding", ""))
    value = re.split(r"[;(]", written, maxsplit=1)[0].strip(" \t\r\n\"'").lower()
    return "" if value in ("", "7bit", "8bit", "binary", "7-bit", "8-bit", "none", "plain") else value


def _before_line_end(raw: bytes, position: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if raw[position - 1 : position] == b"\n":
        position -= 1
    while position > 0 and raw[position - 1 : position] == b"\r":
        position -= 1
    return position
