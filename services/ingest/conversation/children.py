"""Parts of a ticket: a ticket of its own each, which may hold up the resolution of the whole."""

from services.ingest.conversation.lifecycle import Step
from services.ingest.tickets.ticket import Ticket
from shared.errors import Refused


def refuse_while_open(ticket: Ticket, step: Step | None) -> None:
    """Raises when the ticket is to be resolved or closed while a part that holds it up is open."""
    if step is None or step.status not in ("resolved", "closed") or not ticket.blocking:
        return
    named = ", ".join(ticket.blocking[:20])
    raise Refused(
        status=409,
        title="Parts are open",
        detail=f"Resolve {named} first: {'they are parts' if len(ticket.blocking) > 1 else 'it is a part'} of it.",
    )


def refuse_wrong_parent(parent: Ticket | None, asked: str) -> Ticket:
    """The parent of a new part; raises when it can have none any more."""
    if parent is None:
        raise Refused(status=404, title="No such parent", detail=f"There is no ticket {asked}.")
    if parent.status in ("closed", "spam"):
        detail = f"{parent.number} is {parent.status}; open the ticket without a parent."
        raise Refused(status=409, title="The parent is closed", detail=detail)
    if parent.parent is not None:
        detail = f"{parent.number} is itself a part of another ticket; open the ticket as a part of that one."
        raise Refused(status=409, title="Parts have no parts", detail=detail)
    return parent
