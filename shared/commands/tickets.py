"""Commands about tickets and what agents write in them."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from shared.commands.words import File, Name, Text, reachable
from shared.envelope import Command, Frozen, Uuid
from shared.events import Contact, Status


class TicketReplyData(Frozen):
    agent: Name
    text: Text
    visibility: Literal["public", "internal"] = "public"
    status: Annotated[Status | None, Field(description="the status afterwards, in the same step")] = None
    files: Annotated[tuple[File, ...], Field(max_length=20)] = ()


class TicketReply(Command):
    """An agent's answer to the customer, or an internal note; `subject` is the ticket."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.reply.v1"] = "ticket.reply.v1"
    subject: Uuid
    data: TicketReplyData


class TicketSetStatusData(Frozen):
    """A status, or one of the organisation's own phases, which stands for one (config/tickets.yaml)."""

    status: Annotated[Status | None, Field(description="may be left out when `phase` is given")] = None
    phase: Name | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.status is None and self.phase is None:
            raise PydanticCustomError("status", "give `status` or `phase`")
        return self


class TicketSetStatus(Command):
    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.set_status.v1"] = "ticket.set_status.v1"
    subject: Uuid
    data: TicketSetStatusData


class TicketOpenData(Frozen):
    """A ticket that an agent opens: to write to a customer first (outbound), or as a part of another ticket."""

    agent: Name
    requester: Annotated[Contact, AfterValidator(reachable)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    text: Text
    visibility: Literal["public", "internal"] = "public"
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,30}$")] = "email"
    mailbox: Annotated[str, StringConstraints(max_length=200)] = ""
    language: Annotated[str | None, StringConstraints(max_length=35)] = None
    fields: dict[str, Any] = Field(default_factory=dict)
    files: Annotated[tuple[File, ...], Field(max_length=20)] = ()
    parent: Uuid | None = None
    blocks_parent: Annotated[bool, Field(description="the parent can't be resolved before this one is")] = True


class TicketOpen(Command):
    """Opens a ticket on behalf of an agent."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.open.v1"] = "ticket.open.v1"
    data: TicketOpenData


Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class TicketMergeData(Frozen):
    into: Uuid
    reason: Reason


class TicketMerge(Command):
    """Merges `subject` into another ticket; `ticket.unmerge` takes it back."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.merge.v1"] = "ticket.merge.v1"
    subject: Uuid
    data: TicketMergeData


class TicketUnmergeData(Frozen):
    reason: Reason


class TicketUnmerge(Command):
    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.unmerge.v1"] = "ticket.unmerge.v1"
    subject: Uuid
    data: TicketUnmergeData


class TicketSplitOffData(Frozen):
    messages: Annotated[tuple[Uuid, ...], Field(min_length=1, max_length=500)]
    title: Annotated[str, StringConstraints(max_length=300)] = ""
    reason: Reason


class TicketSplitOff(Command):
    """Makes some messages of `subject` a ticket of their own."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.split_off.v1"] = "ticket.split_off.v1"
    subject: Uuid
    data: TicketSplitOffData


class TicketSnoozeData(Frozen):
    until: AwareDatetime
    reason: Reason


class TicketSnooze(Command):
    """Puts the ticket off until a time, or until the customer writes."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.snooze.v1"] = "ticket.snooze.v1"
    subject: Uuid
    data: TicketSnoozeData


class TicketLogTimeData(Frozen):
    agent: Name
    seconds: Annotated[int, Field(ge=-360_000, le=360_000, description="not 0; negative only in a correction")]
    kind: Name = "work"
    note: Annotated[str, StringConstraints(max_length=500)] = ""
    corrects: Uuid | None = None


class TicketLogTime(Command):
    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.log_time.v1"] = "ticket.log_time.v1"
    subject: Uuid
    data: TicketLogTimeData


class TicketRateData(Frozen):
    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[str, StringConstraints(max_length=2_000)] = ""
    answers: Annotated[dict[Name, Annotated[str, StringConstraints(max_length=500)]], Field(max_length=20)] = Field(
        default_factory=dict
    )


class TicketRate(Command):
    """The customer's rating of the latest resolution."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.rate.v1"] = "ticket.rate.v1"
    subject: Uuid
    data: TicketRateData


class TicketChangeData(Frozen):
    title: Annotated[str | None, StringConstraints(min_length=1, max_length=300)] = None
    fields: dict[str, Any] = Field(default_factory=dict)
    reason: Reason


class TicketChange(Command):
    """Changes title or fields of a ticket; a field that is null is removed."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.change.v1"] = "ticket.change.v1"
    subject: Uuid
    data: TicketChangeData


class TicketRedactData(Frozen):
    what: Annotated[tuple[Literal["text", "attachments", "contact", "raw"], ...], Field(min_length=1, max_length=4)]
    messages: Annotated[tuple[Uuid, ...], Field(max_length=500, description="none: all of the ticket")] = ()
    reason: Reason


class TicketRedact(Command):
    """Removes personal data from a ticket for good; ticket.redacted proves it."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.redact.v1"] = "ticket.redact.v1"
    subject: Uuid
    data: TicketRedactData
