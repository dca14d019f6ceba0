"""One mail that several mailboxes got is one message with several deliveries, where the mailboxes are configured so.

Two teams that both answer the same mail are what customers complain about, so that this is the default;
a mailbox with `same_mail: ticket_each` always gets a ticket of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.ingest.conversation.threading import Open, Placement
from services.ingest.inbox.inputs import Pending, Received
from services.ingest.normalised import Normalised
from shared.change import Change, Insert, Update
from shared.ids import derived_id


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail that came in before: its ticket, and the mailboxes that got it."""

    id: str
    version: int
    ticket: str
    number: str | None
    mailboxes: tuple[str, ...]


def is_repeated(delivery: Delivery | None, placement: Placement, *, account: str, one_ticket: bool) -> bool:
    """Whether this delivery adds nothing: what it would open or join has the mail already."""
    if delivery is None or not one_ticket or account in delivery.mailboxes:
        return False
    return isinstance(placement, Open) or placement.ticket.id == delivery.ticket


def again(delivery: Delivery, received: Received, *, pending: Pending, at: datetime) -> Change:
    """Another delivery of a mail that is in its ticket: a line in the timeline, and the input's outcome."""
    line = {
        "_id": derived_id("delivered", received.input),
        "ticket": delivery.ticket,
        "at": at,
        "type": "message.delivered_again",
        "source": "kartica/ingest",
        "ticketversion": 0,
        "actor": "system",
        "cause": received.input,
        "data": {"mailbox": received.account},
    }
    state = {
        "state": "joined",
        "ticket": delivery.ticket,
        "number": delivery.number,
        "reason": f"the same mail as {delivery.mailboxes[0]} got",
        "decided_at": at,
    }
    return Change(
        writes=(
            Update("inputs", pending.id, pending.version, state),
            Update("deliveries", delivery.id, delivery.version, {"mailboxes": [*delivery.mailboxes, received.account]}),
            Insert("timeline", line),
        )
    )


def noted(change: Change, received: Received, message: Normalised, known: Delivery | None, *, at: datetime) -> Change:
    """The change, with the delivery that later ones are compared with."""
    ticket, number = _outcome(change.writes)
    if known is not None or ticket is None or not is_mail(received):
        return change
    state: dict[str, Any] = {"ticket": ticket, "number": number, "mailboxes": [received.account], "at": at}
    if message.thread.message_id:
        state["message_id"] = message.thread.message_id
    return replace(change, writes=(*change.writes, Update("deliveries", delivery_id(received), 0, state)))


def delivery_id(received: Received) -> str:
    """The same for the same mail in whatever mailbox: its key holds Message-ID and content."""
    return derived_id("delivery", received.key)


def _outcome(writes: Sequence[object]) -> tuple[str | None, str | None]:
    for write in writes:
        if isinstance(write, Update) and write.collection == "inputs":
            return write.set.get("ticket"), write.set.get("number")
    return None, None


def is_mail(received: Received) -> bool:
    return received.channel == "email"
