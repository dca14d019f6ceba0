"""Announces what is due: any replica may, each threshold is announced once, none is forgotten.

The due times stand in the ticket documents, under an index. A firing loads the ticket and decides anew;
the version guard makes a fact that comes meanwhile win, and the key of the threshold makes a second
replica find that it is done.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from services.sla import escalation, rules
from services.sla.ladder import Threshold
from services.sla.measures import Measures
from services.sla.rules import Terms
from services.sla.store import Store
from services.sla.ticket import Ticket
from shared.change import Change
from shared.envelope import Envelope
from shared.errors import KarticaError
from shared.logs import told
from shared.once import Once

AT_A_TIME = 16
BATCH = 200
LONGEST_SLEEP = 1.0
WAIT_FOR_BUS = 0.05
SET_ASIDE = timedelta(seconds=30)
"""How long a ticket whose firing failed waits, so that it does not hold up the others."""
CLAIMED_FOR = timedelta(seconds=5)
"""After which others announce what a process claimed that has died meanwhile."""

log = structlog.get_logger()


class Overtaken(KarticaError):
    """The threshold is not due any more, or was announced by somebody else."""


class Timers:
    """`round` announces what is due and sleeps until the next due time; `wake` cuts the sleep short.

    `not_ready` says what is missing before events can be published; the first round waits for it.
    """

    def __init__(
        self,
        *,
        once: Once,
        store: Store,
        terms: Terms,
        measures: Measures,
        now: Callable[[], datetime],
        not_ready: Callable[[], Awaitable[str | None]],
    ) -> None:
        self._once = once
        self._store = store
        self._terms = terms
        self._measures = measures
        self._now = now
        self._not_ready = not_ready
        self._ready = False
        self._set_aside: dict[str, datetime] = {}
        self._woken = asyncio.Event()
        self._sleeping_until: datetime | None = None

    def wake(self, at: datetime) -> None:
        """Something is due at `at`: do not sleep longer."""
        if self._sleeping_until is not None and at < self._sleeping_until:
            self._woken.set()

    async def round(self) -> None:
        """Everything that is due now, the longest overdue first; then a sleep of at most a second."""
        if not self._ready:
            self._ready = await self._not_ready() is None
            await asyncio.sleep(0 if self._ready else WAIT_FOR_BUS)
            return
        try:
            fired = await self._fire_due()
        except Exception:
            await asyncio.sleep(LONGEST_SLEEP)  # the database is away: do not ask without a pause
            raise
        if not fired:
            await self._sleep()

    async def _fire_due(self) -> int:
        now = self._now()
        self._set_aside = {ticket: until for ticket, until in self._set_aside.items() if until > now}
        found = await self._store.due(now, limit=BATCH, leaving_out=self._set_aside)
        slots = asyncio.Semaphore(AT_A_TIME)
        return sum(await asyncio.gather(*(self._fire_in(slots, ticket) for ticket in found)))

    async def _sleep(self) -> None:
        self._woken.clear()
        now = self._now()
        self._sleeping_until = now + timedelta(seconds=LONGEST_SLEEP)
        following = await self._store.next_at(now, leaving_out=self._set_aside)
        until = min(self._sleeping_until, following or self._sleeping_until)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, (until - self._now()).total_seconds())):
                await self._woken.wait()
        self._sleeping_until = None

    async def _fire_in(self, slots: asyncio.Semaphore, ticket: str) -> bool:
        async with slots:
            now = self._now()
            if not await self._store.claim(ticket, now=now, until=now + CLAIMED_FOR):
                return False
            try:
                await self.fire(ticket)
            except Overtaken:
                pass  # whoever overtook has written what is next
            except Exception as error:
                self._set_aside[ticket] = self._now() + SET_ASIDE
                log.error("timer.failed", ticket=ticket, error=told(error), exc_info=error)
        return True

    async def fire(self, ticket_id: str) -> None:
        """Announces the first thing that is due on a ticket, if anything still is."""
        ticket, now = await self._store.load(ticket_id), self._now()
        if ticket is None or ticket.next_at is None or ticket.next_at > now:
            return
        waited = rules.unclassified_since(ticket, self._terms)
        threshold = rules.due(ticket, terms=self._terms, now=now)
        if waited is not None and waited <= now:
            await self._once_only(ticket_id, "unclassified", self._start_unclassified)
        elif threshold is not None:
            await self._announce(ticket_id, threshold)
        else:
            await self._once_only(ticket_id, f"review:{ticket.version}", self._review)

    async def _announce(self, ticket_id: str, expected: Threshold) -> None:
        def decide(ticket: Ticket, cause: Envelope, now: datetime) -> Change:
            threshold = rules.due(ticket, terms=self._terms, now=now)
            if threshold is None or threshold.key != expected.key:
                raise Overtaken(expected.key)
            return rules.announce(ticket, threshold, cause=cause, terms=self._terms, now=now)

        if await self._once_only(ticket_id, expected.key, decide):
            self._measures.fired(expected.at, self._now())
            if expected.kind == "breach":
                self._measures.breached(expected.clock.clock, expected.clock.policy)

    def _start_unclassified(self, ticket: Ticket, cause: Envelope, now: datetime) -> Change:
        if rules.unclassified_since(ticket, self._terms) is None:
            raise Overtaken("classified meanwhile")
        return rules.start_unclassified(ticket, cause=cause, terms=self._terms, now=now)

    def _review(self, ticket: Ticket, cause: Envelope, now: datetime) -> Change:
        return rules.review(ticket, cause=cause, terms=self._terms, now=now)

    async def _once_only(self, ticket_id: str, key: str, rule: Callable[[Ticket, Envelope, datetime], Change]) -> bool:
        """Whether it was done here and now, and not before."""

        async def decide() -> Change:
            ticket, now = await self._store.load(ticket_id), self._now()
            if ticket is None or ticket.facts.cause is None:
                raise Overtaken(key)
            return rule(ticket, escalation.timer(ticket_id, key, latest=ticket.facts.cause, now=now), now)

        outcome = await self._once.handle(f"sla.timer:{ticket_id}:{key}", ticket_id, decide, wait_sent=False)
        return not outcome.repeated
