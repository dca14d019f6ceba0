"""Scores the new part of replies against `replies/expected.jsonl`, as the README of the collections says."""

import json
import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

from services.ingest.mail.reply.cutting import new_part
from services.ingest.mail.reply.mail import new_part_of_page

MIN_LINE = 12
"""Characters from which a line counts as leaking."""

_TRAILING = re.compile(r"[ \t\u00a0]+$", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[^<>]+>")


def score(folder: Path, *, show: Callable[[str], None]) -> dict[str, Any]:
    """How many replies are exactly right, how many leak a quote, and how many lose something."""
    counts = {"right": 0, "all": 0, "leak": 0, "lost": 0}
    slowest = 0.0
    for sample in _samples(folder / "expected.jsonl"):
        began = time.process_time()
        got = _new_part(sample)
        slowest = max(slowest, time.process_time() - began)
        wrong = _wrong(sample, got)
        counts["all"] += 1
        counts["right"] += not wrong
        counts["leak"] += "leak" in wrong
        counts["lost"] += "lost" in wrong
        if wrong:
            kind = f"{sample['group']}, {sample['kind']}, {'/'.join(sorted(wrong))}"
            show(
                f"replies: {kind}: {sample['id']}\n    expected {sample['expected']!r:.400}\n    got      {got!r:.400}"
            )
    return {**counts, "max_seconds": slowest}


def _samples(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _new_part(sample: dict[str, Any]) -> str:
    signatures = sample["signature"] == "drop"
    part_of = new_part_of_page if sample["kind"] == "html" else new_part
    return part_of(sample["input"], signatures=signatures).new


def _wrong(sample: dict[str, Any], got: str) -> frozenset[str]:
    """What is wrong with a result: `leak`, `lost`, and `other` where only its lines are laid out differently."""
    if sample["mode"] == "contains":
        lost = any(text not in got for text in sample["must"] or ())
        leak = any(text in got for text in sample["must_not"] or ())
        return frozenset(name for name, is_wrong in (("lost", lost), ("leak", leak)) if is_wrong)
    expected = sample["expected"] or ""
    if sample["kind"] == "html":
        return _wrong_text_of_html(_squeezed_lines(_text_of(expected)), _squeezed_lines(got))
    have, want = _normal(got), _normal(expected)
    if have == want:
        return frozenset()
    have_lines, want_lines = have.split("\n"), want.split("\n")
    leak = any(len(line) >= MIN_LINE and line not in want_lines for line in have_lines)
    lost = any(line not in have_lines for line in want_lines if line)
    return frozenset(name for name, is_wrong in (("leak", leak), ("lost", lost)) if is_wrong) or frozenset(("other",))


def _wrong_text_of_html(want: list[str], have: list[str]) -> frozenset[str]:
    """HTML can be laid out in many ways: white space does not count, and a line may be part of another."""
    wanted, got = "".join(want), "".join(have)
    if wanted == got:
        return frozenset()
    leak = any(len(line) >= MIN_LINE and line not in wanted for line in have)
    lost = any(line not in got for line in want)
    return frozenset(name for name, is_wrong in (("leak", leak), ("lost", lost)) if is_wrong) or frozenset(("other",))


def _normal(text: str) -> str:
    return _EMPTY_LINES.sub("\n\n", _TRAILING.sub("", text.replace("\r\n", "\n"))).strip()


def _text_of(page: str) -> str:
    return unescape(_TAG.sub("\n", page)) if _TAG.search(page) else page


def _squeezed_lines(text: str) -> list[str]:
    return [line for line in ("".join(line.split()) for line in text.split("\n")) if line]
