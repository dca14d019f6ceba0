"""The reader of `message.submit`: a customer's message that another system took in and vouches for."""

from datetime import UTC, datetime
from typing import Any

from services.ingest.conversation import handoff
from services.ingest.inbox.inbox import Inbox
from services.ingest.inbox.inputs import Receipt, Received
from services.ingest.inbox.store import InputStore
from services.ingest.normalised import File, Machine, Normalised, Spoken, ThreadHints
from shared.commands import MessageSubmit, MessageSubmitData
from shared.envelope import CONTENT_TYPE
from shared.errors import Refused

CHANNEL = "api"
"""The door of all submitted messages, whatever channel they were taken in by."""


def received(command: MessageSubmit, *, at: datetime) -> Received:
    """The command as an input. Its key is the command's id alone: the same id is the same message."""
    return Received(
        channel=CHANNEL,
        account="",
        key=command.id,
        body=command.encoded(),
        content_type=CONTENT_TYPE,
        received_at=at,
        envelope={
            "cause": {
                "id": command.id,
                "correlationid": command.correlationid,
                "depth": command.depth,
                "traceparent": command.traceparent,
            }
        },
    )


class SubmissionReader:
    """Reads the stored JSON of a `message.submit`."""

    def read(self, received: Received) -> Normalised:
        command = MessageSubmit.model_validate_json(received.body)
        return normalised(command.data, account=command.data.account or command.source)


def normalised(said: MessageSubmitData, *, account: str) -> Normalised:
    """What another system said, in the shape that messages of all channels have."""
    return Normalised(
        channel=said.channel,
        account=account,
        sender=said.sender,
        title=said.title,
        text=said.text,
        language=said.language,
        fields={**said.fields, **handoff.told(said.handed_over)},
        handed_over=tuple(Spoken(**line.model_dump()) for line in said.handed_over),
        attachments=tuple(
            File(name=file.name, content_type=file.content_type, content=file.content) for file in said.files
        ),
        sent_at=said.sent_at,
        machine=Machine(kind="auto", because="the sender says so") if said.machine else None,
        thread=ThreadHints(conversation=said.thread),
    )


class Submissions:
    """Puts `message.submit` into the inbox: by HTTP and over the bus it is the same input."""

    def __init__(self, inbox: Inbox, inputs: InputStore) -> None:
        self._inbox = inbox
        self._inputs = inputs

    async def submit(self, command: MessageSubmit) -> Receipt:
        """Stores the command; the same id again is the same message.

        Two systems that number their messages alike would swallow each other's: an id that comes again
        with another message is `Refused`, which over the bus means parked, and so seen.
        """
        receipt = await self._inbox.receive(received(command, at=datetime.now(UTC)))
        if receipt.repeated:
            earlier = await self._inputs.raw(receipt.input)
            if earlier is not None and _said(MessageSubmit.model_validate_json(earlier)) != _said(command):
                detail = "This id or Idempotency-Key was used for another message; nothing was done. Take a new one."
                raise Refused(status=422, title="The key is taken", detail=detail)
        return receipt

    async def on_submit(self, command: MessageSubmit) -> None:
        await self.submit(command)


def _said(command: MessageSubmit) -> dict[str, Any]:
    """What makes it this message; times and fields may differ when a system sends it again."""
    return command.data.model_dump(include={"channel", "sender", "title", "text", "thread", "files"})
