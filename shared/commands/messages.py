"""Commands that bring a customer's message in."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from shared.commands.words import File, Text, reachable
from shared.envelope import Command, Frozen
from shared.events import Contact


class TranscriptLine(Frozen):
    """What was said before a bot handed over."""

    author: Literal["customer", "bot"]
    text: Text
    sent_at: AwareDatetime


class MessageSubmitData(Frozen):
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,30}$")] = "api"
    account: Annotated[str, StringConstraints(max_length=200)] = ""
    sender: Annotated[Contact, AfterValidator(reachable)]
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
    handed_over: Annotated[
        tuple[TranscriptLine, ...],
        Field(max_length=500, description="By a bot: what was said before, the earliest line first"),
    ] = ()


class MessageSubmit(Command):
    """A customer's message that another system took in."""

    owner: ClassVar[str] = "ingest"
    type: Literal["message.submit.v1"] = "message.submit.v1"
    data: MessageSubmitData
