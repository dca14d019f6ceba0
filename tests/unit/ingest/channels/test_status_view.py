"""What a customer may see of a request, and what never."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.ingest.channels.portal import sender_of
from services.ingest.channels.status_store import NEWEST, Conversation
from services.ingest.channels.status_view import promise, view, visible_files

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TICKET: dict[str, Any] = {
    "_id": "t1",
    "number": "K-1000017",
    "title": "The lamp flickers",
    "status": "open",
    "requester": {"name": "Iva Novak", "email": "iva@example.org"},
    "participants": ["iva@example.org", "eva@example.org"],
    "opened_at": NOW,
    "resolutions": 0,
}
AGENTS = {"ana": "Ana Kovač"}


def message(number: int, author: str = "customer", **more: Any) -> dict[str, Any]:
    by = {"sender": {"name": "Iva Novak", "email": "iva@example.org"}} if author == "customer" else {"agent": "ana"}
    base = {"_id": f"m{number}", "author": author, "visibility": "public", "text": f"text {number}"}
    return {**base, **by, "received_at": NOW + timedelta(minutes=number), "ticketversion": number, **more}


def seen(*messages: dict[str, Any], recipient: str = "iva@example.org", lines: Any = (), **ticket: Any) -> Any:
    return view(Conversation({**TICKET, **ticket}, messages, lines), recipient, agents=AGENTS)


def test_the_public_conversation_is_shown_with_names_and_nothing_else() -> None:
    eva = {"name": "eva@example.org", "email": "eva@example.org"}
    shown = seen(message(1), message(2, "agent"), message(3, sender=eva), message(4, "agent", agent="gone"))
    assert [(one.by, one.who, one.text) for one in shown.said] == [
        ("you", "Iva Novak", "text 1"),
        ("agent", "Ana Kovač", "text 2"),
        ("customer", "", "text 3"),
        ("agent", "", "text 4"),
    ]
    assert "eva@example.org" not in str(shown)


@pytest.mark.parametrize(
    "hidden",
    [
        message(2, "agent", visibility="internal", text="secret"),
        message(2, "system", text="secret"),
        message(2, deleted_at=NOW, text="secret"),
        message(2, sender={"email": "mallory@example.org"}, unverified_sender=True, text="secret"),
    ],
)
def test_notes_and_strangers_messages_are_not_shown_and_their_files_not_given(hidden: dict[str, Any]) -> None:
    files = [{"id": "f", "name": "secret.pdf", "size": 1}]
    conversation = Conversation(TICKET, [message(1), {**hidden, "attachments": files}], ())
    assert "secret" not in str(view(conversation, "iva@example.org", agents=AGENTS))
    assert list(visible_files(conversation, "iva@example.org")) == []


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("new", "received"), ("open", "in_progress"), ("on_hold", "in_progress"), ("pending_customer", "waiting"),
        ("resolved", "solved"), ("closed", "closed"), ("spam", "received"),
    ],
)  # fmt: skip
def test_the_state_is_told_in_five_words(status: str, state: str) -> None:
    assert seen(status=status).state == state


def due(version: int, clock: str, at: datetime | None) -> dict[str, Any]:
    data = {"clock": clock, "due_at": at.isoformat() if at else None}
    return {"type": "sla.changed.v1", "ticketversion": version, "data": data}


def test_the_promise_is_the_answers_until_there_is_one_and_then_the_solutions() -> None:
    first, last = NOW + timedelta(hours=1), NOW + timedelta(days=1)
    lines = [due(1, "first_response", first), due(2, "resolution", last)]
    assert promise(lines) == ("answer", first)
    assert promise([due(3, "first_response", None), *lines]) == ("solution", last)
    assert promise([]) is None


@pytest.mark.parametrize("status", ["pending_customer", "resolved", "closed"])
def test_nothing_is_promised_while_it_is_the_customers_turn(status: str) -> None:
    assert seen(status=status, lines=[due(1, "resolution", NOW)]).promised is None


def rated(version: int, score: int, cycle: int) -> dict[str, Any]:
    data = {"score": score, "cycle": cycle, "comment": "thanks"}
    return {"type": "ticket.rated.v1", "ticketversion": version, "data": data}


def test_the_latest_rating_of_the_latest_resolution_counts() -> None:
    lines = [rated(9, 2, 1), rated(5, 4, 1), rated(20, 5, 2)]
    assert (seen(status="resolved", resolutions=1, lines=lines).rating or 0).score == 2
    assert (seen(status="closed", resolutions=2, lines=lines).rating or 0).score == 5
    assert seen(status="resolved", resolutions=3, lines=lines).rating is None


def test_only_what_was_solved_and_goes_on_nowhere_else_can_be_rated() -> None:
    assert seen(status="resolved", resolutions=1).may_rate
    assert not seen(status="open", resolutions=1).may_rate
    assert not seen(status="closed", resolutions=1, merged_into="t2").may_rate


def test_a_link_of_a_form_does_not_show_what_the_owner_of_the_address_writes_by_mail() -> None:
    """Anybody can write anybody's address into a form, and wait for what its owner answers."""
    said = [
        message(1, channel="form"), message(2, "agent", channel="form"), message(3, channel="portal"),
        message(4, channel="email", attachments=[{"id": "f", "name": "passport.pdf", "size": 1}]),
        message(5, "agent", channel="email"), message(6, channel="portal"),
    ]  # fmt: skip
    cut, whole = seen(*said, recipient="input:1"), seen(*said)
    assert ([one.text for one in cut.said], cut.elsewhere) == (["text 1", "text 2", "text 3"], True)
    assert (len(whole.said), whole.elsewhere) == (6, False)
    assert list(visible_files(Conversation(TICKET, said, ()), "input:1")) == []


def test_a_long_conversation_shows_its_newest_part_and_says_so() -> None:
    shown = seen(*(message(number) for number in range(NEWEST + 1)))
    assert (len(shown.said), shown.more, shown.said[-1].text) == (NEWEST, True, f"text {NEWEST}")


def test_a_link_that_was_sent_proves_the_address_and_one_that_was_shown_proves_none() -> None:
    assert sender_of("iva@example.org", TICKET["requester"], language="sl").verified
    assert not sender_of("input:1", TICKET["requester"], language="sl").verified
    other = sender_of("eva@example.org", TICKET["requester"], language="sl")
    assert (other.email, other.name, other.verified) == ("eva@example.org", None, True)
    assert sender_of("+38640123456", {}, language="sl").phone == "+38640123456"
