"""Time that was spent on a ticket: entries are never changed, a correction is an entry of its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.ingest.conversation.answers import answer
from services.ingest.tickets import facts
from services.ingest.tickets.ticket import Ticket
from shared.change import Change, Insert
from shared.commands import TicketLogTime
from shared.errors import Refused
from shared.events import TicketTimeLogged, TicketTimeLoggedData


def log_time(
    ticket: Ticket, command: TicketLogTime, *, corrected: Mapping[str, Any] | None, left: int, at: datetime
) -> Change:
    """Adds an entry. Time is logged on closed tickets as well: work is often written down afterwards.

    `corrected` is the entry that is corrected and `left` what it and its corrections come to so far.
    """
    wanted = command.data
    _check(ticket, command, corrected=corrected, left=left)
    data = TicketTimeLoggedData(**wanted.model_dump())
    event = facts.fact(TicketTimeLogged, ticket, 1, data, cause=command, at=at, actor=command.actor)
    entry = {"_id": event.id, "ticket": ticket.id, "at": at, "actor": command.actor, **data.model_dump()}
    writes = (
        facts.advanced(ticket, [event], None, {"updated_at": at}),
        Insert("worklog", entry),
        facts.noted(event, {}),
    )
    return Change(writes=writes, events=(event,), answer=answer(command, ticket, entry=event.id))


def _check(ticket: Ticket, command: TicketLogTime, *, corrected: Mapping[str, Any] | None, left: int) -> None:
    wanted = command.data
    if wanted.seconds == 0:
        raise Refused(status=422, title="No time", detail="`seconds` is not 0; negative seconds correct an entry.")
    if wanted.corrects is None:
        if wanted.seconds < 0:
            detail = "Name the entry in `corrects` from which the time is to be taken off."
            raise Refused(status=422, title="What does it correct?", detail=detail)
        return
    if corrected is None or corrected["ticket"] != ticket.id or corrected.get("corrects") is not None:
        detail = f"{ticket.number} has no entry {wanted.corrects} that could be corrected; GET its worklog."
        raise Refused(status=404, title="No such entry", detail=detail)
    if corrected["agent"] != wanted.agent:
        detail = f"The entry is the time of {corrected['agent']}; a correction names the same agent."
        raise Refused(status=409, title="Another agent's time", detail=detail)
    if left + wanted.seconds < 0:
        detail = f"The entry comes to {left} seconds by now; no more can be taken off."
        raise Refused(status=409, title="Less than no time", detail=detail)
