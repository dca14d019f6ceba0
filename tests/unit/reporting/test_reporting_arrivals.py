"""What is taken from the stream, and what is kept as odd."""

import json
from datetime import UTC, datetime

import pytest

from services.reporting.arrivals import LARGEST, Oddity, read
from services.reporting.facts import Arrival
from shared.history import Entry
from tests.stories import Story


def _changed(**changes: object) -> bytes:
    story = Story("odd")
    story.opens()
    return json.dumps({**json.loads(story.events[0].encoded()), **changes}).encode()


def test_an_event_is_a_fact_without_its_text() -> None:
    story = Story("read")
    event = story.opens(text="My PIN is 1234.")
    item = read(Entry(7, event.encoded()))
    assert isinstance(item, Arrival)
    assert (item.fact.id, item.fact.subject, item.fact.type) == (event.id, story.ticket, "ticket.opened.v1")
    assert "1234" not in repr(item.fact)
    assert b"1234" in item.body


def test_times_are_kept_in_utc_and_milliseconds_as_the_database_gives_them_back() -> None:
    item = read(Entry(0, _changed(time="2026-11-02T09:00:00.123456+01:00")))
    assert isinstance(item, Arrival)
    assert item.fact.time == datetime(2026, 11, 2, 8, 0, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"type": ["x"]}', "unknown type"),
        (_changed(type="ticket.exploded.v1"), "unknown type"),
        (_changed(type="ticket.opened.v2"), "unknown type"),
        (_changed(subject=None), "does not hold: subject"),
        (_changed(data={}), "does not hold: data.number"),
        (_changed(ticketversion=2**70), "more than 64 bits"),
        (_changed(time="0001-01-01T00:00:00+14:00"), "a time in the year 1"),
        (_changed(time="9999-12-31T23:59:59-14:00"), "a time in the year 9999"),
        (b"1" * (LARGEST + 1), "bytes; at most"),
    ],
)
def test_what_is_no_event_is_an_oddity_with_its_reason(body: bytes, reason: str) -> None:
    item = read(Entry(42, body))
    assert isinstance(item, Oddity)
    assert (item.offset, item.size) == (42, len(body))
    assert reason in item.reason
    assert len(item.start) <= 65536


def test_the_reason_of_an_oddity_has_no_personal_data() -> None:
    item = read(Entry(0, _changed(subject="maja@example.org")))
    assert isinstance(item, Oddity)
    assert "maja" not in item.reason
