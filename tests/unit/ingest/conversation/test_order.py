"""A conversation is read in the order in which it was written, also when it is of several tickets."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.ingest.conversation.order import in_order

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def message(id: str, *, sent: float, received: float | None = None, version: int = 1) -> dict[str, Any]:
    at = NOON + timedelta(seconds=sent)
    came = NOON + timedelta(seconds=sent if received is None else received)
    return {"_id": id, "sent_at": at, "received_at": came, "ticketversion": version}


def order(*messages: dict[str, Any]) -> list[str]:
    return [one["_id"] for one in in_order(messages)]


def test_messages_of_two_tickets_stand_by_when_they_were_sent() -> None:
    assert order(message("c", sent=30, version=2), message("a", sent=10, version=7), message("b", sent=20)) == list(
        "abc"
    )


def test_mail_that_was_late_stands_where_it_was_written() -> None:
    assert order(message("answer", sent=60.5), message("late", sent=10, received=600)) == ["late", "answer"]


def test_mail_of_the_same_second_stands_after_the_answer_that_it_answers() -> None:
    assert order(message("mail", sent=1, received=1.9), message("answer", sent=1.4)) == ["answer", "mail"]


def test_messages_of_one_instant_stand_as_they_were_taken_in() -> None:
    assert order(message("b", sent=1.5, version=3), message("a", sent=1.5, version=2)) == ["a", "b"]
