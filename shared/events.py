"""Every event that Kartica publishes, with the service that owns it. `contracts/` holds their schemas."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.envelope import Event, Frozen, Uuid, by_type

Status = Literal["new", "open", "pending_customer", "on_hold", "resolved", "closed", "spam"]
"""The seven categories of status. Only they drive clocks and metrics."""

Priority = Literal["low", "normal", "high", "urgent"]


class Contact(Frozen):
    """A person as a channel showed them. `verified` says whether the channel proved the address."""

    name: str | None = None
    email: str | None = None
    phone: Annotated[str | None, Field(description="E.164, for example +38640123456")] = None
    visitor: Annotated[str | None, Field(description="A nameless visitor's id")] = None
    language: Annotated[str | None, Field(description="BCP 47, for example sl")] = None
    tier: str | None = None
    verified: bool = False


class Attachment(Frozen):
    """A file that came with a message. The bytes stay with ingest; `id` is their SHA-256."""

    id: str
    name: str
    content_type: str
    size: Annotated[int, Field(ge=0, description="bytes")]
    inline: bool = False


class MailHeaders(Frozen):
    """What an answer by mail needs to stay in the thread (RFC 5322, 3.6.4). Ids with angle brackets."""

    message_id: str | None = None
    references: tuple[str, ...] = ()


class Message(Frozen):
    """One message of a conversation. `text` is its new part; quotes are left out when `trimmed`."""

    id: Uuid
    author: Literal["customer", "agent", "system"]
    agent: str | None = None
    sender: Contact | None = None
    visibility: Literal["public", "internal"] = "public"
    channel: str
    text: str
    trimmed: bool = False
    attachments: tuple[Attachment, ...] = ()
    sent_at: AwareDatetime
    received_at: AwareDatetime
    mail: MailHeaders | None = None
    unverified_sender: bool = False


# --- ingest


class TicketOpenedData(Frozen):
    number: Annotated[str, Field(description="For people; a lookup key, never a proof", examples=["K-1000017"])]
    channel: Annotated[str, Field(examples=["email", "form", "whatsapp", "chat", "api", "sms"])]
    mailbox: Annotated[str, Field(description="The address, form or account that received it")]
    direction: Literal["inbound", "outbound"] = "inbound"
    requester: Contact
    title: Annotated[str, Field(description="The subject line, or the first words of the text")]
    language: str | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    status: Status = "new"
    follows: Annotated[Uuid | None, Field(description="The closed ticket that this one continues")] = None
    message: Message


class TicketOpened(Event):
    """A ticket was opened; `data.message` is its first message."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.opened.v1"] = "ticket.opened.v1"
    data: TicketOpenedData


class TicketMessageAddedData(Frozen):
    message: Message


class TicketMessageAdded(Event):
    """A message joined a ticket: the customer's, an agent's reply, or an internal note."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.message_added.v1"] = "ticket.message_added.v1"
    data: TicketMessageAddedData


class TicketStatusChangedData(Frozen):
    status: Status
    previous: Status
    reason: str


class TicketStatusChanged(Event):
    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.status_changed.v1"] = "ticket.status_changed.v1"
    data: TicketStatusChangedData


class MessageSuppressedData(Frozen):
    channel: str
    reason: Annotated[str, Field(examples=["auto-submitted", "bounce", "own mail", "duplicate"])]
    message_id: str | None = None


class MessageSuppressed(Event):
    """An input that opens nothing and joins nothing; `subject` is the input's id."""

    owner: ClassVar[str] = "ingest"
    type: Literal["message.suppressed.v1"] = "message.suppressed.v1"
    data: MessageSuppressedData


# --- routing


class Reason(Frozen):
    """Why a decision came out as it did, for people to read."""

    rule: str
    because: str


class TicketClassifiedData(Frozen):
    category: str
    priority: Priority
    team: str
    tags: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    by: Annotated[str, Field(examples=["rules", "default", "agent:ana", "escalation"])]
    reasons: tuple[Reason, ...]


class TicketClassified(Event):
    """Category, priority and team of a ticket, as a whole: the latest one counts."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.classified.v1"] = "ticket.classified.v1"
    data: TicketClassifiedData


class TicketAssignedData(Frozen):
    state: Literal["assigned", "queued"]
    team: str
    agent: Annotated[str | None, Field(description="None while queued")] = None
    previous_team: str | None = None
    previous_agent: str | None = None
    by: Annotated[str, Field(examples=["least_loaded", "claim:ana", "transfer:ana", "escalation"])]
    reasons: tuple[Reason, ...]


class TicketAssigned(Event):
    """Who has the ticket now, or that it waits in its team's queue, and why."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.assigned.v1"] = "ticket.assigned.v1"
    data: TicketAssignedData


