"""What a command's sender is told, by which a repeat is recognised."""

from typing import Any

from services.ingest.tickets.ticket import Ticket
from shared.envelope import Command
from shared.ids import derived_id


def fingerprint(command: Command) -> str:
    """What was asked, whoever asked and by which way: two requests with one key can be told apart by it."""
    data: Any = getattr(command, "data", None)
    return derived_id("request", command.type, command.subject, data.model_dump_json())


def answer(command: Command, ticket: Ticket, **told: Any) -> dict[str, Any]:
    """The answer to a command about a ticket."""
    return {"request": fingerprint(command), "ticket": ticket.id, "number": ticket.number, **told}
