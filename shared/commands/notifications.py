"""The command that sends a text to a person."""

from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from shared.commands.words import Text
from shared.envelope import Command, Frozen, Uuid


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
