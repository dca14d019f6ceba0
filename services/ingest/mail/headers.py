"""Header fields read tolerantly: RFC 5322 folding, RFC 2047 encoded words, raw bytes beyond ASCII."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import Message

from services.ingest.mail.addresses import addresses
from services.ingest.mail.charsets import decode
from services.ingest.mail.dates import date_of, is_well_formed
from services.ingest.mail.words import decode_words
from services.ingest.normalised import cleaned

MAX_FIELD = 20_000
"""Characters of a field that are looked at: no real one is longer, and a hostile one costs no time."""
MAX_REFERENCES = 50
MAX_DATES = 10

_FOLD = re.compile(r"\r?\n[ \t]*|\r")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
_COMMENT_OR_SPACE = re.compile(r"\s+")


class Headers:
    """The header fields of a message or part, by name without regard to case, in their order.

    `charset` is that of the text below, in which some programs write their fields too.
    """

    def __init__(self, message: "Message[str, str]", *, languages: Sequence[str] = (), charset: str = "") -> None:
        self._fields = [(name.lower(), str(value)[:MAX_FIELD]) for name, value in message.raw_items()]
        self._languages = languages
        self._charset = charset

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
        """The first field of that name that is not empty, for people: encoded words decoded, white space folded."""
        return next((text for text in map(self.words, self.raw(name)) if text), "")

    def words(self, value: str) -> str:
        """The value with its encoded words decoded (RFC 2047)."""
        return _COMMENT_OR_SPACE.sub(" ", cleaned(decode_words(value, languages=self._languages))).strip()

    def people(self, *names: str) -> list[tuple[str, str]]:
        """`(name, address)` of everybody in the fields `names`; either may be empty, addresses keep their case."""
        found: list[tuple[str, str]] = []
        for name in names:
            left = MAX_FIELD  # for all fields of the name together
            for value in self.raw(name):
                found += addresses(value[:left], self.words)
                left -= len(value)
                if left <= 0:
                    break
        return [(person, cleaned(address)) for person, address in found]

    def addresses(self, *names: str) -> list[tuple[str, str]]:
        """Those of `people` that have an address."""
        return [(person, address) for person, address in self.people(*names) if address]

    def message_ids(self, name: str) -> tuple[str, ...]:
        """The Message-IDs in a field, with angle brackets; the last `MAX_REFERENCES` of them."""
        value = decode_words(" ".join(self.raw(name)))  # some programs encode what is too long for a line
        found = [cleaned(match) for match in _MESSAGE_ID.findall(value)]
        if not found and name.lower() == "message-id" and value.strip():
            found = [f"<{_COMMENT_OR_SPACE.sub('', cleaned(value)).strip('<>')[:990]}>"]
        return tuple(dict.fromkeys(found))[-MAX_REFERENCES:]

    def date(self) -> datetime | None:
        """The first Date field that is written as it has to be; if none is, the first that holds a date."""
        fields = list(self.raw("date"))[:MAX_DATES]
        ordered = sorted(fields, key=lambda value: not is_well_formed(value))
        return next((found for found in map(date_of, ordered) if found is not None), None)

    def _unfolded(self, value: str) -> str:
        unfolded = _FOLD.sub(" ", value)
        if unfolded.isascii() and "\x1b$" not in unfolded:
            return unfolded
        raw = unfolded.encode("utf-8", errors="surrogateescape")
        if "\x1b$" not in unfolded:
            try:
                return raw.decode("utf-8")  # RFC 6532, whatever the charset of the text below
            except UnicodeDecodeError:
                pass
        return decode(raw, self._charset or None, languages=self._languages)
