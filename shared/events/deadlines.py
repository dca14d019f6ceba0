"""What sla states: clocks, warnings, breaches and escalations."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.envelope import Event, Frozen
from shared.events.decisions import Priority

Clock = Literal["first_response", "resolution"]


class SlaChangedData(Frozen):
    clock: Clock
    cycle: Annotated[int, Field(ge=1)] = 1
    change: Annotated[
        Literal["started", "paused", "resumed", "met", "stopped", "cancelled", "retargeted"],
        Field(description="met ended in time, stopped ended after it was due"),
    ]
    due_at: Annotated[AwareDatetime | None, Field(description="None while paused or ended")] = None
    policy: str
    calendar: str
    target_seconds: Annotated[int, Field(ge=0, description="in working time of the calendar")]
    elapsed_seconds: Annotated[int, Field(ge=0, description="working time spent so far")]
    because: str


class SlaChanged(Event):
    """A clock of a ticket started, stopped or moved."""

    owner: ClassVar[str] = "sla"
    type: Literal["sla.changed.v1"] = "sla.changed.v1"
    data: SlaChangedData


class SlaWarnedData(Frozen):
    clock: Clock
    cycle: Annotated[int, Field(ge=1)] = 1
    percent: Annotated[int, Field(ge=1, le=99)]
    due_at: AwareDatetime
    policy: str


class SlaWarned(Event):
    owner: ClassVar[str] = "sla"
    type: Literal["sla.warned.v1"] = "sla.warned.v1"
    data: SlaWarnedData


class SlaBreachedData(Frozen):
    clock: Clock
    cycle: Annotated[int, Field(ge=1)] = 1
    due_at: AwareDatetime
    late_by_seconds: Annotated[int, Field(ge=0, description="how late this was noticed")]
    policy: str


class SlaBreached(Event):
    owner: ClassVar[str] = "sla"
    type: Literal["sla.breached.v1"] = "sla.breached.v1"
    data: SlaBreachedData


class TicketEscalatedData(Frozen):
    clock: Clock
    cycle: Annotated[int, Field(ge=1)] = 1
    level: Annotated[int, Field(ge=1)]
    team: Annotated[str | None, Field(description="hand the ticket to this team")] = None
    priority: Annotated[Priority | None, Field(description="raise it to at least this")] = None
    notify: Annotated[tuple[str, ...], Field(description="roles: owner, lead, manager")] = ()
    due_at: AwareDatetime
    policy: str
    because: str


class TicketEscalated(Event):
    """A level of the policy's ladder was reached. Each level of a clock's cycle happens once."""

    owner: ClassVar[str] = "sla"
    type: Literal["ticket.escalated.v1"] = "ticket.escalated.v1"
    data: TicketEscalatedData
