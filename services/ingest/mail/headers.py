"""Header fields read tolerantly: RFC 5322 folding, RFC 2047 encoded words, raw bytes beyond ASCII."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email import _parseaddr  # type: ignore[attr-defined]  # getaddresses() lost its tolerance on the way to 3.13
from email.message import Message
from email.utils import parsedate_to_datetime

from services.ingest.mail.charsets import decode
from services.ingest.normalised import cleaned

MAX_FIELD = 20_000
"""Characters of a field that are looked at: no real one is longer, and a hostile one costs no time."""
MAX_REFERENCES = 50

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_FOLD = re.compile(r"\r?\n[ \t]*|\r")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
_COMMENT_OR_SPACE = re.compile(r"\s+")


class Headers:
    """The header fields of a message or part, by name without regard to case, in their order."""

    def __init__(self, message: "Message[str, str]", *, languages: Sequence[str] = ()) -> None:
        self._fields = [(name.lower(), str(value)[:MAX_FIELD]) for name, value in message.raw_items()]
        self._languages = languages

    def __contains__(self, name: str) -> bool:
        return any(found == name.lower() for found, _ in self._fields)

    def raw(self, name: str) -> Iterator[str]:
        """Every field of that name, unfolded, with bytes beyond ASCII read, encoded words left as they are."""
        for found, value in self._fields:
            if found == name.lower():
                yield self._unfolded(value)

    def first(self, name: str) -> str:
        """The first field of that name as it was sent, without white space around; empty when missing."""
        return next((value.strip() for value in self.raw(name)), "")

    def text(self, name: str) -> str:
        """The first field of that name for people: encoded words decoded, white space folded."""
        return self.words(self.first(name))

    def words(self, value: str) -> str:
        """The value with its encoded words decoded (RFC 2047)."""
        return _COMMENT_OR_SPACE.sub(" ", cleaned(decode_words(value, languages=self._languages))).strip()

    def addresses(self, *names: str) -> list[tuple[str, str]]:
        """`(name, address)` of everybody in the fields `names`; addresses keep their case."""
        found: list[tuple[str, str]] = []
        for name in names:
            left = MAX_FIELD  # for all fields of the name together
            for value in self.raw(name):
                found += [(self.words(person), address) for person, address in _addresses(value[:left])]
                left -= len(value)
                if left <= 0:
                    break
        return found

    def message_ids(self, name: str) -> tuple[str, ...]:
        """The Message-IDs in a field, with angle brackets; the last `MAX_REFERENCES` of them."""
        value = " ".join(self.raw(name))
        found = [cleaned(match) for match in _MESSAGE_ID.findall(value)]
        if not found and name.lower() == "message-id" and value.strip():
            found = [f"<{_COMMENT_OR_SPACE.sub('', cleaned(value)).strip('<>')[:990]}>"]
        return tuple(dict.fromkeys(found))[-MAX_REFERENCES:]

    def date(self) -> datetime | None:
        """The Date field, if it holds a date."""
        try:
            found = parsedate_to_datetime(self.first("date"))
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (TypeError, ValueError, IndexError, OverflowError):
            return None

    def _unfolded(self, value: str) -> str:
        unfolded = _FOLD.sub(" ", value)
        if unfolded.isascii():
            return unfolded
        raw = unfolded.encode("utf-8", errors="surrogateescape")
        return decode(raw, languages=self._languages)


def decode_words(value: str, *, languages: Sequence[str] = ()) -> str:
    """Decodes encoded words. Neighbours of one charset are joined first: some split a letter between two."""
    joined = _BETWEEN_WORDS.sub(r"\1", value)
    parts: list[str] = []
    pending: tuple[str, bytes] | None = None
    position = 0
    for match in _WORD.finditer(joined):
        between = joined[position : match.start()]
        charset, content = match[1].partition("*")[0].lower(), _word_bytes(match[2], match[3])
        if pending is not None and not between and pending[0] == charset:
            pending = (charset, pending[1] + content)
        else:
            parts += _flushed(pending, languages)
            parts.append(between)
            pending = (charset, content)
        position = match.end()
    return "".join([*parts, *_flushed(pending, languages), joined[position:]])


def _flushed(pending: tuple[str, bytes] | None, languages: Sequence[str]) -> list[str]:
    return [] if pending is None else [decode(pending[1], pending[0], languages=languages)]


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", errors="surrogateescape")
    if encoding in "qQ":
        return quopri.decodestring(raw.replace(b"_", b" "), header=False)
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    try:
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))
    except binascii.Error:
        return base64.b64decode(kept[: len(kept) // 4 * 4])


def _addresses(value: str) -> list[tuple[str, str]]:
    try:
        return [(name, address) for name, address in _parseaddr.AddressList(value).addresslist if address]
    except (IndexError, ValueError, TypeError, RecursionError):
        return []
