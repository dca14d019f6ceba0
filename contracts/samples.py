"""One event of every type, with every field set, as readers of the contracts may meet it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.envelope import Event
from shared.events import (
    AgentChanged,
    AgentChangedData,
    AgentInstructed,
    AgentInstructedData,
    Attachment,
    BreakerChanged,
    BreakerChangedData,
    CallIdentified,
    CallIdentifiedData,
    Contact,
    CustomerChanged,
    CustomerChangedData,
    CustomerMergeSuggested,
    CustomerMergeSuggestedData,
    DeliveryBounced,
    DeliveryBouncedData,
    Identity,
    MailHeaders,
    Message,
    MessageDeleted,
    MessageDeletedData,
    MessageEdited,
    MessageEditedData,
    MessageQuarantined,
    MessageQuarantinedData,
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
    TicketChanged,
    TicketChangedData,
    TicketClassified,
    TicketClassifiedData,
    TicketEscalated,
    TicketEscalatedData,
    TicketMerged,
    TicketMergedData,
    TicketMessageAdded,
    TicketMessageAddedData,
    TicketOffered,
    TicketOfferedData,
    TicketOpened,
    TicketOpenedData,
    TicketRated,
    TicketRatedData,
    TicketRedacted,
    TicketRedactedData,
    TicketSnoozed,
    TicketSnoozedData,
    TicketSplit,
    TicketSplitData,
    TicketStatusChanged,
    TicketStatusChangedData,
    TicketThanked,
    TicketThankedData,
    TicketTimeLogged,
    TicketTimeLoggedData,
    TicketUnmerged,
    TicketUnmergedData,
    Transfer,
)
from shared.ids import derived_id, time_ordered_id

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TICKET = time_ordered_id(NOW, "sample")
CUSTOMER = Contact(
    name="Iva Novak",
    email="iva@example.org",
    phone="+38640123456",
    language="sl",
    verified=True,
    identities=(Identity(kind="whatsapp", value="38640123456", verified_by="provider", first_seen=NOW),),
)
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
    mentions=("ana",),
    channel_id="wamid.1",
    reply_until=NOW + timedelta(hours=24),
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
        customer=derived_id("customer"),
        split_from=derived_id("another ticket"),
        parent=derived_id("parent"),
        first_contact_at=NOW,
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
        *_about_tickets(),
        *_about_intake(),
        *_about_customers(),
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
            TicketOffered,
            TicketOfferedData(agent="cvetka", team="technical", state="offered", until=due, because="least loaded"),
        ),
        event(AgentChanged, AgentChangedData(agent="cvetka", state="away", previous="available", because="lunch")),
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


def _about_tickets() -> list[Any]:
    other, message = derived_id("other ticket"), MESSAGE.id
    return [
        event(
            TicketMerged,
            TicketMergedData(into=other, into_number="K-1000025", number="K-1000017", reason="the same lamp"),
        ),
        event(TicketUnmerged, TicketUnmergedData(out_of=other, number="K-1000017", reason="two lamps")),
        event(
            TicketSplit,
            TicketSplitData(into=other, into_number="K-1000025", messages=(message,), reason="another question"),
        ),
        event(TicketSnoozed, TicketSnoozedData(until=NOW + timedelta(days=1), reason="the part comes tomorrow")),
        event(
            TicketTimeLogged,
            TicketTimeLoggedData(
                agent="ana", seconds=-60, kind="work", note="a minute too much", corrects=derived_id("entry")
            ),
        ),
        event(TicketRated, TicketRatedData(score=5, cycle=1, comment="Hvala!", answers={"speed": "good"})),
        event(TicketThanked, TicketThankedData(message=message, because="nothing but thanks")),
        event(TicketChanged, TicketChangedData(title="Luč utripa", fields={"order": 18}, reason="a typing mistake")),
        event(
            TicketRedacted,
            TicketRedactedData(
                what=("text", "attachments", "contact", "raw"),
                messages=(message,),
                whole=True,
                inputs=(derived_id("input"),),
                attachments=("ab" * 32,),
                proof="cd" * 32,
                reason="the customer asked for it",
            ),
        ),
    ]


def _about_intake() -> list[Any]:
    message = MESSAGE.id
    return [
        event(MessageEdited, MessageEditedData(message=message, text="Luč utripa.", edited_at=NOW)),
        event(MessageDeleted, MessageDeletedData(message=message, deleted_at=NOW)),
        event(
            MessageQuarantined,
            MessageQuarantinedData(
                channel="email",
                account="support@svetilka.example",
                state="held",
                reason="spam score 9.1",
                expires_at=NOW + timedelta(days=14),
            ),
        ),
        event(
            DeliveryBounced,
            DeliveryBouncedData(
                recipient="iva@example.org",
                action="failed",
                status="5.1.1",
                reply_code="550",
                diagnostic="550 5.1.1 no such user",
                reason="userunknown",
                hard=True,
                message_id="<3@svetilka.example>",
                ticket=TICKET,
            ),
        ),
        event(
            BreakerChanged,
            BreakerChangedData(
                scope="sender", key="ef" * 16, state="open", limit=5, window_seconds=3600, because="5 in an hour"
            ),
        ),
        event(
            CallIdentified,
            CallIdentifiedData(
                call="CA17",
                state="ringing",
                caller=CUSTOMER,
                called="+38615550100",
                customer=derived_id("customer"),
                tickets=(TICKET,),
                seconds=65,
                redacted=False,
            ),
        ),
    ]


def _about_customers() -> list[Any]:
    other = derived_id("other customer")
    known = (
        Identity(kind="email", value="iva@example.org", verified_by="dkim", first_seen=NOW),
        Identity(kind="phone", value="+38640123456"),
    )
    return [
        event(
            AgentInstructed,
            AgentInstructedData(
                agent="ana",
                transfer=Transfer(team="billing", reason="an invoice"),
                understood=("transfer to billing",),
                mistakes=("#sloze: not an instruction",),
                text="#transfer billing\n#sloze",
            ),
        ),
        event(
            CustomerChanged,
            CustomerChangedData(
                name="Iva Novak", language="sl", tier="gold", identities=known, merged_into=other, reason="one person"
            ),
        ),
        event(CustomerMergeSuggested, CustomerMergeSuggestedData(other=other, because="the same phone, not verified")),
    ]
