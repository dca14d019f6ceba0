"""Wakes tickets whose time has come and closes those that were resolved long ago; any replica may, each once."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from services.ingest.conversation import closing, snoozing
from services.ingest.conversation.policy import Policy
from services.ingest.store import Store
from services.ingest.tickets.store import TicketStore
from services.ingest.tickets.ticket import Ticket
from shared.change import NOTHING, Change
from shared.envelope import Envelope
from shared.ids import derived_id
from shared.logs import told as told_of
from shared.once import Once

log = structlog.get_logger()
BATCH = 200
AT_A_TIME = 8


class Timers:
    """`round` does everything that is due. Nothing is forgotten while no replica runs."""

    def __init__(self, *, once: Once, store: Store, tickets: TicketStore, policy: Policy) -> None:
        self._once = once
        self._store = store
        self._tickets = tickets
        self._policy = policy
        self._slots = asyncio.Semaphore(AT_A_TIME)

    async def round(self) -> None:
        """Wakes and closes what is due by now."""
        now = datetime.now(UTC)
        waking = await self._tickets.to_wake(now, limit=BATCH)
        closing_now = await self._tickets.to_close(now - self._policy.close_after, limit=BATCH)
        due = [*waking, *closing_now]
        steps = [*(self._wake(one) for one in waking), *(self._close(one) for one in closing_now)]
        for one, result in zip(due, await asyncio.gather(*steps, return_exceptions=True), strict=True):
            if isinstance(result, Exception):  # it is due still, and does not hold up the others
                log.error("timer.failed", ticket=one["_id"], error=told_of(result), exc_info=result)

    async def _wake(self, due: Mapping[str, Any]) -> None:
        until, told = due["snoozed_until"], due.get("snooze_cause") or {}

        def rule(ticket: Ticket, cause: Envelope, at: datetime) -> Change:
            return snoozing.wake(ticket, cause=cause, until=until, at=at)

        await self._once_only(due["_id"], ("wake", until.isoformat(), told.get("id")), told, rule)

    async def _close(self, due: Mapping[str, Any]) -> None:
        resolved_at, grace = due["resolved_at"], self._policy.close_after

        def rule(ticket: Ticket, cause: Envelope, at: datetime) -> Change:
            return closing.close(ticket, cause=cause, resolved_at=resolved_at, grace=grace, at=at)

        await self._once_only(due["_id"], ("close", resolved_at.isoformat()), {}, rule)

    async def _once_only(
        self,
        subject: str,
        what: tuple[object, ...],
        told: Mapping[str, Any],
        rule: Callable[[Ticket, Envelope, datetime], Change],
    ) -> None:
        cause = timer(subject, *what, told=told, at=datetime.now(UTC))

        async def decide() -> Change:
            ticket = await self._store.ticket(subject)
            return NOTHING if ticket is None else rule(ticket, cause, datetime.now(UTC))

        async with self._slots:
            await self._once.handle(f"ingest.timer:{cause.id}", subject, decide, wait_sent=False)


def timer(subject: str, *what: object, told: Mapping[str, Any], at: datetime) -> Envelope:
    """What the events of a timer follow from: the fact that set it, when that is known."""
    id = derived_id("timer", subject, *what)
    return Envelope(
        id=id,
        source="kartica/ingest",
        type="timer.reached",
        subject=subject,
        time=at,
        correlationid=told.get("correlationid") or subject,
        causationid=told.get("id") or id,
        depth=told.get("depth") or 0,
        traceparent=told.get("traceparent"),
    )
