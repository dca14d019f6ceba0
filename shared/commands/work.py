"""Commands about who works on a ticket, and as what."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from shared.commands.words import Name
from shared.envelope import Command, Frozen, Uuid
from shared.events import Priority, Severity

Why = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class TicketClaimData(Frozen):
    agent: Name
    lease_seconds: Annotated[
        int | None,
        Field(ge=30, le=86_400, description="back into the queue unless the agent acts within it; else as the team's"),
    ] = None


class TicketClaim(Command):
    """An agent takes a ticket from the queue, or accepts an offer; refused when somebody has it."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.claim.v1"] = "ticket.claim.v1"
    subject: Uuid
    data: TicketClaimData


class TicketTransferData(Frozen):
    team: Name | None = None
    agent: Name | None = None
    back: Annotated[bool, Field(description="to whoever had it before; team and agent stay out")] = False
    reason: Why


class TicketTransfer(Command):
    """Hands a ticket to another team, another agent, or both."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.transfer.v1"] = "ticket.transfer.v1"
    subject: Uuid
    data: TicketTransferData


class TicketClassifyData(Frozen):
    category: Name | None = None
    priority: Priority | None = None
    tags: tuple[Name, ...] | None = None
    impact: Severity | None = None
    urgency: Severity | None = None
    reason: Why


class TicketClassify(Command):
    """A person corrects what rules or model decided; a priority given so may be lower."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.classify.v1"] = "ticket.classify.v1"
    subject: Uuid
    data: TicketClassifyData


class TicketReleaseData(Frozen):
    reason: Why


class TicketRelease(Command):
    """Puts a ticket back into its team's queue, where it keeps its place by age; its agent does not get it again."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.release.v1"] = "ticket.release.v1"
    subject: Uuid
    data: TicketReleaseData


class TicketDeclineData(Frozen):
    agent: Name
    reason: Why


class TicketDecline(Command):
    """An agent does not take a ticket that was offered; the next one is asked."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.decline.v1"] = "ticket.decline.v1"
    subject: Uuid
    data: TicketDeclineData


class AgentSetPresenceData(Frozen):
    agent: Name
    state: Annotated[Literal["available", "away"], Field(description="available takes an earlier `away` back")]
    until: Annotated[AwareDatetime | None, Field(description="away ends by itself then")] = None
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


class AgentSetPresence(Command):
    """An agent says that they are away, or back."""

    owner: ClassVar[str] = "routing"
    type: Literal["agent.set_presence.v1"] = "agent.set_presence.v1"
    data: AgentSetPresenceData
