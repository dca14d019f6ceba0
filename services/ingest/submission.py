"""The reader of `message.submit`: a customer's message that another system took in and vouches for."""

from datetime import UTC, datetime

from services.ingest.inbox import Inbox
from services.ingest.inputs import Receipt, Received
from services.ingest.normalised import File, Machine, Normalised, ThreadHints
from shared.commands import MessageSubmit
from shared.envelope import CONTENT_TYPE

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
        said = command.data
        return Normalised(
            channel=said.channel,
            account=said.account or command.source,
            sender=said.sender,
            title=said.title,
            text=said.text,
            language=said.language,
            fields=said.fields,
            attachments=tuple(
                File(name=file.name, content_type=file.content_type, content=file.content) for file in said.files
            ),
            sent_at=said.sent_at,
            machine=Machine(kind="auto", because="the sender says so") if said.machine else None,
            thread=ThreadHints(conversation=said.thread),
        )


class Submissions:
    """Puts `message.submit` into the inbox: by HTTP and over the bus it is the same input."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def submit(self, command: MessageSubmit) -> Receipt:
        """Stores the command; the same id again is the same message."""
        return await self._inbox.receive(received(command, at=datetime.now(UTC)))

    async def on_submit(self, command: MessageSubmit) -> None:
        await self.submit(command)
