"""What notify decides: from an event and what is known of its ticket to notifications, once each."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from services.notify.audience import NotReached, Policy, Reached, colleague, requester
from services.notify.configuration import Audience, Notice
from services.notify.notification import Notification, Turn
from services.notify.occasion import Occasion, occasions_of
from services.notify.ticket import Ticket
from shared.change import NOTHING, Change, Insert, Update, Write
from shared.envelope import Event
from shared.events import NotificationSuppressed, NotificationSuppressedData, TicketOpened
from shared.ids import derived_id

TICKETS = "tickets"
NOTIFICATIONS = "notifications"
OWNER_WAIT = timedelta(seconds=30)
"""How long an escalation or a customer's message waits to learn who has the ticket, when that is not known yet."""
WAIT_FOR_OWNER = ("ticket.escalated", "customer.wrote")
"""Occasions that wait for the owner; the others wait for the due time."""


def hear(
    event: Event,
    ticket: Ticket,
    *,
    held: Sequence[Notification],
    earlier: Sequence[Notification],
    policy: Policy,
    now: datetime,
) -> Change:
    """What an event comes to.

    `held` are the ticket's notifications that wait for its due time, `earlier` the last
    acknowledgements to `acknowledged_address`, the newest first.
    """
    if isinstance(event, TicketOpened) and ticket.opened is not None:
        return NOTHING
    after = ticket.learn(event)
    told = (*after.waiting, *occasions_of(event))
    occasions = tuple(one for one in told if "text" not in after.redacted.get(one.message or "", ()))
    if after.opened is None:
        return _change(ticket, after.model_copy(update={"waiting": occasions}))
    made = [
        _limited(notification, earlier, limit=policy.configuration.acknowledgements_per_sender_and_hour)
        for each in occasions
        for notification in _notifications(each, after, policy=policy, now=now)
    ]
    after = after.model_copy(update={"waiting": ()})
    released = held if knows_due(after) else ()
    return _change(ticket, _remembering(after, made), made=made, released=released, now=now)


def acknowledged_address(event: Event, ticket: Ticket, *, policy: Policy) -> str | None:
    """Where the acknowledgement would go that this event asks for, if it asks for one."""
    occasion = next((one for one in occasions_of(event) if one.moment == "ticket.opened"), None)
    opened = ticket.learn(event).opened
    if occasion is None or opened is None:
        return None
    found = requester(occasion, opened, policy=policy)
    return found.to if isinstance(found, Reached) else None


def knows_due(ticket: Ticket) -> bool:
    """Whether sla has said when the first response is due, or that it needs none any more."""
    return "first_response" in ticket.dues


def suppressed_event(notification: Notification, *, ticketversion: int, now: datetime) -> NotificationSuppressed:
    return NotificationSuppressed.following(
        notification.occasion.cause,
        notification.id,
        time=now,
        subject=notification.ticket or notification.id,
        ticketversion=ticketversion,
        actor="system",
        data=NotificationSuppressedData(
            kind=notification.kind,
            audience=notification.audience,
            reason=notification.reason or "unknown",
            ticket=notification.ticket,
        ),
    )


def _notifications(occasion: Occasion, ticket: Ticket, *, policy: Policy, now: datetime) -> Iterator[Notification]:
    for kind, notice in policy.configuration.notices.items():
        if notice.when != occasion.moment:
            continue
        named = occasion.roles if occasion.moment == "ticket.escalated" else notice.to
        told = tuple(audience for audience in notice.to if audience in named)
        for audience in told:
            about = occasion.model_copy(update={"roles": told})
            yield _notification(kind, notice, audience, about, ticket, policy=policy, now=now)


def _notification(
    kind: str,
    notice: Notice,
    audience: Audience,
    occasion: Occasion,
    ticket: Ticket,
    *,
    policy: Policy,
    now: datetime,
) -> Notification:
    whom = [occasion.agent] if audience == "mentioned" else []  # one note can call several
    made = Notification(
        id=derived_id("notification", ticket.id, kind, audience, occasion.cause.id, *whom),
        ticket=ticket.id,
        kind=kind,
        template=notice.template or kind,
        audience=audience,
        occasion=occasion,
        channels=notice.channels,
        state="queued",
        at=now,
        due=_due(notice, audience, occasion, ticket, now=now),
    )
    if audience == "requester" and ticket.addressed is not None:
        return addressed(made, requester(occasion, ticket.addressed, policy=policy))
    named = audience in ("mentioned", "writer") or (occasion.moment == "ticket.assigned" and audience == "owner")
    if named:
        return addressed(made, colleague(audience, occasion, ticket, channels=notice.channels, policy=policy))
    return made  # who has the other roles is seen when it is sent: the event that tells may be on its way


def addressed(notification: Notification, found: Reached | NotReached) -> Notification:
    """The notification with the address that was found for it, or suppressed."""
    if isinstance(found, NotReached):
        return notification.model_copy(update={"state": "suppressed", "reason": found.reason, "due": None})
    return notification.model_copy(
        update={"channel": found.channel, "to": found.to, "name": found.name, "language": found.language}
    )


def _due(notice: Notice, audience: Audience, occasion: Occasion, ticket: Ticket, *, now: datetime) -> datetime:
    wait = timedelta(0)
    if not knows_due(ticket):
        wait = timedelta(seconds=notice.wait_for_due_seconds)
    if audience in ("owner", "lead") and occasion.agent is None and not ticket.assignments:
        wait = max(wait, OWNER_WAIT)
    return max(now, occasion.cause.time + wait) if wait else now


def _limited(notification: Notification, earlier: Sequence[Notification], *, limit: int) -> Notification:
    """An acknowledgement with its turn, or suppressed when its receiver has had enough in the last hour."""
    if notification.occasion.moment != "ticket.opened" or notification.to is None:
        return notification
    recent = [before for before in earlier if before.at > notification.at - timedelta(hours=1)]
    if len(recent) >= limit:
        return addressed(notification, NotReached("rate"))
    number = max((before.turn.number for before in earlier if before.turn), default=0) + 1
    return notification.model_copy(update={"turn": Turn(sender=notification.to, number=number)})


def _remembering(ticket: Ticket, made: Sequence[Notification]) -> Ticket:
    """The ticket with what it must know of its notifications: which wait, and the acknowledgement."""
    queued = [notification for notification in made if notification.state == "queued"]
    waiting = [one.id for one in queued if one.due and one.due > one.at and one.occasion.moment not in WAIT_FOR_OWNER]
    held = () if knows_due(ticket) else tuple(sorted({*ticket.held, *waiting}))
    first = next((one for one in queued if one.turn is not None and one.channel == "email"), None)
    return ticket.model_copy(update={"held": held, "acknowledgement": first.id if first else ticket.acknowledgement})


def _change(
    before: Ticket,
    after: Ticket,
    *,
    made: Sequence[Notification] = (),
    released: Sequence[Notification] = (),
    now: datetime | None = None,
) -> Change:
    suppressed = [notification for notification in made if notification.state == "suppressed"]
    events = tuple(
        suppressed_event(notification, ticketversion=after.stated + place, now=notification.at)
        for place, notification in enumerate(suppressed, start=1)
    )
    after = after.model_copy(update={"stated": after.stated + len(events)})
    writes: list[Write] = []
    if after != before:
        writes.append(Update(TICKETS, before.id, before.version, after.document()))
    writes += [Insert(NOTIFICATIONS, notification.document()) for notification in made]
    writes += [
        Update(NOTIFICATIONS, notification.id, notification.version, {"due": now})
        for notification in released
        if notification.state == "queued" and notification.attempts == 0
    ]
    return Change(tuple(writes), events)
