"""One notification from the moment it is claimed to its end, or to the next attempt."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import structlog
from prometheus_client import CollectorRegistry, Counter

from services.notify.audience import NotReached, Policy, colleague
from services.notify.configuration import Channel
from services.notify.letter import Writer
from services.notify.notification import Notification
from services.notify.outcome import Hopeless, NeverMind, Outcome, Patience, Receipt, TryLater, Unwanted, settled
from services.notify.provider import Provider
from services.notify.rules import addressed
from services.notify.store import Store
from services.notify.ticket import Ticket
from shared.change import Change
from shared.logs import told
from shared.once import Once

log = structlog.get_logger()
MAX_ERROR = 500
MOST_ATTEMPTS = 100
"""More than patience allows: so often only when the provider says yes and our record of it fails each time."""
_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")
SENDING_SHARE = 0.8
"""Of the lease; in the rest of it the end is committed, before another sender may take over."""
Accepted = Callable[[Notification], Awaitable[None]]
"""Called between the provider's yes and our own record of it: where a crash makes a repeat."""


async def nothing(_: Notification) -> None:
    """What happens there in earnest."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a delivery is made with."""

    store: Store
    once: Once
    policy: Policy
    writer: Writer
    providers: Mapping[Channel, Provider]
    random: Random
    accepted: Accepted = nothing


class Delivery:
    """`send(claimed)` ends when the notification has ended or was given back for later."""

    def __init__(self, parts: Parts, *, lease: timedelta, patience: Patience, registry: CollectorRegistry) -> None:
        self._parts, self._lease, self._patience = parts, lease.total_seconds(), patience
        self._attempts = Counter(
            "kartica_notification_attempts",
            "Attempts by result: sent, refused, later, error, or unknown (perhaps accepted; sent again)",
            ["channel", "provider", "result"],
            registry=registry,
        )
        self._segments = Counter("kartica_sms_segments", "Segments of the SMS that were accepted", registry=registry)

    async def send(self, claimed: Notification) -> None:
        ticket = await self._ticket(claimed)
        notification = self._addressed(claimed, ticket)
        if isinstance(notification, Unwanted):
            await self._settle(claimed, notification)
        elif claimed.to is not None or await self._parts.store.address(notification):
            outcome = await self._attempt(notification, ticket)
            if outcome is not None:
                await self._settle(notification, outcome)

    async def _attempt(self, notification: Notification, ticket: Ticket | None) -> Outcome | None:
        """What an attempt came to; None when it is put off."""
        if notification.attempts > MOST_ATTEMPTS:
            unended = f"given up: {MOST_ATTEMPTS} attempts, and the end of none could be written down"
            return Hopeless(self._provider_name(notification), unended)
        try:
            receipt = await self._handed_over(notification, ticket)
        except NeverMind as error:
            return Hopeless(self._provider_name(notification), str(error)[:MAX_ERROR])
        except TryLater as error:
            return await self._later(notification, str(error)[:MAX_ERROR])
        except Exception as error:
            log.error("notification.error", notification=notification.id, exc_info=error)
            return await self._later(notification, told(error)[:MAX_ERROR])
        await self._parts.accepted(notification)
        return receipt

    async def _handed_over(self, notification: Notification, ticket: Ticket | None) -> Receipt:
        result = "error"
        try:
            provider = self._provider(notification)
            letter = self._parts.writer.write(notification, ticket, now=datetime.now(UTC))
            async with asyncio.timeout(self._lease * SENDING_SHARE):
                receipt = await provider.send(letter)
            result = "sent"
            self._segments.inc(receipt.segments or 0)
            return receipt
        except NeverMind:
            result = "refused"
            raise
        except TryLater as error:
            result = "unknown" if error.ambiguous else "later"
            raise
        except TimeoutError as error:
            result = "unknown"
            raise TryLater("no answer in time", ambiguous=True) from error
        finally:
            self._attempts.labels(notification.channel, self._provider_name(notification), result).inc()

    async def _later(self, notification: Notification, error: str) -> Outcome | None:
        due = self._patience.next(notification, now=datetime.now(UTC), random=self._parts.random)
        log.warning(
            "notification.later",
            notification=notification.id,
            attempt=notification.attempts,
            error=_ADDRESS.sub("<address>", error)[:200],
        )
        if due is None:
            gave_up = f"given up after {notification.attempts} attempts: {error}"
            return Hopeless(self._provider_name(notification), gave_up[:MAX_ERROR])
        await self._parts.store.postpone(notification, due=due, error=error)
        return None

    def _addressed(self, notification: Notification, ticket: Ticket | None) -> Notification | Unwanted:
        """A colleague in a role is found now: by now it is known who has the ticket."""
        audience = notification.audience
        if notification.to is not None or ticket is None or audience == "recipient":
            return notification
        found = colleague(
            audience, notification.occasion, ticket, channels=notification.channels, policy=self._parts.policy
        )
        return Unwanted(found.reason) if isinstance(found, NotReached) else addressed(notification, found)

    async def _settle(self, notification: Notification, outcome: Outcome) -> None:
        """Commits the end; while the notification is ours, a failure to do so is no reason to send again."""

        async def decide() -> Change:
            current = await self._parts.store.notification(notification.id)
            return settled(outcome, current, await self._ticket(notification), now=datetime.now(UTC))

        key, subject = f"notify.outcome:{notification.id}", notification.ticket or notification.id
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._lease * (1 - SENDING_SHARE)
        while True:
            try:
                await self._parts.once.handle(key, subject, decide)
                return
            except Exception:
                if clock() >= deadline:
                    raise
                await asyncio.sleep(0.5)

    async def _ticket(self, notification: Notification) -> Ticket | None:
        return await self._parts.store.ticket(notification.ticket) if notification.ticket else None

    def _provider(self, notification: Notification) -> Provider:
        channel = _channel(notification)
        if channel not in self._parts.providers:  # it was there when this was decided; it may be again
            raise TryLater(f"there is no provider for {channel} here")
        return self._parts.providers[channel]

    def _provider_name(self, notification: Notification) -> str:
        provider = self._parts.providers.get(_channel(notification))
        return provider.name if provider else "none"


def _channel(notification: Notification) -> Channel:
    return notification.channel or notification.channels[0]
