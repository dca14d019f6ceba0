"""What an agent's mail comes to in the end: its outcome in the ledger, and what routing and notify have to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.ingest.agent_mail.letter import AgentLetter
from services.ingest.inbox.inputs import Pending
from services.ingest.tickets.ticket import Ticket
from shared.change import Change, Update
from shared.envelope import Envelope
from shared.events import (
    AgentInstructed,
    AgentInstructedData,
    MessageSuppressed,
    MessageSuppressedData,
    Transfer,
)

MAX_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Done:
    """What was carried out of a mail, and what was not, in words."""

    understood: Sequence[str] = ()
    mistakes: Sequence[str] = ()
    transfer: Transfer | None = None
    answered: bool = False


def ended(
    letter: AgentLetter, ticket: Ticket, done: Done, *, cause: Envelope, pending: Pending, at: datetime
) -> Change:
    """The mail's outcome. The agent hears of every mistake, with the text, so that nothing has to be written again."""
    reason = f"mail of agent {letter.agent}" + (": not all of it could be carried out" if done.mistakes else "")
    joined = done.answered or not done.mistakes
    outcome = Update(
        "inputs",
        pending.id,
        pending.version,
        {
            "state": "joined" if joined else "suppressed",
            "ticket": ticket.id,
            "number": ticket.number,
            "reason": reason,
            "decided_at": at,
        },
    )
    if done.transfer is None and not done.mistakes:
        return Change(writes=(outcome,))
    told = AgentInstructed.following(
        cause,
        "instructed",
        time=at,
        subject=ticket.id,
        ticketversion=ticket.ticketversion + 1,
        data=AgentInstructedData(
            agent=letter.agent or "",
            transfer=None if done.mistakes else done.transfer,
            understood=tuple(done.understood),
            mistakes=tuple(done.mistakes),
            text=letter.text[:MAX_TEXT] if done.mistakes else "",
        ),
        actor=f"agent:{letter.agent}",
    )
    advanced = Update("tickets", ticket.id, ticket.version, {"ticketversion": ticket.ticketversion + 1})
    return Change(writes=(advanced, outcome), events=(told,))


def refused(letter: AgentLetter, reason: str, *, cause: Envelope, input: str, pending: Pending, at: datetime) -> Change:
    """The mail of an agent whom nobody can tell, or of a machine that answers in an agent's name."""
    told = MessageSuppressed.following(
        cause,
        "suppressed",
        time=at,
        subject=input,
        ticketversion=1,
        data=MessageSuppressedData(channel="email", reason=reason),
        machine=True,
    )
    state = {"state": "suppressed", "ticket": letter.ticket, "number": None, "reason": reason, "decided_at": at}
    return Change(writes=(Update("inputs", pending.id, pending.version, state),), events=(told,))
