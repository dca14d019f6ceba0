"""What a redaction removes, what it leaves, and what its proof says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.ingest.redaction.rules import Found, redact
from services.ingest.tickets.ticket import Ticket
from shared.change import Apply, Change, Update
from shared.commands import TicketRedact, TicketRedactData
from shared.errors import Refused
from shared.events import Contact, TicketRedacted
from shared.ids import derived_id

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TICKET = Ticket(
    id=derived_id("ticket"),
    version=4,
    ticketversion=2,
    number="K-1000017",
    status="closed",
    channel="email",
    mailbox="support@svetilka.example",
    last_channel="email",
    participants=frozenset({"jo@buyer.example"}),
    title="Secret",
    requester=Contact(name="Jo", email="jo@buyer.example", language="sl"),
    ratings={"1": {"score": 5, "comment": "Secret"}},
)
SHA256 = "ab" * 32


def message(version: int, **more: Any) -> dict[str, Any]:
    return {
        "_id": derived_id("message", version),
        "ticket": TICKET.id,
        "ticketversion": version,
        "author": "customer",
        "text": "Secret",
        "prior_text": "Secret",
        "html": "<p>Secret</p>",
        "earlier": [{"text": "Secret"}],
        "sender": {"name": "Jo", "email": "jo@buyer.example", "language": "sl"},
        "mail": {"message_id": "<1@buyer.example>"},
        "attachments": [{"id": SHA256, "name": "Secret.jpg"}],
        "input": derived_id("input", version),
        **more,
    }


def asked(*what: Any, messages: tuple[str, ...] = ()) -> TicketRedact:
    data = TicketRedactData(what=what, messages=messages, reason="asked on paper")
    return TicketRedact.asked(key="1", source="test", time=NOW, subject=TICKET.id, data=data, actor="admin:eva")


def applied(change: Change, collection: str) -> dict[str, Any]:
    """What the change sets and unsets, by document."""
    found: dict[str, Any] = {}
    for write in change.writes:
        if write.collection != collection:
            continue
        if isinstance(write, Apply):
            found[write.id] = {**write.update.get("$set", {}), **dict.fromkeys(write.update.get("$unset", {}), "gone")}
        if isinstance(write, Update):
            found[write.id] = {**write.set, **dict.fromkeys(write.unset, "gone")}
    return found


def test_text_goes_wherever_it_may_stand_and_the_frame_stays() -> None:
    change = redact(TICKET, Found([message(1)]), asked("text"), at=NOW)
    (now,) = applied(change, "messages").values()
    assert (now["text"], now["prior_text"], now["html"], now["earlier"]) == ("", "", None, "gone")
    assert not {"sender", "mail", "attachments", "input"} & set(now)
    ticket = applied(change, "tickets")[TICKET.id]
    assert (ticket["title"], ticket["fields"], ticket["ratings"]) == ("[redacted]", {}, {"1": {"score": 5}})
    assert "requester" not in ticket


def test_contact_goes_and_only_the_language_stays() -> None:
    change = redact(TICKET, Found([message(1)], threads=("t1",)), asked("contact"), at=NOW)
    (now,) = applied(change, "messages").values()
    assert (now["sender"]["email"], now["sender"]["language"], now["mail"]) == (None, "sl", None)
    ticket = applied(change, "tickets")[TICKET.id]
    assert (ticket["requester"]["name"], ticket["participants"]) == (None, [])
    assert applied(change, "threads") == {"t1": {"name": ""}}


def test_raw_input_goes_and_its_line_in_the_ledger_stays() -> None:
    id = derived_id("input", 1)
    input = {"_id": id, "version": 2, "key": "<1@buyer.example>", "sha256": "cd" * 32, "body_file": "input-i1"}
    change = redact(TICKET, Found([message(1)], [input]), asked("raw"), at=NOW)
    now = applied(change, "inputs")[id]
    assert (now["body"], now["body_file"], now["envelope"], now["sha256"]) == ("gone", "gone", {}, "cd" * 32)
    assert now["key"].startswith("sha256:")
    assert (now["message_id"], now["shown"]) == ("gone", "gone")
    assert list(applied(change, "erasures")) == ["input-i1"]


def test_lines_of_the_timeline_keep_only_words_of_ours() -> None:
    line = {
        "_id": "l1",
        "type": "ticket.changed.v1",
        "data": {"title": "Secret", "reason": "Jo called", "number": "K-1"},
    }
    change = redact(TICKET, Found([message(1)], timeline=[line]), asked("text"), at=NOW)
    assert applied(change, "timeline")["l1"]["data"] == {"number": "K-1"}


def test_event_proves_what_was_removed_and_holds_nothing_of_it() -> None:
    change = redact(TICKET, Found([message(1)]), asked("text", "contact", "attachments"), at=NOW)
    (event,) = change.events
    assert isinstance(event, TicketRedacted)
    assert (event.actor, event.ticketversion, event.data.whole) == ("admin:eva", 3, True)
    assert event.data.attachments == (SHA256,)
    assert b"Secret" not in event.encoded()
    assert b"jo@buyer" not in event.encoded()


def test_proof_is_the_same_for_the_same_contents_and_another_for_others() -> None:
    def proof(text: str) -> str:
        (event,) = redact(TICKET, Found([message(1, text=text)]), asked("text"), at=NOW).events
        assert isinstance(event, TicketRedacted)
        return event.data.proof

    assert proof("Secret") == proof("Secret")
    assert proof("Secret") != proof("secret")


def test_what_is_gone_is_not_removed_twice() -> None:
    found = Found([message(1, redacted=["text"])])
    assert redact(TICKET, found, asked("text"), at=NOW).events == ()
    assert len(redact(TICKET, found, asked("text", "contact"), at=NOW).events) == 1


def test_one_message_leaves_the_others_and_the_ticket_as_they_are() -> None:
    found = Found([message(1), message(2)])
    change = redact(TICKET, found, asked("text", messages=(derived_id("message", 2),)), at=NOW)
    assert list(applied(change, "messages")) == [derived_id("message", 2)]
    assert "title" not in applied(change, "tickets")[TICKET.id]


def test_event_about_a_whole_ticket_names_what_was_split_off_and_that_about_a_message_does_not() -> None:
    """Copies of it stand in events about this ticket; the message itself stays with its new ticket."""
    away = derived_id("message", 9)
    for messages, expected in (((), True), ((message(1)["_id"],), False)):
        change = redact(TICKET, Found([message(1)], moved=(away,)), asked("text", messages=messages), at=NOW)
        (event,) = change.events
        assert isinstance(event, TicketRedacted)
        assert (away in event.data.messages) is expected
        assert away not in applied(change, "messages")


def test_message_of_another_ticket_is_refused() -> None:
    with pytest.raises(Refused, match="No such message"):
        redact(TICKET, Found([message(1)]), asked("text", messages=(derived_id("other"),)), at=NOW)


def test_notes_of_the_worklog_go_and_the_time_stays() -> None:
    change = redact(TICKET, Found([message(1)], worklog=("w1",)), asked("text"), at=NOW)
    assert applied(change, "worklog") == {"w1": {"note": ""}}
