"""What an input, a reply and a status command come to, as plain data."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.ingest import rules
from services.ingest.conversation.threading import Join, Known, Open, Origin, Thread, conversation_thread
from services.ingest.inbox.inputs import Pending
from services.ingest.normalised import File, Machine, Normalised, ThreadHints
from services.ingest.tickets.messages import MAX_TEXT, Arrived
from services.ingest.tickets.ticket import Ticket
from shared.change import Change, Update
from shared.commands import TicketReply, TicketReplyData
from shared.envelope import Envelope
from shared.events import Contact, TicketMessageAdded, TicketOpened

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
INPUT = "00000000-0000-5000-8000-000000000001"
CLOSED = "00000000-0000-7000-8000-000000000003"
TICKET = "00000000-0000-7000-8000-000000000002"
CHAT = Origin("chat", "web")
PENDING = Pending(INPUT, 3)
CAUSE = Envelope(
    id=INPUT, source="kartica/ingest", type="input.received", time=NOW, correlationid=INPUT, causationid=INPUT
)


def arrived(message: Normalised | None = None, *, origin: Origin = CHAT) -> Arrived:
    said = message or Normalised(
        sender=Contact(email="Jo@Buyer.example"), text="It is broken", thread=ThreadHints(conversation="s1")
    )
    return Arrived(input=INPUT, message=said, origin=origin, received_at=NOW, language="en")


def ticket(**more: object) -> Ticket:
    made = Ticket(
        id=TICKET,
        version=4,
        ticketversion=6,
        number="K-1000017",
        status="resolved",
        channel="chat",
        mailbox="web",
        last_channel="chat",
        participants=frozenset({"jo@buyer.example"}),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def opened(opening: Open | None = None, *, known: Known | None = None, message: Normalised | None = None) -> Change:
    return rules.open_ticket(
        arrived(message),
        opening or Open("test"),
        ticket=TICKET,
        number="K-1000017",
        known=known or Known(),
        cause=CAUSE,
        pending=PENDING,
        at=NOW,
    )


def joined(join: Join, message: Normalised | None = None) -> Change:
    return rules.join_ticket(arrived(message), join, known=Known(), cause=CAUSE, pending=PENDING, at=NOW)


def update(change: Change, collection: str) -> Update:
    (found,) = [one for one in change.writes if isinstance(one, Update) and one.collection == collection]
    return found


def test_opening_writes_ticket_message_thread_timeline_and_outcome_in_one_change() -> None:
    change = opened()
    assert sorted(write.collection for write in change.writes) == [
        "inputs",
        "messages",
        "threads",
        "tickets",
        "timeline",
    ]
    assert update(change, "tickets").version == 0
    assert (update(change, "inputs").version, update(change, "inputs").set["state"]) == (3, "opened")
    (event,) = change.events
    assert isinstance(event, TicketOpened)
    assert (event.ticketversion, event.data.title, event.machine) == (1, "It is broken", False)


def test_same_decision_twice_gives_the_same_events_and_documents() -> None:
    assert opened() == opened()


def test_conversation_of_a_closed_ticket_leads_to_the_new_one() -> None:
    thread = Thread(conversation_thread(CHAT, "s1"), 7, CLOSED, True)
    change = opened(
        Open("closed", follows=ticket(id=CLOSED, status="closed"), continues=True),
        known=Known(threads={thread.id: thread}),
    )
    moved = update(change, "threads")
    assert (moved.id, moved.version, moved.set["ticket"]) == (thread.id, 7, TICKET)
    closed = next(one for one in change.writes if isinstance(one, Update) and one.id == CLOSED)
    assert (closed.version, closed.set) == (4, {"continued_by": TICKET})


def test_customer_wakes_a_resolved_ticket_and_both_facts_are_counted() -> None:
    change = joined(Join(ticket(), "test"))
    assert [event.ticketversion for event in change.events] == [7, 8]
    written = update(change, "tickets")
    assert (written.version, written.set["status"], written.set["ticketversion"]) == (4, "open", 8)


def test_machine_joins_without_waking_and_its_event_says_machine() -> None:
    machine = Machine(kind="auto_reply", because="Auto-Submitted")
    change = joined(Join(ticket(), "test"), Normalised(sender=Contact(email="jo@buyer.example"), machine=machine))
    (event,) = change.events
    assert event.machine
    assert "status" not in update(change, "tickets").set


def test_stranger_does_not_become_a_participant() -> None:
    stranger = Normalised(sender=Contact(email="x@y.example"))
    change = joined(Join(ticket(), "test", unverified=True), stranger)
    assert "participants" not in update(change, "tickets").set
    assert isinstance(change.events[0], TicketMessageAdded)
    assert change.events[0].data.message.unverified_sender


@pytest.mark.parametrize(
    ("kind", "joins", "suppressed"),
    [
        ("bounce", True, True),
        ("own", True, True),
        ("auto_reply", True, False),
        ("auto_reply", False, True),
        ("auto", False, False),
        ("bulk", False, False),
    ],
)
def test_machine_mail_is_suppressed_by_kind(kind: str, joins: bool, suppressed: bool) -> None:
    machine = Machine.model_validate({"kind": kind, "because": "test"})
    assert (rules.suppression(machine, joins=joins) is not None) == suppressed


def test_reply_with_status_sets_both_in_one_change() -> None:
    data = TicketReplyData(agent="ana", text="Done", status="closed")
    command = TicketReply.asked(key="k", source="test", time=NOW, subject=TICKET, data=data)
    change = rules.reply(ticket(status="new"), command, at=NOW)
    assert [event.type for event in change.events] == ["ticket.message_added.v1", "ticket.status_changed.v1"]
    assert change.answer["status"] == "closed"
    assert {event.causationid for event in change.events} == {"k"}


def test_text_that_is_too_long_for_an_event_is_kept_whole_in_a_file() -> None:
    said = arrived(Normalised(sender=Contact(), text="x" * (MAX_TEXT + 1)))
    (file,) = said.files
    assert (file.name, len(file.content)) == ("whole-text.txt", MAX_TEXT + 1)
    assert len(said.stated().text) == MAX_TEXT


def test_message_from_the_future_was_sent_when_it_came() -> None:
    said = arrived(Normalised(sender=Contact(), sent_at=NOW + timedelta(days=400)))
    assert said.stated().sent_at == NOW


def test_title_of_a_message_without_one_is_its_first_words() -> None:
    said = arrived(Normalised(sender=Contact(), text="word " * 100, attachments=(File(name="a", content=b""),)))
    assert said.title.endswith("…")
    assert len(said.title) <= 80
