"""What routing states: what a ticket is about, and who has it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.envelope import Event, Frozen

Priority = Literal["low", "normal", "high", "urgent"]


class Reason(Frozen):
    """Why a decision came out as it did, for people to read."""

    rule: str
    because: str


class TicketClassifiedData(Frozen):
    category: str
    priority: Priority
    team: str
    tags: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    by: Annotated[str, Field(examples=["rules", "default", "agent:ana", "escalation"])]
    reasons: tuple[Reason, ...]


class TicketClassified(Event):
    """Category, priority and team of a ticket, as a whole: the latest one counts."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.classified.v1"] = "ticket.classified.v1"
    data: TicketClassifiedData


class TicketAssignedData(Frozen):
    state: Literal["assigned", "queued"]
    team: str
    agent: Annotated[str | None, Field(description="None while queued")] = None
    previous_team: str | None = None
    previous_agent: str | None = None
    by: Annotated[str, Field(examples=["least_loaded", "claim:ana", "transfer:ana", "escalation"])]
    reasons: tuple[Reason, ...]


class TicketAssigned(Event):
    """Who has the ticket now, or that it waits in its team's queue, and why."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.assigned.v1"] = "ticket.assigned.v1"
    data: TicketAssignedData
