"""Changing a ticket's title and fields."""

from datetime import datetime
from typing import Any

from services.ingest.conversation import fields
from services.ingest.conversation.answers import answer
from services.ingest.conversation.policy import Policy
from services.ingest.conversation.standing import refuse_closed
from services.ingest.tickets import facts
from services.ingest.tickets.ticket import Ticket
from shared.change import Change
from shared.commands import TicketChange
from shared.errors import Refused
from shared.events import TicketChanged, TicketChangedData


def change(ticket: Ticket, command: TicketChange, policy: Policy, *, at: datetime) -> Change:
    """Sets what is different; what is the same already is no fact. A field that is null is removed."""
    refuse_closed(ticket)
    asked = fields.checked(command.data.fields, policy.fields)
    title = " ".join(command.data.title.split()) if command.data.title is not None else None
    if title == "":
        raise Refused(status=422, title="The title is empty", detail="Write something in `title`, or leave it out.")
    different = {name: value for name, value in asked.items() if ticket.fields.get(name) != value}
    retitled = title if title != ticket.title else None
    told = answer(command, ticket, title=title or ticket.title, changed=bool(different or retitled))
    if not different and not retitled:
        return Change(answer=told)
    after = fields.merged(ticket.fields, different)
    if len(after) > fields.MAX_FIELDS:
        raise Refused(status=422, title="Too many fields", detail=f"A ticket has {fields.MAX_FIELDS} fields at most.")
    data = TicketChangedData(title=retitled, fields=different, reason=command.data.reason)
    event = facts.fact(TicketChanged, ticket, 1, data, cause=command, at=at, actor=command.actor)
    state: dict[str, Any] = {"updated_at": at, "fields": after, **stated(after, policy)}
    if retitled:
        state["title"] = retitled
    writes = (facts.advanced(ticket, [event], None, state), facts.noted(event, {}))
    return Change(writes=writes, events=(event,), answer=told)


def stated(after: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """What is stored beside the fields: by what they are found, and the version that they were checked by."""
    return {"lookups": fields.lookups(after, policy.fields), "fields_version": policy.fields_version}
