"""What the customer thinks of a resolution: one rating for each, the latest word counts."""

from datetime import datetime

from services.ingest.conversation.answers import answer
from services.ingest.conversation.standing import refuse_merged
from services.ingest.tickets import facts
from services.ingest.tickets.ticket import Ticket
from shared.change import Change
from shared.commands import TicketRate
from shared.errors import Refused
from shared.events import TicketRated, TicketRatedData


def rate(ticket: Ticket, command: TicketRate, *, at: datetime) -> Change:
    """Rates the latest resolution, also when the ticket was opened again or closed since."""
    refuse_merged(ticket)
    if ticket.resolutions < 1:
        detail = f"{ticket.number} has never been resolved; there is nothing to rate yet."
        raise Refused(status=409, title="Not resolved", detail=detail)
    cycle = ticket.resolutions
    data = TicketRatedData(cycle=cycle, **command.data.model_dump())
    event = facts.fact(TicketRated, ticket, 1, data, cause=command, at=at, actor=command.actor)
    ratings = {**ticket.ratings, str(cycle): {**data.model_dump(), "at": at}}
    writes = (
        facts.advanced(ticket, [event], None, {"updated_at": at, "ratings": ratings}),
        facts.noted(event, {}),
    )
    replaces = str(cycle) in ticket.ratings
    told = answer(command, ticket, cycle=cycle, score=data.score, replaces=replaces)
    return Change(writes=writes, events=(event,), answer=told)
