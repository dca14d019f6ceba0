"""What ingest states about what came in beside customers' messages: edits, bounces, quarantine, calls, breakers."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.envelope import Event, Frozen, Uuid
from shared.events.conversation import Contact


class MessageEditedData(Frozen):
    message: Annotated[Uuid, Field(description="The message whose text changed; the earlier text is kept")]
    text: str
    edited_at: AwareDatetime


class MessageEdited(Event):
    """The customer changed a message where it was written; `subject` is the ticket."""

    owner: ClassVar[str] = "ingest"
    type: Literal["message.edited.v1"] = "message.edited.v1"
    data: MessageEditedData


class MessageDeletedData(Frozen):
    message: Uuid
    deleted_at: AwareDatetime


class MessageDeleted(Event):
    """The customer took a message back where it was written; here it is kept and marked."""

    owner: ClassVar[str] = "ingest"
    type: Literal["message.deleted.v1"] = "message.deleted.v1"
    data: MessageDeletedData


class MessageQuarantinedData(Frozen):
    channel: str
    account: str
    state: Literal["held", "released", "deleted", "expired"]
    reason: str
    expires_at: AwareDatetime | None = None


class MessageQuarantined(Event):
    """An input that looks like spam waits for a person, or its waiting has ended; `subject` is the input."""

    owner: ClassVar[str] = "ingest"
    type: Literal["message.quarantined.v1"] = "message.quarantined.v1"
    data: MessageQuarantinedData


class DeliveryBouncedData(Frozen):
    """One recipient of a delivery report (RFC 3464) or a complaint (RFC 5965)."""

    recipient: str
    action: Literal["failed", "delayed", "delivered", "relayed", "expanded", "complaint"]
    status: Annotated[str, Field(description="x.y.z of RFC 3463; empty when not stated", examples=["5.1.1", ""])] = ""
    reply_code: Annotated[str, Field(description="of SMTP; empty when not stated", examples=["550", ""])] = ""
    diagnostic: str = ""
    reason: Annotated[str, Field(examples=["userunknown", "mailboxfull", "feedback"])] = ""
    hard: Annotated[bool | None, Field(description="Sending again is pointless; None when not known")] = None
    message_id: Annotated[str | None, Field(description="Of the mail that came back, with angle brackets")] = None
    ticket: Annotated[Uuid | None, Field(description="The ticket that the mail belonged to")] = None


class DeliveryBounced(Event):
    """A mail server told what became of a mail of ours; `subject` is its ticket, or else the input."""

    owner: ClassVar[str] = "ingest"
    type: Literal["delivery.bounced.v1"] = "delivery.bounced.v1"
    data: DeliveryBouncedData


class BreakerChangedData(Frozen):
    scope: Literal["sender", "thread", "domain", "ticket"]
    key: Annotated[str, Field(description="A hash of whom it is about; a domain stands in clear")]
    state: Annotated[Literal["open", "closed"], Field(description="open: nobody answers automatically")]
    limit: Annotated[int, Field(ge=1)]
    window_seconds: Annotated[int, Field(ge=1)]
    because: str


class BreakerChanged(Event):
    """Too many messages that would be answered automatically came from one side, or no longer do."""

    owner: ClassVar[str] = "ingest"
    type: Literal["breaker.changed.v1"] = "breaker.changed.v1"
    data: BreakerChangedData


class CallIdentifiedData(Frozen):
    call: Annotated[str, Field(description="The provider's id of the call")]
    state: Literal["ringing", "answered", "ended", "missed", "recorded"]
    direction: Literal["inbound", "outbound"] = "inbound"
    caller: Contact
    called: Annotated[str, Field(description="The number that was called, E.164")]
    customer: Uuid | None = None
    tickets: Annotated[tuple[Uuid, ...], Field(description="The caller's open tickets, the latest first")] = ()
    seconds: Annotated[int | None, Field(ge=0, description="Of the call, once it has ended")] = None
    redacted: Annotated[bool, Field(description="Who called was removed, here and from earlier events")] = False


class CallIdentified(Event):
    """A call and who is calling: what an agent's screen shows as it rings. `subject` is the call."""

    owner: ClassVar[str] = "ingest"
    type: Literal["call.identified.v1"] = "call.identified.v1"
    data: CallIdentifiedData
