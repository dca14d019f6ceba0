"""Runs of quoted and of written lines, and whether someone answered between the quoted ones."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.ingest.mail.reply.lines import QUOTE, is_quoted, without_marks

WRAPPED = 56
"""A quoted line shorter than this was not wrapped by a mail program."""
MAX_SIGNED_OFF = 14

_SENTENCE_END = re.compile(r"[.?!:;…。？！]['\")»”]*$")
_LINK = re.compile(r"^\s*[(<\[]?(?:https?://|mailto:|www\.)\S{1,500}[)>\]]?\s*>?$")
_NAME = re.compile(r"^[-–—~]{1,2}\s?\S")


@dataclass(slots=True)
class Run:
    """Lines `start` to `end` (exclusive), all quoted or all written; empty lines belong to the run above them."""

    kind: Literal["quoted", "written"]
    start: int
    end: int


def runs(lines: Sequence[str], start: int = 0) -> list[Run]:
    """The runs from line `start` on; what a wrapped quote left without a mark counts as quoted."""
    found: list[Run] = []
    for place in range(start, len(lines)):
        line = lines[place]
        if not line:
            if found:
                found[-1].end = place + 1
            continue
        kind: Literal["quoted", "written"] = "quoted" if is_quoted(line) else "written"
        if found and found[-1].kind == kind:
            found[-1].end = place + 1
        else:
            found.append(Run(kind, place, place + 1))
    return _joined(lines, found)


def _joined(lines: Sequence[str], found: list[Run]) -> list[Run]:
    joined: list[Run] = []
    wraps = _are_wraps(lines, found)
    for place, run in enumerate(found):
        if joined and (place in wraps or (joined[-1].kind == run.kind == "quoted")):
            joined[-1].end = run.end
        else:
            joined.append(run)
    return joined


def _are_wraps(lines: Sequence[str], found: list[Run]) -> frozenset[int]:
    """The written runs that only continue the quoted line above them. One must be sure for the others to count."""
    sure: set[int] = set()
    likely: set[int] = set()
    for place in range(1, len(found)):
        above, run = found[place - 1], found[place]
        if run.kind != "written" or run.end - run.start > 2 or not lines[above.end - 1] or not lines[run.end - 1]:
            continue
        below = found[place + 1] if place + 1 < len(found) else None
        judged = _wrap(without_marks(lines[above.end - 1]), lines[run.start], is_last=below is None)
        (sure if judged == "sure" else likely if judged == "likely" else set()).add(place)
    return frozenset(sure | likely) if sure else frozenset()


def _wrap(above: str, line: str, *, is_last: bool) -> Literal["sure", "likely", "no"]:
    if _LINK.match(line) or (above.count("(") > above.count(")") and ")" in line):
        return "sure"
    if len(above) < WRAPPED or is_last:
        return "no"
    if not _SENTENCE_END.search(above):
        return "sure" if line[:1].islower() else "no"
    return "likely" if line[:1].islower() and above[-1:] not in "?:" else "no"


def is_sign_off(lines: Sequence[str], run: Run) -> bool:
    """Whether a quoted run is only the end of the quoted mail: its signature, the footer of a list."""
    bare = [text for text in (without_marks(line).strip() for line in lines[run.start : run.end]) if text]
    if len(bare) > MAX_SIGNED_OFF:
        return False
    return not bare or bool(_NAME.match(bare[0])) or set(bare[0]) <= set("_-=*")


def is_certain(lines: Sequence[str], run: Run) -> bool:
    """Whether it is the HTML that says so."""
    return any(line[:1] == QUOTE for line in lines[run.start : run.end])


def written_count(lines: Sequence[str], run: Run) -> int:
    """The lines of a run that are not empty."""
    return sum(bool(without_marks(line)) for line in lines[run.start : run.end])
