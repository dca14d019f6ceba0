"""What notify states: what was sent to whom, what could not be, and what was deliberately not."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.envelope import Event, Frozen, Uuid


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
