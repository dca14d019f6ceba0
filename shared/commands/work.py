"""Commands about who works on a ticket, and as what."""

from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from shared.commands.words import Name
from shared.envelope import Command, Frozen, Uuid
from shared.events import Priority


class TicketClaimData(Frozen):
    agent: Name


class TicketClaim(Command):
    """An agent takes a ticket from the queue; refused when somebody has it."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.claim.v1"] = "ticket.claim.v1"
    subject: Uuid
    data: TicketClaimData


class TicketTransferData(Frozen):
    team: Name | None = None
    agent: Name | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


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
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class TicketClassify(Command):
    """A person corrects what the rules decided."""

    owner: ClassVar[str] = "routing"
    type: Literal["ticket.classify.v1"] = "ticket.classify.v1"
    subject: Uuid
    data: TicketClassifyData
