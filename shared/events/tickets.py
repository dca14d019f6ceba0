"""What ingest states about whole tickets beside their messages and status: how they are joined, put off, rated."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.envelope import Event, Frozen, Uuid


class TicketMergedData(Frozen):
    into: Annotated[Uuid, Field(description="The ticket in which the conversation goes on")]
    into_number: str
    number: Annotated[str, Field(description="Of the ticket that was merged")]
    reason: str


class TicketMerged(Event):
    """`subject` was merged into another ticket: it is closed, and later messages land on the other one."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.merged.v1"] = "ticket.merged.v1"
    data: TicketMergedData


class TicketUnmergedData(Frozen):
    out_of: Annotated[Uuid, Field(description="The ticket that it had been merged into")]
    number: str
    reason: str


class TicketUnmerged(Event):
    """A merge was taken back: `subject` is a ticket of its own again."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.unmerged.v1"] = "ticket.unmerged.v1"
    data: TicketUnmergedData


class TicketSplitData(Frozen):
    into: Annotated[Uuid, Field(description="The new ticket; its ticket.opened says `split_from`")]
    into_number: str
    messages: Annotated[tuple[Uuid, ...], Field(description="The messages that went over")]
    reason: str


class TicketSplit(Event):
    """Some messages of `subject` were made a ticket of their own."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.split.v1"] = "ticket.split.v1"
    data: TicketSplitData


class TicketSnoozedData(Frozen):
    until: Annotated[AwareDatetime | None, Field(description="None: the snooze is over")]
    reason: str


class TicketSnoozed(Event):
    """The ticket was put off until a time, or woke. The status says `on_hold` while it sleeps."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.snoozed.v1"] = "ticket.snoozed.v1"
    data: TicketSnoozedData


class TicketTimeLoggedData(Frozen):
    agent: str
    seconds: Annotated[int, Field(description="Negative in a correction")]
    kind: Annotated[str, Field(examples=["work", "travel", "call"])]
    note: str = ""
    corrects: Annotated[Uuid | None, Field(description="The earlier ticket.time_logged that this one corrects")] = None


class TicketTimeLogged(Event):
    """Somebody worked on the ticket. A correction is an entry of its own; the sum is what counts."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.time_logged.v1"] = "ticket.time_logged.v1"
    data: TicketTimeLoggedData


class TicketRatedData(Frozen):
    score: Annotated[int, Field(ge=1, le=5, description="5 is the best")]
    cycle: Annotated[int, Field(ge=1, description="The resolution that was rated: 1 is the first one")]
    comment: str = ""
    answers: Annotated[dict[str, str], Field(default_factory=dict, description="To the survey's further questions")]


class TicketRated(Event):
    """The customer rated how the ticket was resolved. A later rating of the same cycle replaces the earlier."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.rated.v1"] = "ticket.rated.v1"
    data: TicketRatedData


class TicketThankedData(Frozen):
    message: Annotated[Uuid, Field(description="The message that said no more than thanks")]
    because: str


class TicketThanked(Event):
    """The customer only said thanks, so the ticket stayed resolved."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.thanked.v1"] = "ticket.thanked.v1"
    data: TicketThankedData


class TicketChangedData(Frozen):
    title: str | None = None
    fields: Annotated[dict[str, object], Field(default_factory=dict, description="Only those that changed")]
    reason: str


class TicketChanged(Event):
    """Title or fields of the ticket were changed by a person or a system."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.changed.v1"] = "ticket.changed.v1"
    data: TicketChangedData


class TicketRedactedData(Frozen):
    what: Annotated[
        tuple[Literal["text", "attachments", "contact", "raw"], ...], Field(description="The kinds of content removed")
    ]
    messages: Annotated[
        tuple[Uuid, ...],
        Field(description="What goes of the opening one goes of title, fields and requester too"),
    ] = ()
    whole: Annotated[bool, Field(description="All of the ticket, not only these messages")] = False
    inputs: tuple[Uuid, ...] = ()
    attachments: Annotated[tuple[str, ...], Field(description="SHA-256 of each file that was removed")] = ()
    proof: Annotated[str, Field(description="SHA-256 over the removed contents, in the order of `messages`")]
    reason: str


class TicketRedacted(Event):
    """Personal data was removed for good; whoever keeps a copy of these messages removes it too."""

    owner: ClassVar[str] = "ingest"
    type: Literal["ticket.redacted.v1"] = "ticket.redacted.v1"
    data: TicketRedactedData
