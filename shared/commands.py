"""Every command that Kartica takes, by HTTP or over the exchange `kartica.commands`, with its owner."""

import base64
import binascii
import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, AwareDatetime, Base64Encoder, EncodedBytes, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.envelope import Command, Frozen, Uuid, by_type
from shared.events import Contact, Priority, Status

ADDRESS = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,255}")
PHONE = re.compile(r"\+[1-9][0-9]{1,14}")
Text = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]


class StrictBase64(Base64Encoder):
    """Base64 (RFC 4648, section 4); pydantic's own drops what it can't read, and with it the file."""

    @classmethod
    def decode(cls, data: bytes) -> bytes:
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error as error:
            raise PydanticCustomError("base64_decode", "not base64: {error}", {"error": str(error)}) from error

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return base64.b64encode(value)


class File(Frozen):
    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    content_type: Annotated[str, StringConstraints(max_length=127)] = "application/octet-stream"
    content: Annotated[bytes, EncodedBytes(encoder=StrictBase64), Field(description="base64")]


def _reachable(sender: Contact) -> Contact:
    """An address that nobody could answer to is the publisher's mistake, and is told at once."""
    if sender.email is not None and not ADDRESS.fullmatch(sender.email):
        raise PydanticCustomError("address", "email is not an address of the form name@host")
    if sender.phone is not None and not PHONE.fullmatch(sender.phone):
        raise PydanticCustomError("phone", "phone is not in E.164, for example +38640123456")
    return sender


class MessageSubmitData(Frozen):
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,30}$")] = "api"
    account: Annotated[str, StringConstraints(max_length=200)] = ""
    sender: Annotated[Contact, AfterValidator(_reachable)]
    title: Annotated[str, StringConstraints(max_length=998)] = ""
    text: Text
    language: Annotated[str | None, StringConstraints(max_length=35)] = None
    fields: dict[str, Any] = Field(default_factory=dict)
    thread: Annotated[
        str | None, Field(max_length=200, description="The sender's own conversation id: same id, same ticket")
    ] = None
    files: Annotated[tuple[File, ...], Field(max_length=20)] = ()
    sent_at: AwareDatetime | None = None
    machine: bool = False


class MessageSubmit(Command):
    """A customer's message that another system took in."""

    owner: ClassVar[str] = "ingest"
    type: Literal["message.submit.v1"] = "message.submit.v1"
    data: MessageSubmitData


class TicketReplyData(Frozen):
    agent: Name
    text: Text
    visibility: Literal["public", "internal"] = "public"
    status: Annotated[Status | None, Field(description="the status afterwards, in the same step")] = None


class TicketReply(Command):
    """An agent's answer to the customer, or an internal note; `subject` is the ticket."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.reply.v1"] = "ticket.reply.v1"
    subject: Uuid
    data: TicketReplyData


class TicketSetStatusData(Frozen):
    status: Status
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class TicketSetStatus(Command):
    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.set_status.v1"] = "ticket.set_status.v1"
    subject: Uuid
    data: TicketSetStatusData


class TicketClaimData(Frozen):
    agent: Name


class TicketClaim(Command):
    """An agent takes a ticket from the queue; refused when somebody has it."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.claim.v1"] = "ticket.claim.v1"
    subject: Uuid
    data: TicketClaimData


class TicketTransferData(Frozen):
    team: Name | None = None
    agent: Name | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class TicketTransfer(Command):
    """Hands a ticket to another team, another agent, or both."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.transfer.v1"] = "ticket.transfer.v1"
    subject: Uuid
    data: TicketTransferData


class TicketClassifyData(Frozen):
    category: Name | None = None
    priority: Priority | None = None
    tags: tuple[Name, ...] | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class TicketClassify(Command):
    """A person corrects what the rules decided."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.classify.v1"] = "ticket.classify.v1"
    subject: Uuid
    data: TicketClassifyData


class NotificationSendData(Frozen):
    channel: Literal["email", "sms"]
    to: Annotated[str, StringConstraints(min_length=3, max_length=320)]
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    text: Text
    language: Annotated[str, StringConstraints(max_length=35)] = "en"


class NotificationSend(Command):
    """Sends a text to a person; `subject`, when given, is the ticket that it belongs to."""

    owner: ClassVar[str] = "notify"
    type: Literal["notification.send.v1"] = "notification.send.v1"
    subject: Uuid | None = None
    data: NotificationSendData


COMMANDS: dict[str, type[Command]] = by_type(
    [
        MessageSubmit,
        TicketReply,
        TicketSetStatus,
        TicketClaim,
        TicketTransfer,
        TicketClassify,
        NotificationSend,
    ]
)