# --- sla

Clock = Literal["first_response", "resolution"]


class SlaChangedData(Frozen):
    clock: Clock
    cycle: Annotated[int, Field(ge=1)] = 1
    change: Annotated[
        Literal["started", "paused", "resumed", "met", "stopped", "cancelled", "retargeted"],
        Field(description="met ended in time, stopped ended after it was due"),
    ]
    due_at: Annotated[AwareDatetime | None, Field(description="None while paused or ended")] = None
    policy: str
    calendar: str
    target_seconds: Annotated[int, Field(ge=0, description="in working time of the calendar")]
    elapsed_seconds: Annotated[int, Field(ge=0, description="working time spent so far")]
    because: str


class SlaChanged(Event):
    """A clock of a ticket started, stopped or moved."""

    owner: ClassVar[str] = "sla"
    type: Literal["sla.changed.v1"] = "sla.changed.v1"
    data: SlaChangedData


class SlaWarnedData(Frozen):
    clock: Clock
    cycle: Annotated[int, Field(ge=1)] = 1
    percent: Annotated[int, Field(ge=1, le=99)]
    due_at: AwareDatetime
    policy: str


class SlaWarned(Event):
    owner: ClassVar[str] = "sla"
    type: Literal["sla.warned.v1"] = "sla.warned.v1"
    data: SlaWarnedData


class SlaBreachedData(Frozen):
    clock: Clock
    cycle: Annotated[int, Field(ge=1)] = 1
    due_at: AwareDatetime
    late_by_seconds: Annotated[int, Field(ge=0, description="how late this was noticed")]
    policy: str


class SlaBreached(Event):
    owner: ClassVar[str] = "sla"
    type: Literal["sla.breached.v1"] = "sla.breached.v1"
    data: SlaBreachedData


class TicketEscalatedData(Frozen):
    clock: Clock
    cycle: Annotated[int, Field(ge=1)] = 1
    level: Annotated[int, Field(ge=1)]
    team: Annotated[str | None, Field(description="hand the ticket to this team")] = None
    priority: Annotated[Priority | None, Field(description="raise it to at least this")] = None
    notify: Annotated[tuple[str, ...], Field(description="roles: owner, lead, manager")] = ()
    due_at: AwareDatetime
    policy: str
    because: str


class TicketEscalated(Event):
    """A level of the policy's ladder was reached. Each level of a clock's cycle happens once."""

    owner: ClassVar[str] = "sla"
    type: Literal["ticket.escalated.v1"] = "ticket.escalated.v1"
    data: TicketEscalatedData


# --- notify


class NotificationData(Frozen):
    notification: Uuid
    kind: Annotated[str, Field(examples=["acknowledgement", "reply", "escalation", "command"])]
    audience: Annotated[str, Field(examples=["requester", "owner", "lead"])]
    channel: Literal["email", "sms"]
    to: str
    language: str
    ticket: Uuid | None = None


class NotificationSentData(NotificationData):
    provider: str
    provider_id: str | None = None
    segments: Annotated[int | None, Field(description="of an SMS")] = None


class NotificationSent(Event):
    """The provider has accepted it, which is not yet delivery; `subject` is the ticket, or the command's id."""

    owner: ClassVar[str] = "notify"
    type: Literal["notification.sent.v1"] = "notification.sent.v1"
    data: NotificationSentData


class NotificationFailedData(NotificationData):
    provider: str
    error: str
    attempts: int


class NotificationFailed(Event):
    """It could not be sent and will not be tried again."""

    owner: ClassVar[str] = "notify"
    type: Literal["notification.failed.v1"] = "notification.failed.v1"
    data: NotificationFailedData


class NotificationSuppressedData(Frozen):
    kind: str
    audience: str
    reason: Annotated[str, Field(examples=["machine", "no address", "internal"])]
    ticket: Uuid | None = None


class NotificationSuppressed(Event):
    """It was deliberately not sent."""

    owner: ClassVar[str] = "notify"
    type: Literal["notification.suppressed.v1"] = "notification.suppressed.v1"
    data: NotificationSuppressedData


EVENTS: dict[str, type[Event]] = by_type(
    [
        TicketOpened,
        TicketMessageAdded,
        TicketStatusChanged,
        MessageSuppressed,
        TicketClassified,
        TicketAssigned,
        SlaChanged,
        SlaWarned,
        SlaBreached,
        TicketEscalated,
        NotificationSent,
        NotificationFailed,
        NotificationSuppressed,
    ]
)
