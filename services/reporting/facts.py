"""A fact: what the projections need of an event, as the database gives it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import BaseModel

from shared.envelope import Event
from shared.errors import Permanent
from shared.events import EVENTS
from shared.parsing import parse

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
INTEGERS = range(-(2**63), 2**63)

# What no row and no figure is made of; the timeline reads it from the event's own bytes.
LEFT_OUT: dict[str, Any] = {
    "fields": True,
    "to": True,
    "error": True,
    "message": {"text", "attachments", "mail", "sender", "sent_at"},
}


@dataclass(frozen=True, slots=True)
class Fact:
    """An event as the projections see it. `content` is its payload without texts, files and free fields."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    ticketversion: int
    machine: bool
    content: Mapping[str, Any]

    @classmethod
    def of(cls, event: Event) -> Self:
        """`Permanent` when the event has values that a database or a calendar can't hold."""
        payload: BaseModel = vars(event)["data"]  # every event class has it, the common one does not
        return cls(
            id=event.id,
            type=event.type,
            source=event.source,
            subject=event.subject,
            time=_storable(event.time),
            ticketversion=_storable(event.ticketversion),
            machine=event.machine,
            content=_storable(payload.model_dump(exclude=LEFT_OUT)),
        )

    @property
    def stated(self) -> tuple[int, datetime, str]:
        """Among facts of one source about one subject the one with the highest is the latest."""
        return (self.ticketversion, self.time, self.id)

    @property
    def happened(self) -> tuple[datetime, str, int, str]:
        """The order in which people read facts: the same for the same facts, however they arrived."""
        return (self.time, self.source, self.ticketversion, self.id)


def _storable(value: Any) -> Any:
    """The value as it comes back from the database: times in UTC and whole milliseconds, lists for tuples."""
    match value:
        case datetime():
            if not EARLIEST <= value < LATEST:
                raise Permanent(f"a time in the year {value.year}")
            return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)
        case Mapping():
            return {key: _storable(inner) for key, inner in value.items()}
        case tuple() | list():
            return [_storable(inner) for inner in value]
        case bool():
            return value
        case int() if value not in INTEGERS:
            raise Permanent("a whole number of more than 64 bits")
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry of the stream that is an event: what the projections take of it, and its bytes as published."""

    fact: Fact
    body: bytes


def fact_in(body: bytes) -> Fact:
    """The fact in the bytes of an event; `Permanent` says why there is none."""
    return Fact.of(event_in(body))


def event_in(body: bytes) -> Event:
    """The event in `body`; `Permanent` says what is wrong with it."""
    event = parse(body, EVENTS)
    assert isinstance(event, Event)
    return event
