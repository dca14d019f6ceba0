"""Edits and deletions: whatever order they and their message come in, the message is the same in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest import rules
from services.ingest.amendments.rules import Deletion, Said, amend, name_of, remember
from services.ingest.conversation.threading import Known, Open, Origin
from services.ingest.inbox.inputs import Pending
from services.ingest.normalised import File, Normalised, ThreadHints
from services.ingest.tickets.messages import Arrived
from services.ingest.tickets.ticket import Ticket
from shared.change import Apply, Change, Insert, Update
from shared.envelope import Envelope
from shared.events import Contact, MessageDeleted, MessageEdited, TicketOpened
from tests.unit.ingest.channels.channel_fakes import NOW

ORIGIN = Origin("telegram", "bot")
TICKET = "01a00000-0000-7000-8000-000000000000"


def arrived(act: str, text: str, *, minute: int, files: Sequence[str] = ()) -> Arrived:
    """What came in: the message m1, an edit of it or its deletion."""
    message = Normalised.model_validate(
        {
            "sender": Contact(visitor="telegram:1"),
            "text": text,
            "act": act,
            "channel_id": "m1" if act == "message" else None,
            "target_id": None if act == "message" else "m1",
            "sent_at": NOW + timedelta(minutes=minute),
            "thread": ThreadHints(conversation="1"),
            "attachments": tuple(File(name=name, content=name.encode()) for name in files),
        }
    )
    return Arrived(f"input-{act}-{minute}", message, ORIGIN, NOW + timedelta(hours=2), "en")


@dataclass
class Desk:
    """The documents that a database would hold, changed as transactions would change them."""

    documents: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)

    def take(self, one: Arrived) -> None:
        if ("inputs", one.input) in self.documents:
            return  # the same input again
        self.documents["inputs", one.input] = {"version": 1, "state": "pending"}
        self.apply(self.decided(one, Pending(one.input, 1)))

    def decided(self, one: Arrived, pending: Pending) -> Change:
        said, cause = self.said(one), cause_of(one)
        amended = amend(one, said, cause=cause, pending=pending, at=NOW)
        if amended is not None:
            return amended
        opened = rules.open_ticket(
            one,
            Open("new"),
            ticket=TICKET,
            number="K-1000001",
            known=Known(),
            cause=cause,
            pending=pending,
            at=NOW,
        )
        return remember(opened, one, said, cause=cause, at=NOW)

    def said(self, one: Arrived) -> Said:
        name = name_of(one.message, one.origin)
        assert name is not None
        found = self.documents.get(("said", name))
        if found is None:
            return Said(name)
        waiting = tuple(Deletion(**each) for each in found.get("deletions") or ())
        message = self.documents.get(("messages", found["message"])) if found["message"] else None
        ticket = Ticket.of({"_id": TICKET, **self.documents["tickets", TICKET]}) if message else None
        return Said(name, found["version"], message, ticket, () if message else waiting)

    def apply(self, change: Change) -> None:
        for write in change.writes:
            match write:
                case Insert(collection, document):
                    assert (collection, document["_id"]) not in self.documents
                    self.documents[collection, document["_id"]] = dict(document)
                case Update(collection, id, 0, fields):
                    assert (collection, id) not in self.documents
                    self.documents[collection, id] = {"version": 1, **fields}
                case Update(collection, id, version, fields):
                    known = self.documents[collection, id]
                    assert known["version"] == version, (collection, id)
                    known |= {**fields, "version": version + 1}
                case Apply(collection, id, update):
                    self.documents[collection, id] |= update["$set"]
        self.events += change.events

    @property
    def message(self) -> Mapping[str, Any]:
        (found,) = [one for (collection, _), one in self.documents.items() if collection == "messages"]
        return found

    def outcome(self) -> Mapping[str, Any]:
        """What anybody can see in the end."""
        message = self.message
        return {
            "text": message["text"],
            "versions": [(one["text"], one["at"]) for one in message.get("versions") or ()],
            "deleted_at": message.get("deleted_at"),
            "edited_at": message.get("edited_at"),
            "sent_at": message["sent_at"],
            "files": sorted(one["name"] for one in message["attachments"]),
            "inputs": sorted(
                (id, one["state"] in ("opened", "joined"), one["ticket"])
                for (collection, id), one in self.documents.items()
                if collection == "inputs"
            ),
            "tickets": sum(collection == "tickets" for collection, _ in self.documents),
        }


def cause_of(one: Arrived) -> Envelope:
    return Envelope(
        id=one.input, source="x", type="input.received", time=NOW, correlationid=one.input, causationid=one.input
    )


def after(inputs: Sequence[Arrived]) -> Desk:
    desk = Desk()
    for one in inputs:
        desk.take(one)
    return desk


WRITTEN = arrived("message", "Luč ne svetu", minute=0, files=["a.png"])
EDIT = arrived("edit", "Luč ne sveti", minute=1)
AGAIN = arrived("edit", "Luč ne sveti več", minute=2, files=["b.png"])
GONE = arrived("delete", "[deleted]", minute=3)
ALL = (WRITTEN, EDIT, AGAIN, GONE)


@pytest.mark.parametrize("order", list(permutations(ALL)), ids=lambda order: " ".join(one.input for one in order))
def test_every_order_comes_to_the_same(order: Sequence[Arrived]) -> None:
    assert after(order).outcome() == after(ALL).outcome()


def test_the_latest_text_counts_and_the_earlier_ones_are_kept() -> None:
    desk = after(ALL)
    assert desk.outcome() | {"inputs": []} == {
        "text": "Luč ne sveti več",
        "versions": [(one.message.text, one.message.sent_at) for one in (WRITTEN, EDIT, AGAIN)],
        "deleted_at": GONE.message.sent_at,
        "edited_at": AGAIN.message.sent_at,
        "sent_at": WRITTEN.message.sent_at,
        "files": ["a.png", "b.png"],
        "inputs": [],
        "tickets": 1,
    }
    assert [type(event) for event in desk.events] == [TicketOpened, MessageEdited, MessageEdited, MessageDeleted]
    assert [event.ticketversion for event in desk.events] == [1, 2, 3, 4]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(ALL), min_size=1, max_size=12), st.permutations(ALL))
def test_duplicates_change_nothing(first: list[Arrived], rest: list[Arrived]) -> None:
    desk = after([*first, *rest])
    assert desk.outcome() == after(ALL).outcome()
    versions = [event.ticketversion for event in desk.events]
    assert versions == list(range(1, len(versions) + 1))
    assert desk.documents["tickets", TICKET]["ticketversion"] == versions[-1]


def test_an_edit_whose_message_never_comes_is_not_lost() -> None:
    desk = after([EDIT])
    assert desk.message["text"] == "Luč ne sveti"
    assert [type(event) for event in desk.events] == [TicketOpened]


def test_a_deletion_before_its_message_waits_and_is_told_with_it() -> None:
    desk = after([GONE])
    assert desk.events == []
    assert desk.documents["inputs", GONE.input]["state"] == "suppressed"
    desk.take(WRITTEN)
    assert desk.message["text"] == "Luč ne svetu"
    assert [type(event) for event in desk.events] == [TicketOpened, MessageDeleted]
    assert desk.documents["inputs", GONE.input]["state"] == "joined"


def test_an_edit_that_is_late_changes_no_text_and_is_no_event() -> None:
    desk = after([WRITTEN, AGAIN])
    before = len(desk.events)
    desk.take(EDIT)
    assert desk.message["text"] == "Luč ne sveti več"
    assert len(desk.events) == before


def test_the_same_message_by_another_event_is_the_same_message() -> None:
    desk = after([WRITTEN])
    desk.take(replace(WRITTEN, input="input-app-mention"))
    assert desk.documents["inputs", "input-app-mention"]["state"] == "joined"
    assert len(desk.events) == 1


def test_the_window_to_answer_stands_on_the_ticket() -> None:
    until = datetime(2026, 11, 24, 9, 0, tzinfo=NOW.tzinfo)
    message = WRITTEN.message.model_copy(update={"reply_until": until})
    desk = after([replace(WRITTEN, message=message)])
    assert desk.documents["tickets", TICKET]["reply_until"] == until
    assert desk.events[0].data.message.reply_until == until


def test_ids_of_two_accounts_are_two_messages() -> None:
    assert name_of(WRITTEN.message, ORIGIN) != name_of(WRITTEN.message, Origin("telegram", "other"))
    assert name_of(Normalised(sender=Contact(), text="x"), ORIGIN) is None


def test_a_bots_transcript_beside_the_message_stays_as_it_is() -> None:
    line = Insert("messages", {"_id": "line-1", "ticket": TICKET, "text": "Hello, I am a bot"})
    opened = Desk().decided(WRITTEN, Pending(WRITTEN.input, 1))
    change = remember(
        Change(writes=(line, *opened.writes), events=opened.events),
        WRITTEN,
        Said("said-1", deletions=(Deletion("input-gone", NOW),)),
        cause=cause_of(WRITTEN),
        at=NOW,
    )
    assert line in change.writes
    own = [one for one in change.writes if isinstance(one, Insert) and one.document.get("deleted_at")]
    assert len(own) == 1
