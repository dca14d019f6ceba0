"""Whether anything can still be done with a ticket, and where to go when not."""

from services.ingest.tickets.ticket import Ticket
from shared.errors import Refused


def refuse_merged(ticket: Ticket) -> None:
    """Raises when the ticket was merged: its conversation goes on in another one."""
    if ticket.merged_into is not None:
        detail = f"{ticket.number} was merged into ticket {ticket.merged_into}; go on there, or unmerge it first."
        raise Refused(status=409, title="The ticket was merged", detail=detail)


def refuse_closed(ticket: Ticket, *, statuses: tuple[str, ...] = ("closed",)) -> None:
    """Raises when the ticket was merged or has one of these statuses."""
    refuse_merged(ticket)
    if ticket.status in statuses:
        detail = f"{ticket.number} is {ticket.status}; the customer's next message opens a linked ticket."
        raise Refused(status=409, title=f"The ticket is {ticket.status}", detail=detail)
