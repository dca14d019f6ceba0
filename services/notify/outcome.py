"""What becomes of an attempt to send: final states with their event, or another attempt later."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from services.notify.notification import Notification
from services.notify.rules import NOTIFICATIONS, TICKETS, suppressed_event
from services.notify.ticket import Ticket
from shared.change import NOTHING, Change, Update, Write
from shared.envelope import Event
from shared.events import NotificationData, NotificationFailed, NotificationFailedData, NotificationSent
from shared.events import NotificationSentData as SentData


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider has accepted it. `provider_id` finds it again over there."""

    provider: str
    provider_id: str | None = None
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class Hopeless:
    """It will never go through, or it has been tried for long enough."""

    provider: str
    error: str


@dataclass(frozen=True, slots=True)
class Unwanted:
    """It shall not be sent after all."""

    reason: str


Outcome = Receipt | Hopeless | Unwanted


class TryLater(Exception):
    """It may go through later. `ambiguous`: the provider may have accepted it nevertheless."""

    def __init__(self, error: str, *, ambiguous: bool = False) -> None:
        super().__init__(error)
        self.ambiguous = ambiguous


class NeverMind(Exception):
    """The provider has said for good that it does not take this message or this receiver."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Exponential back-off with full jitter, from `first` to `longest`, until `give_up` after the decision."""

    first: timedelta
    longest: timedelta
    give_up: timedelta

    def next(self, notification: Notification, *, now: datetime, random: Random) -> datetime | None:
        """When to try again after `notification.attempts` attempts, or None when it has been enough."""
        if now >= notification.at + self.give_up:
            return None
        doublings = min(max(notification.attempts - 1, 0), 32)
        ceiling = min(self.longest, self.first * 2**doublings)
        return now + timedelta(seconds=random.uniform(0, ceiling.total_seconds()))


def settled(outcome: Outcome, notification: Notification | None, ticket: Ticket | None, *, now: datetime) -> Change:
    """The change that ends a notification; nothing if it has ended already."""
    if notification is None or notification.finished:
        return NOTHING
    stated = ticket.stated + 1 if ticket else 1
    ended = notification.model_copy(update=_end(outcome))
    writes: list[Write] = [
        Update(
            NOTIFICATIONS,
            notification.id,
            notification.version,
            {**_end(outcome), "finished_at": now},
            unset=("due", "lease"),
        )
    ]
    if ticket is not None:
        writes.append(Update(TICKETS, ticket.id, ticket.version, {"stated": stated}))
    return Change(tuple(writes), (_event(outcome, ended, ticketversion=stated, now=now),))


def _end(outcome: Outcome) -> dict[str, object]:
    match outcome:
        case Receipt(provider=provider, provider_id=provider_id, segments=segments):
            return {"state": "sent", "provider": provider, "provider_id": provider_id, "segments": segments}
        case Hopeless(provider=provider, error=error):
            return {"state": "failed", "provider": provider, "error": error}
        case Unwanted(reason=reason):
            return {"state": "suppressed", "reason": reason}


def _event(outcome: Outcome, ended: Notification, *, ticketversion: int, now: datetime) -> Event:
    if isinstance(outcome, Unwanted):
        return suppressed_event(ended, ticketversion=ticketversion, now=now)
    about = NotificationData(
        notification=ended.id,
        kind=ended.kind,
        audience=ended.audience,
        channel=ended.channel or ended.channels[0],
        to=ended.to or "",
        language=ended.language or "",
        ticket=ended.ticket,
    ).model_dump()
    cause, subject = ended.occasion.cause, ended.ticket or ended.id
    if isinstance(outcome, Receipt):
        sent = SentData(**about, provider=outcome.provider, provider_id=outcome.provider_id, segments=outcome.segments)
        return NotificationSent.following(
            cause, ended.id, time=now, subject=subject, ticketversion=ticketversion, actor="system", data=sent
        )
    failed = NotificationFailedData(**about, provider=outcome.provider, error=outcome.error, attempts=ended.attempts)
    return NotificationFailed.following(
        cause, ended.id, time=now, subject=subject, ticketversion=ticketversion, actor="system", data=failed
    )
