"""Scores what becomes of delivery reports and complaints (`bounces/` of the corpus), and of people's mails."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.ingest import rules
from services.ingest.conversation import lifecycle
from services.ingest.inbox.inputs import Received
from services.ingest.mail.reader import MailReader
from services.ingest.normalised import DeliveryReport, Normalised
from shared.reply_token import ReplyTokens

LANGUAGES = ("en", "sl", "hr", "he", "de")
_NOT_DELIVERED = ("failed", "delayed", "complaint")

Expected = Mapping[str, Any]


def score(folder: Path, *, show: Callable[[str], None]) -> dict[str, Any]:
    """Counts of `folder` (the corpus' `bounces/`) with its neighbour `mail/`; failures go to `show`.

    - `flagged` of `machine`: machine mails that neither open a ticket nor reopen one.
    - `false` of `human`: mails of people, here and in `mail/`, that would be held back as a machine's: those
      whose `machine` is false here, and those beside it whose header does not say that a machine sent them.
    - `recipients_right` of `recipients`: the entry at its place among those not delivered to, with exactly
      the expected status, the codes that stand for a reason included.
    """
    reader = MailReader(ReplyTokens.parse("a:0123456789abcdef0123"), frozenset(), LANGUAGES)
    counts: Counter[str] = Counter()
    slowest = 0.0
    for name, raw, machine, expected in _cases(folder):
        begun = time.process_time()
        read = _read(reader, raw)
        slowest = max(slowest, time.process_time() - begun)
        counts["machine" if machine else "human"] += 1
        if machine and not _is_held_back(read):
            show(f"bounces not flagged: {name}: {read.machine}, title {read.title[:60]!r}")
        if not machine and _is_taken_for_a_machine(read):
            show(f"bounces human flagged: {name}: {read.machine}, title {read.title[:60]!r}")
        counts["flagged"] += machine and _is_held_back(read)
        counts["false"] += not machine and _is_taken_for_a_machine(read)
        counts.update(_compared(name, expected, read.reports, show=show))
    keys = ("flagged", "machine", "false", "human", "recipients_right", "recipients")
    extra = ("replycode_right", "reason_right", "hard_right", "superfluous")
    return {key: counts[key] for key in (*keys, *extra)} | {"max_seconds": round(slowest, 3)}


def _cases(folder: Path) -> Iterator[tuple[str, bytes, bool, Sequence[Expected]]]:
    """`(name, raw, machine, expected recipients)` of every mail."""
    for case in _lines(folder / "expected.jsonl"):
        yield case["id"], (folder / case["file"]).read_bytes(), bool(case["machine"]), case.get("expected") or ()
    mails = folder.parent / "mail"
    for case in _lines(mails / "expected.jsonl"):
        raw = (mails / case["file"]).read_bytes()
        if not _says_machine(raw):
            yield case["id"], raw, False, ()


def _lines(path: Path) -> Iterator[Any]:
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def _says_machine(raw: bytes) -> bool:
    """Whether a mail beside the collection declares itself a report or an automatic mail: nobody wrote it."""
    head = raw[:64_000].replace(b"\r\n", b"\n").partition(b"\n\n")[0].lower()
    marks = (b"\nauto-submitted: auto", b"report-type=", b"multipart/report", b"\nx-failed-recipients:")
    return any(mark in b"\n" + head for mark in marks) or b"\nfrom: mailer-daemon" in b"\n" + head


def _read(reader: MailReader, raw: bytes) -> Normalised:
    return reader.read(Received("email", "corpus", "k", raw, "message/rfc822", datetime.now(UTC)))


def _is_held_back(read: Normalised) -> bool:
    """Neither opens a ticket, by the rule that decides it, nor wakes one."""
    return rules.suppression(read.machine, joins=False) is not None and not _wakes(read)


def _is_taken_for_a_machine(read: Normalised) -> bool:
    return rules.suppression(read.machine, joins=False) is not None or not _wakes(read)


def _wakes(read: Normalised) -> bool:
    return lifecycle.after_customer("resolved", read.machine) is not None


def _compared(
    name: str, expected: Sequence[Expected], reports: Sequence[DeliveryReport], *, show: Callable[[str], None]
) -> Counter[str]:
    counts: Counter[str] = Counter()
    told = [report for report in reports if report.action in _NOT_DELIVERED]
    for place, wanted in enumerate(expected):
        counts["recipients"] += 1
        got = told[place] if place < len(told) else None
        if got is None or got.status != wanted["status"]:
            reason = wanted["reason"]
            seen = f"{got.status} {got.reason}: {got.diagnostic[:100]!r}" if got else "nothing"
            show(f"bounces {reason}: {name} {place + 1}: expected {wanted['status']!r}, got {seen}")
        if got is not None:
            counts["recipients_right"] += got.status == wanted["status"]
            counts["replycode_right"] += got.replycode == wanted["replycode"]
            counts["reason_right"] += got.reason == wanted["reason"]
            counts["hard_right"] += bool(got.hard) == wanted["hardbounce"]
    if expected:
        counts["superfluous"] += max(0, len(told) - len(expected))
    return counts
