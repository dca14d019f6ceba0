"""Scores the reading of mails against a collection of raw mails with expected fields (`mail/` of the corpus)."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.ingest.inbox.inputs import Received
from services.ingest.mail.opening import opened
from services.ingest.mail.reader import MailReader
from services.ingest.normalised import Normalised
from shared.events import Contact
from shared.reply_token import ReplyTokens

LANGUAGES = ("en", "sl", "hr", "he", "de")
_UNDECODED = "\ufffd"

Expected = Mapping[str, Any]


def score(folder: Path, *, show: Callable[[str], None]) -> dict[str, Any]:
    """Counts mails and fields that are right, and the CPU seconds of the slowest mail; failures go to `show`.

    `undecoded` counts the wrong fields whose expected value holds U+FFFD: there the collection's own
    reader gave up on bytes that ours may have read.
    """
    reader = MailReader(ReplyTokens.parse("a:0123456789abcdef0123"), frozenset(), LANGUAGES)
    by_field: dict[str, list[int]] = {}
    counts: Counter[str] = Counter()
    failures: list[tuple[str, str]] = []
    slowest = 0.0
    for line in (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        raw = (folder / case["file"]).read_bytes()
        begun = time.process_time()
        got = _read(reader, raw)
        slowest = max(slowest, time.process_time() - begun)
        wrong = 0
        for field, expected, actual in _compared(case["expect"], got):
            right = expected == actual
            tally = by_field.setdefault(field, [0, 0])
            tally[0] += right
            tally[1] += 1
            if not right:
                wrong += 1
                undecoded = _UNDECODED in str(expected)
                counts["undecoded"] += undecoded
                kind = f"{field}, where the expected value is undecoded" if undecoded else field
                failures.append((kind, f"{case['id']}: expected {_short(expected)}, got {_short(actual)}"))
        counts["right"] += not wrong
        counts["all"] += 1
    for kind, failure in sorted(failures):
        show(f"mail {kind}: {failure}")
    return {
        "right": counts["right"],
        "all": counts["all"],
        "by_field": by_field,
        "undecoded": counts["undecoded"],
        "max_seconds": round(slowest, 3),
    }


def _read(reader: MailReader, raw: bytes) -> Mapping[str, Any]:
    """What the product makes of the mail. A mail that the reader gives up on has no fields."""
    try:
        read = reader.read(Received("email", "corpus", "k", raw, "message/rfc822", datetime.now(UTC)))
    except Exception as error:
        return {"subject": f"{type(error).__name__}: {error}"}
    mail = opened(raw, languages=LANGUAGES)  # the message has the reply apart, and the first writer only
    return {
        "subject": read.title,
        "from": _people(mail.people("from")),
        "to": _people(read.to),
        "cc": _people(read.cc),
        "reply_to": _people(read.reply_to),
        "message_id": (read.thread.message_id or "").strip("<>"),
        "date": read.sent_at,
        "text": mail.body.text,
        "html_text": mail.body.html,
        "attachments": [(file.name, len(file.content)) for file in _without_whole(read)],
    }


def _without_whole(read: Normalised) -> Iterator[Any]:
    """The files of the mail; not the copy of all of it that an odd mail gets."""
    files = read.attachments[:-1] if read.unreadable else read.attachments
    yield from files


def _compared(expect: Expected, got: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Each expected field with what was expected and what was read, both ready to be compared."""
    for field, value in expect.items():
        match field:
            case "text_mode":
                continue
            case "date":
                yield field, datetime.fromisoformat(value), got.get(field)
            case "html_contains":
                wanted = [value] if isinstance(value, str) else value
                page = _folded(got.get("html_text", ""))
                yield field, wanted, [one for one in wanted if _folded(one) in page]
            case "attachments":
                files = got.get(field, [])
                yield field, *_files(value, files)
            case "attachment_count":
                yield field, value, len(got.get("attachments", []))
            case "attachment_names":
                yield field, value, [name for name, _ in got.get("attachments", [])]
            case _:
                yield field, _folded(value), _folded(got.get(field))


def _files(expected: list[Expected], got: list[tuple[str, int]]) -> tuple[Any, Any]:
    """Names and sizes; a size that the collection leaves open, and a name that the part hasn't, are not compared."""
    named = [(one["filename"], one["size"]) for one in expected]
    if len(named) != len(got):
        return named, got
    actual = [
        (name if want_name is not None else None, size if want_size is not None else None)
        for (want_name, want_size), (name, size) in zip(named, got, strict=True)
    ]
    return named, actual


def _people(people: tuple[Contact, ...]) -> list[dict[str, str | None]]:
    return [{"name": one.name, "addr": one.email} for one in people if one.name or one.email]


def _folded(value: Any) -> Any:
    """With every run of white space as one space."""
    match value:
        case str():
            return " ".join(value.split())
        case list():
            return [_folded(one) for one in value]
        case dict():
            return {key: _folded(one) for key, one in value.items()}
        case _:
            return value


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:150]} … {text[-150:]}"
