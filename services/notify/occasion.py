"""Something that happened to a ticket and that somebody may want to hear of."""

from typing import Literal

from pydantic import AwareDatetime

from services.notify.configuration import Moment
from shared.envelope import Envelope, Event, Frozen
from shared.events import (
    AgentInstructed,
    Attachment,
    Clock,
    Message,
    TicketAssigned,
    TicketEscalated,
    TicketMessageAdded,
    TicketOpened,
)


class Occasion(Frozen):
    """The moment, the event behind it without its body, and what of the body a notification needs.

    `roles` are the colleagues who are told: the ones that an escalation names.
    """

    moment: Moment | Literal["command"]
    cause: Envelope
    message: str | None = None
    text: str = ""
    files: tuple[Attachment, ...] = ()
    title: str = ""
    agent: str | None = None
    team: str | None = None
    roles: tuple[str, ...] = ()
    level: int = 0
    understood: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    clock: Clock | None = None
    due_at: AwareDatetime | None = None

    @property
    def automatic(self) -> bool:
        """Whether a machine speaks: everything but what an agent wrote (RFC 3834)."""
        return self.moment != "agent.replied"


def occasions_of(event: Event) -> tuple[Occasion, ...]:
    """The occasions that an event is. An internal note is one only for those whom it mentions."""
    cause = without_body(event)
    match event:
        case TicketOpened(data=opened):
            if opened.split_from is not None:
                return ()  # what it consists of was told when it was written
            if opened.direction == "outbound":
                return _of_message(opened.message, cause)
            if opened.message.visibility != "public":
                return ()
            return (Occasion(moment="ticket.opened", cause=cause),)
        case TicketMessageAdded(data=added):
            return _of_message(added.message, cause)
        case TicketAssigned(data=given):
            if given.agent is None or given.agent == given.previous_agent:
                return ()
            return (Occasion(moment="ticket.assigned", cause=cause, agent=given.agent, team=given.team),)
        case TicketEscalated(data=escalated):
            escalation = Occasion(
                moment="ticket.escalated",
                cause=cause,
                roles=escalated.notify,
                level=escalated.level,
                clock=escalated.clock,
                due_at=escalated.due_at,
            )
            return (escalation,)
        case AgentInstructed(data=told) if told.mistakes:
            mistake = Occasion(
                moment="agent.mistaken",
                cause=cause,
                agent=told.agent,
                text=told.text,
                understood=told.understood,
                mistakes=told.mistakes,
            )
            return (mistake,)
    return ()


def _of_message(message: Message, cause: Envelope) -> tuple[Occasion, ...]:
    if message.author == "customer":
        wrote = Occasion(moment="customer.wrote", cause=cause, message=message.id, text=message.text)
        return () if cause.machine else (wrote,)
    if message.visibility == "internal":
        return tuple(
            Occasion(moment="agent.mentioned", cause=cause, message=message.id, text=message.text, agent=name)
            for name in dict.fromkeys(message.mentions)
        )
    if message.author != "agent":
        return ()
    replied = Occasion(
        moment="agent.replied",
        cause=cause,
        message=message.id,
        text=message.text,
        files=message.attachments,
        agent=message.agent,
    )
    return (replied,)


def without_body(event: Envelope) -> Envelope:
    """The envelope alone, which later events name as their cause."""
    return Envelope.model_validate(event.model_dump(exclude={"data"}))
