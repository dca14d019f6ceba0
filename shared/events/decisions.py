"""What routing states: what a ticket is about, and who has it."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.envelope import Event, Frozen

Priority = Literal["low", "normal", "high", "urgent"]
Severity = Literal["low", "normal", "high"]
"""Of impact and urgency, from which the priority follows."""


class Reason(Frozen):
    """Why a decision came out as it did, for people to read."""

    rule: str
    because: str


class ModelVerdict(Frozen):
    """What the learned classification said about a ticket that no rule gave a category."""

    version: Annotated[str, Field(description="of the model")]
    category: str
    probability: Annotated[float, Field(ge=0, le=1, description="calibrated: how often such an answer is right")]
    decision: Annotated[
        Literal["applied", "suggested", "abstained"], Field(description="by the two thresholds of the model")
    ]
    threshold: Annotated[float, Field(ge=0, le=1, description="from which on it would have been applied")]
    alternatives: Annotated[dict[str, float], Field(default_factory=dict, description="the next ones, by category")]


class TicketClassifiedData(Frozen):
    category: str
    priority: Priority
    team: str
    tags: tuple[str, ...] = ()
    skills: Annotated[tuple[str, ...], Field(description="required of whoever gets it")] = ()
    levels: Annotated[
        dict[str, int], Field(default_factory=dict, description="from 1 to 5, of the required skills that name one")
    ]
    prefers: Annotated[
        dict[str, int], Field(default_factory=dict, description="skills that count for a while, and their levels")
    ]
    impact: Severity | None = None
    urgency: Severity | None = None
    model: Annotated[ModelVerdict | None, Field(description="None when it was not asked")] = None
    by: Annotated[str, Field(examples=["rules", "model", "default", "agent:ana", "escalation"])]
    reasons: tuple[Reason, ...]


class TicketClassified(Event):
    """Category, priority and team of a ticket, as a whole: the latest one counts."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.classified.v1"] = "ticket.classified.v1"
    data: TicketClassifiedData


class CandidateLoad(Frozen):
    """An agent as a choice saw them."""

    agent: str
    load: Annotated[int, Field(ge=0, description="weighted units of work")]
    capacity: Annotated[int, Field(ge=0, description="in the same units")]
    hindrance: Annotated[str | None, Field(description="why they could not take it; None: they could")] = None


class TicketAssignedData(Frozen):
    state: Literal["assigned", "queued"]
    team: str
    agent: Annotated[str | None, Field(description="None while queued")] = None
    previous_team: str | None = None
    previous_agent: str | None = None
    by: Annotated[str, Field(examples=["least_loaded", "claim:ana", "transfer:ana", "escalation"])]
    waiting_since: Annotated[AwareDatetime | None, Field(description="its place in the queue, while queued")] = None
    hops: Annotated[int, Field(ge=0, description="how many times it was handed over")] = 0
    candidates: Annotated[tuple[CandidateLoad, ...], Field(description="who was considered, the best first")] = ()
    reasons: tuple[Reason, ...]


class TicketAssigned(Event):
    """Who has the ticket now, or that it waits in its team's queue, and why."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.assigned.v1"] = "ticket.assigned.v1"
    data: TicketAssignedData


class TicketOfferedData(Frozen):
    agent: str
    team: str
    state: Literal["offered", "accepted", "declined", "expired", "withdrawn"]
    until: Annotated[AwareDatetime, Field(description="who has not answered by then loses the offer")]
    because: str


class TicketOffered(Event):
    """A waiting ticket was offered to an agent, or the offer has ended. Until it is accepted the ticket waits."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.offered.v1"] = "ticket.offered.v1"
    data: TicketOfferedData


class AgentChangedData(Frozen):
    agent: str
    state: Annotated[
        Literal["available", "away", "offline", "off_shift", "on_leave"],
        Field(description="away by their own word, offline when their programs fell silent"),
    ]
    previous: Literal["available", "away", "offline", "off_shift", "on_leave"] | None = None
    until: Annotated[AwareDatetime | None, Field(description="when this is known to end")] = None
    because: str


class AgentChanged(Event):
    """An agent came or went; `subject` is derived from the agent's name, `ticketversion` counts the changes."""

    owner: ClassVar[str] = "routing"
    type: Literal["agent.changed.v1"] = "agent.changed.v1"
    data: AgentChangedData
