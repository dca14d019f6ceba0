"""Events are CloudEvents 1.0 in structured mode, and their ids are derived."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cloudevents.core.bindings.rabbitmq import RabbitMQMessage, from_rabbitmq_event
from hypothesis import given
from hypothesis import strategies as st

from shared.events import EVENTS, TicketStatusChanged, TicketStatusChangedData
from shared.ids import derived_id, time_ordered_id

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def cause(depth: int = 3) -> TicketStatusChanged:
    return TicketStatusChanged(
        id=derived_id("x"),
        source="kartica/ingest",
        subject=time_ordered_id(NOW, "x"),
        time=NOW,
        correlationid="a mail",
        causationid="a mail",
        depth=depth,
        machine=True,
        actor="agent:ana",
        traceparent="00-1-2-01",
        ticketversion=4,
        data=TicketStatusChangedData(status="open", previous="new", reason="answered"),
    )


def follow(place: object = 0) -> TicketStatusChanged:
    data = TicketStatusChangedData(status="closed", previous="open", reason="done")
    return TicketStatusChanged.following(cause(), place, time=NOW, ticketversion=5, data=data)


def test_the_same_cause_gives_the_same_event() -> None:
    assert follow() == follow()
    assert follow(0).id != follow(1).id


def test_what_follows_keeps_the_story_of_its_cause() -> None:
    event = follow()
    assert (event.correlationid, event.causationid, event.depth) == ("a mail", cause().id, 4)
    assert (event.machine, event.actor, event.traceparent) == (True, "agent:ana", "00-1-2-01")


def test_the_cloudevents_library_reads_our_bytes_as_we_meant_them() -> None:
    event = follow()
    message = RabbitMQMessage(headers={}, body=event.encoded(), content_type="application/cloudevents+json")
    read = from_rabbitmq_event(message)
    assert (read.get_id(), read.get_type(), read.get_source()) == (event.id, event.type, event.source)
    assert (read.get_subject(), read.get_time()) == (event.subject, event.time)
    assert read.get_extension("ticketversion") == 5
    assert read.get_data() == {"status": "closed", "previous": "open", "reason": "done", "phase": None}


def test_an_event_survives_the_wire() -> None:
    assert TicketStatusChanged.model_validate_json(follow().encoded()) == follow()


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_extension_names_are_what_cloudevents_allows(kind: str) -> None:
    for name in EVENTS[kind].model_fields:
        assert name.isalnum(), name
        assert name == name.lower(), name


def test_unknown_fields_of_a_newer_publisher_are_ignored() -> None:
    newer: dict[str, Any] = follow().model_dump(mode="json")
    newer["data"]["mood"] = "happy"
    newer["colour"] = "blue"
    assert TicketStatusChanged.model_validate(newer) == follow()


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)), st.text())
def test_time_ordered_ids_are_uuids_of_version_7_and_sort_by_time(naive: datetime, seed: str) -> None:
    at = naive.replace(tzinfo=UTC)
    one = time_ordered_id(at, seed)
    assert one[14] == "7"
    assert one[19] in "89ab"
    assert one == time_ordered_id(at, seed)
    assert one < time_ordered_id(at + timedelta(milliseconds=2), "another")
