"""Removes what ingest says was removed: from the ticket's copy, and from its notifications."""

from collections.abc import Sequence
from datetime import datetime

from services.notify.notification import Notification
from services.notify.rules import NOTIFICATIONS, TICKETS, suppressed_event
from services.notify.ticket import Ticket
from shared.change import NOTHING, Change, Update, Write
from shared.envelope import Event
from shared.events import TicketRedacted

REASON = "redacted"


def redact(event: TicketRedacted, ticket: Ticket, notifications: Sequence[Notification], *, now: datetime) -> Change:
    """What waits to be sent with something of it is not sent any more; what was sent keeps neither text nor address."""
    if not {"text", "contact"} & set(event.data.what):
        return NOTHING
    after = ticket.learn(event)
    writes: list[Write] = []
    events: list[Event] = []
    for notification in notifications:
        if not _concerns(event, notification):
            continue
        writes.append(_without(notification, event, now=now))
        if not notification.finished:
            ended = notification.model_copy(update={"reason": REASON})
            events.append(suppressed_event(ended, ticketversion=ticket.stated + len(events) + 1, now=now))
    after = after.model_copy(update={"stated": ticket.stated + len(events)})
    return Change((Update(TICKETS, ticket.id, ticket.version, after.document()), *writes), tuple(events))


def _concerns(event: TicketRedacted, notification: Notification) -> bool:
    return event.data.whole or notification.occasion.message in event.data.messages


def _without(notification: Notification, event: TicketRedacted, *, now: datetime) -> Update:
    fields: dict[str, object] = {}
    gone: list[str] = []
    if "text" in event.data.what:
        cleared = notification.occasion.model_copy(update={"text": "", "title": "", "files": ()})
        fields["occasion"] = cleared.model_dump(exclude_none=True)
    if "contact" in event.data.what and notification.audience in ("requester", "recipient"):
        fields |= {"to": None, "name": ""}
        if notification.turn is not None:
            fields["turn"] = {"sender": f"{REASON}:{notification.id}", "number": notification.turn.number}
    if not notification.finished:
        fields |= {"state": "suppressed", "reason": REASON, "finished_at": now}
        gone += ["due", "lease"]
    return Update(NOTIFICATIONS, notification.id, notification.version, fields, unset=tuple(gone))
