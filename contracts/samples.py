"""One event of every type, with every field set, as readers of the contracts may meet it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.envelope import Event
from shared.events import (
    Attachment,
    Contact,
    MailHeaders,
    Message,
    MessageSuppressed,
    MessageSuppressedData,
    NotificationFailed,
    NotificationFailedData,
    NotificationSent,
    NotificationSentData,
    NotificationSuppressed,
    NotificationSuppressedData,
    Reason,
    SlaBreached,
    SlaBreachedData,
    SlaChanged,
    SlaChangedData,
    SlaWarned,
    SlaWarnedData,
    TicketAssigned,
    TicketAssignedData,
    TicketClassified,
    TicketClassifiedData,
    TicketEscalated,
    TicketEscalatedData,
    TicketMessageAdded,
    TicketMessageAddedData,
    TicketOpened,
    TicketOpenedData,
    TicketStatusChanged,
    TicketStatusChangedData,
)
from shared.ids import derived_id, time_ordered_id

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TICKET = time_ordered_id(NOW, "sample")
CUSTOMER = Contact(name="Iva Novak", email="iva@example.org", phone="+38640123456", language="sl", verified=True)
REASONS = (Reason(rule="lamp-is-dark", because="the text has 'ne sveti'"),)
MESSAGE = Message(
    id=derived_id("message"),
    author="customer",
    sender=CUSTOMER,
    channel="email",
    text="Luč ne sveti.",
    trimmed=True,
    attachments=(Attachment(id="ab" * 32, name="račun.pdf", content_type="application/pdf", size=1234),),
    sent_at=NOW,
    received_at=NOW,
    mail=MailHeaders(message_id="<1@example.org>", references=("<0@example.org>",)),
)


def event(model: type[Event], data: Any, *, version: int = 1, at: datetime = NOW) -> Any:
    """An event of this model about the sample ticket."""
    return model(
        id=derived_id(model.type_name(), version),
        type=model.type_name(),
        source=f"kartica/{model.owner}",
        subject=TICKET,
        time=at,
        correlationid=TICKET,
        causationid=TICKET,
        ticketversion=version,
        data=data,
    )


def one_of_each() -> list[Any]:
    due = NOW + timedelta(hours=4)
    opened = TicketOpenedData(
        number="K-1000017",
        channel="email",
        mailbox="support@svetilka.example",
        requester=CUSTOMER,
        title="Luč",
        language="sl",
        fields={"order": 17},
        message=MESSAGE,
    )
    sent = {
        "notification": derived_id("notification"),
        "kind": "acknowledgement",
        "audience": "requester",
        "channel": "email",
        "to": "iva@example.org",
        "language": "sl",
        "ticket": TICKET,
    }
    clock: dict[str, Any] = {"clock": "first_response", "due_at": due, "policy": "standard"}
    return [
        event(TicketOpened, opened),
        event(TicketMessageAdded, TicketMessageAddedData(message=MESSAGE), version=2),
        event(TicketStatusChanged, TicketStatusChangedData(status="open", previous="new", reason="answered")),
        event(MessageSuppressed, MessageSuppressedData(channel="email", reason="bounce", message_id="<2@example.org>")),
        event(
            TicketClassified,
            TicketClassifiedData(
                category="technical", priority="high", team="technical", tags=("lamp",), by="rules", reasons=REASONS
            ),
        ),
        event(
            TicketAssigned,
            TicketAssignedData(state="assigned", team="technical", agent="cvetka", by="least_loaded", reasons=REASONS),
        ),
        event(
            SlaChanged,
            SlaChangedData(
                **clock,
                change="started",
                calendar="desk",
                target_seconds=14400,
                elapsed_seconds=0,
                because="the first message",
            ),
        ),
        event(SlaWarned, SlaWarnedData(**clock, percent=75)),
        event(SlaBreached, SlaBreachedData(**clock, late_by_seconds=3)),
        event(
            TicketEscalated,
            TicketEscalatedData(
                **clock, level=1, team="management", priority="urgent", notify=("lead",), because="first_response late"
            ),
        ),
        event(NotificationSent, NotificationSentData(**sent, provider="smtp", provider_id="<3@svetilka.example>")),
        event(
            NotificationFailed, NotificationFailedData(**sent, provider="smtp", error="550 no such user", attempts=1)
        ),
        event(
            NotificationSuppressed,
            NotificationSuppressedData(kind="acknowledgement", audience="requester", reason="machine", ticket=TICKET),
        ),
    ]
