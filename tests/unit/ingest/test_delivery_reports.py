"""What a delivery report comes to: one event per recipient, and a line in the ledger without addresses."""

from datetime import UTC, datetime

import pytest

from services.ingest import rules
from services.ingest.conversation.threading import Origin
from services.ingest.inbox.inputs import Pending
from services.ingest.normalised import DeliveryReport, Machine, Normalised
from services.ingest.tickets.messages import Arrived
from shared.change import Change, Update
from shared.envelope import Envelope
from shared.events import Contact, DeliveryBounced, MessageSuppressed
from shared.ids import derived_id

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
INPUT, TICKET = derived_id("input"), derived_id("ticket")
DEAD = DeliveryReport(recipient="ana@kupec.example", action="failed", status="5.1.1", replycode="550", hard=True)
GUESSED = DeliveryReport(
    recipient="bor@kupec.example", action="delayed", status="4.0.947", reason="expired", hard=False
)
NOBODY = DeliveryReport(recipient="", action="failed")


def suppressed(*reports: DeliveryReport, ticket: str | None = None) -> Change:
    message = Normalised(
        sender=Contact(email="mailer-daemon@mx.example"),
        machine=Machine(kind="bounce", because="it is from a mail system"),
        reports=reports,
        reported_message_id="<abc@svetilka.example>",
        reported_ticket=ticket,
    )
    cause = Envelope(
        id=INPUT,
        source="kartica/ingest",
        type="input.received",
        time=NOW,
        correlationid=INPUT,
        causationid=INPUT,
        depth=0,
        actor="customer",
        machine=True,
    )
    arrived = Arrived(INPUT, message, Origin("email", "support@svetilka.example"), NOW)
    return rules.suppress(arrived, "bounce: it is from a mail system", cause=cause, pending=Pending(INPUT, 1), at=NOW)


def bounced(change: Change) -> list[DeliveryBounced]:
    return [event for event in change.events if isinstance(event, DeliveryBounced)]


def test_every_recipient_has_its_event_with_an_id_of_its_own() -> None:
    events = bounced(suppressed(DEAD, GUESSED))
    assert [event.data.recipient for event in events] == ["ana@kupec.example", "bor@kupec.example"]
    assert len({event.id for event in events}) == 2
    assert all(event.machine for event in events)
    assert [event.id for event in bounced(suppressed(DEAD, GUESSED))] == [event.id for event in events]


@pytest.mark.parametrize(("ticket", "subject"), [(TICKET, TICKET), (None, INPUT)])
def test_subject_is_the_ticket_of_the_mail_or_else_the_input(ticket: str | None, subject: str) -> None:
    (event,) = bounced(suppressed(DEAD, ticket=ticket))
    assert (event.subject, event.data.ticket) == (subject, ticket)


def test_only_a_stated_status_is_told() -> None:
    first, second = bounced(suppressed(DEAD, GUESSED))
    assert (first.data.status, first.data.reply_code, first.data.hard) == ("5.1.1", "550", True)
    assert (second.data.status, second.data.action, second.data.reason) == ("", "delayed", "expired")


def test_nobody_is_told_of_when_nobody_is_named() -> None:
    change = suppressed(NOBODY)
    assert bounced(change) == []
    assert [type(event) for event in change.events] == [MessageSuppressed]


def test_ledger_counts_recipients_and_names_none() -> None:
    (write,) = suppressed(DEAD, GUESSED).writes
    assert isinstance(write, Update)
    assert write.set["reason"] == "bounce: it is from a mail system; tells of 2 recipients"
    assert "@" not in write.set["reason"]
