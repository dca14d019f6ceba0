"""What comes out of the stream: an event with its bytes, or an oddity with its reason."""

from dataclasses import dataclass
from typing import Self

from services.reporting.facts import Fact
from shared.envelope import Event
from shared.errors import Permanent
from shared.events import EVENTS
from shared.history import Entry
from shared.parsing import parse

LARGEST = 4 * 1024 * 1024
"""Bytes of an event's body; a MongoDB document holds 16 MiB."""
KEPT_OF_ODD = 64 * 1024
"""Bytes kept of an entry that is not an event; the stream has the whole."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry of the stream that is an event: what the projections take of it, and its bytes as published."""

    fact: Fact
    body: bytes


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


def fact_in(body: bytes) -> Fact:
    """The fact in the bytes of an event; `Permanent` says why there is none."""
    return Fact.of(event_in(body))


def event_in(body: bytes) -> Event:
    """The event in `body`; `Permanent` says what is wrong with it."""
    event = parse(body, EVENTS)
    assert isinstance(event, Event)
    return event
