"""What comes out of the stream: an event with its bytes, or an oddity with its reason."""

from dataclasses import dataclass
from typing import Self

from services.reporting.facts import Arrival, fact_in
from shared.errors import Permanent
from shared.history import Entry

LARGEST = 4 * 1024 * 1024
"""Bytes of an event's body; a MongoDB document holds 16 MiB."""
KEPT_OF_ODD = 64 * 1024
"""Bytes kept of an entry that is not an event; the stream has the whole."""


@dataclass(frozen=True, slots=True)
class Oddity:
    """An entry of the stream that is no event that Kartica knows; `reason` has no personal data in it."""

    offset: int
    reason: str
    size: int
    start: bytes

    @classmethod
    def of(cls, entry: Entry, reason: str) -> Self:
        return cls(entry.offset, reason[:500], len(entry.body), entry.body[:KEPT_OF_ODD])


def read(entry: Entry) -> Arrival | Oddity:
    """What an entry is. Nothing that a publisher can put into the stream raises."""
    try:
        if len(entry.body) > LARGEST:
            raise Permanent(f"{len(entry.body)} bytes; at most {LARGEST} are taken")
        return Arrival(fact_in(entry.body), entry.body)
    except Permanent as error:
        return Oddity.of(entry, str(error))
