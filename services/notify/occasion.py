"""Something that happened to a ticket and that somebody may want to hear of."""

from typing import Literal

from pydantic import AwareDatetime

from services.notify.configuration import Moment
from shared.envelope import Envelope, Event, Frozen
from shared.events import Clock, TicketAssigned, TicketEscalated, TicketMessageAdded, TicketOpened


class Occasion(Frozen):
    """The moment, the event behind it without its body, and what of the body a notification needs.

    `roles` are the colleagues who are told: the ones that an escalation names.
    """

    moment: Moment | Literal["command"]
    cause: Envelope
    text: str = ""
    title: str = ""
    agent: str | None = None
    team: str | None = None
    roles: tuple[str, ...] = ()
    level: int = 0
    clock: Clock | None = None
    due_at: AwareDatetime | None = None

    @property
    def automatic(self) -> bool:
        """Whether a machine speaks: everything but what an agent wrote (RFC 3834)."""
        return self.moment != "agent.replied"


def occasion_of(event: Event) -> Occasion | None:
    """The occasion that an event is, if it is one. Internal notes never are."""
    match event:
        case TicketOpened(data=opened):
            if opened.direction == "outbound" or opened.message.visibility != "public":
                return None
            return Occasion(moment="ticket.opened", cause=without_body(event))
        case TicketMessageAdded(data=added):
            message = added.message
            if message.author != "agent" or message.visibility != "public":
                return None
            return Occasion(moment="agent.replied", cause=without_body(event), text=message.text, agent=message.agent)
        case TicketAssigned(data=given):
            if given.agent is None or given.agent == given.previous_agent:
                return None
            return Occasion(moment="ticket.assigned", cause=without_body(event), agent=given.agent, team=given.team)
        case TicketEscalated(data=escalated):
            return Occasion(
                moment="ticket.escalated",
                cause=without_body(event),
                roles=escalated.notify,
                level=escalated.level,
                clock=escalated.clock,
                due_at=escalated.due_at,
            )
    return None


def without_body(event: Envelope) -> Envelope:
    """The envelope alone, which later events name as their cause."""
    return Envelope.model_validate(event.model_dump(exclude={"data"}))
