"""What ingest states: tickets and their messages."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.envelope import Event, Frozen, Uuid
from shared.events.customers import Identity

Status = Literal["new", "open", "pending_customer", "on_hold", "resolved", "closed", "spam"]
"""The seven categories of status. Only they drive clocks and metrics."""


class Contact(Frozen):
    """A person as a channel showed them. `verified` says whether the channel proved the address.

    `identities` are the further names by which the channel knows them (WhatsApp, Telegram, Slack …).
    """

    name: str | None = None
    email: str | None = None
    phone: Annotated[str | None, Field(description="E.164, for example +38640123456")] = None
    visitor: Annotated[str | None, Field(description="A nameless visitor's id")] = None
    language: Annotated[str | None, Field(description="BCP 47, for example sl")] = None
    tier: str | None = None
    verified: bool = False
    identities: Annotated[
        tuple[Identity, ...],
        Field(max_length=20, description="The provider's own ids of the person, with what proved each"),
    ] = ()


class Attachment(Frozen):
    """A file that came with a message. The bytes stay with ingest; `id` is their SHA-256."""

    id: str
    name: str
    content_type: Annotated[str, Field(description="as its sender declares it")]
    size: Annotated[int, Field(ge=0, description="bytes")]
    inline: bool = False
    sniffed: Annotated[str | None, Field(description="the media type that the bytes tell, where they tell one")] = None


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
    posted: Annotated[
        Literal["direct", "comment", "mention"], Field(description="comments and mentions are read by everybody")
    ] = "direct"
    mentions: Annotated[tuple[str, ...], Field(description="The agents whom an internal note calls by @name")] = ()
    channel_id: Annotated[str | None, Field(description="The id that the channel's provider gave the message")] = None
    reply_until: Annotated[
        AwareDatetime | None, Field(description="After this the channel takes no free text any more")
    ] = None


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
    customer: Annotated[Uuid | None, Field(description="Whom the requester is known as")] = None
    split_from: Annotated[Uuid | None, Field(description="The ticket whose messages this one took over")] = None
    parent: Annotated[Uuid | None, Field(description="The ticket that this one is a part of")] = None
    first_contact_at: Annotated[
        AwareDatetime | None, Field(description="When a bot handed over: the customer's first message to the bot")
    ] = None
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
    previous: Annotated[Status, Field(description="the same as `status` when only the phase changed")]
    reason: str
    phase: Annotated[str | None, Field(description="The organisation's own name for where the ticket stands")] = None


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
