"""Ends offers that nobody answered and claims that nothing followed, once each, in whatever replica sees it first."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from services.routing.assignment import leases, offers
from services.routing.assignment.pool_store import PoolStore
from services.routing.handlers import Handlers
from services.routing.people.presence import availability
from services.routing.people.store import People
from services.routing.step import Step
from services.routing.ticket import Ticket
from shared.errors import KarticaError
from shared.logs import told
from shared.mongo import PyMongoError
from shared.organisation import Organisation

log = structlog.get_logger()
AT_A_TIME = 8
StepOf = Callable[[Ticket], Step | None]


class NotOver(KarticaError):
    """What was seen has ended otherwise meanwhile: nothing is decided, nothing is stored."""


class Timeouts:
    """Looks again and again; what ran out while nobody looked, for example in an outage, is found then."""

    def __init__(
        self,
        *,
        pool_store: PoolStore,
        people: People,
        handlers: Handlers,
        organisation: Organisation,
        wake: asyncio.Event,
        clock: Callable[[], datetime],
    ) -> None:
        self._pool_store = pool_store
        self._people = people
        self._handlers = handlers
        self._organisation = organisation
        self._wake = wake
        self._clock = clock

    async def run(self) -> int:
        """Ends what is over now; the number of tickets."""
        count = await self._offers_over() + await self._leases_over() + await self._offers_to_the_absent()
        if await self._pool_store.ask_again(at=self._clock()):
            self._wake.set()
        return count

    async def _offers_over(self) -> int:
        tickets = await self._pool_store.offers_over(self._clock())
        return await self._end(tickets, _of_offer("expired"), lambda one: offers.expired(one, at=self._clock()))

    async def _leases_over(self) -> int:
        tickets = await self._pool_store.leases_over(self._clock())
        return await self._end(tickets, _of_lease, lambda one: leases.ended(one, at=self._clock()))

    async def _offers_to_the_absent(self) -> int:
        """Whoever has just left is not waited for."""
        asked = await self._pool_store.asked()
        absent = await self._absent(asked) if asked else {}
        count = 0
        for agent, because in absent.items():
            tickets = await self._pool_store.offered_to(agent)

            def step_of(ticket: Ticket, agent: str = agent, because: str = because) -> Step | None:
                return offers.withdrawn(ticket, agent, because)

            count += await self._end(tickets, _of_offer("withdrawn"), step_of)
        return count

    async def _absent(self, agents: list[str]) -> dict[str, str]:
        """Those who are not there, and why."""
        organisation = self._organisation
        presences, at = await self._people.presences(agents), self._clock()
        gone = {name: "is not in teams.yaml any more" for name in agents if name not in organisation.agents}
        here = [name for name in agents if name in organisation.agents]
        states = {name: availability(organisation, name, presences[name], at=at) for name in here}
        return gone | {name: state.because for name, state in states.items() if not state.free}

    async def _end(self, tickets: Iterable[Ticket], key_of: Callable[[Ticket], str], step_of: StepOf) -> int:
        """How many ended; one with which something is wrong does not hold up the others."""
        seen, count = list(tickets), 0
        for some in range(0, len(seen), AT_A_TIME):
            ends = (self._one(ticket, key_of, step_of) for ticket in seen[some : some + AT_A_TIME])
            results = await asyncio.gather(*ends, return_exceptions=True)
            count += sum(result is True for result in results)
            for ticket, result in zip(seen[some : some + AT_A_TIME], results, strict=True):
                if isinstance(result, (PyMongoError, ConnectionError, TimeoutError, asyncio.CancelledError)):
                    raise result  # nothing is wrong with the ticket: the next round tries again
                if isinstance(result, BaseException):
                    log.error("timeout.failed", ticket=ticket.id, error=told(result), exc_info=result)
        return count

    async def _one(self, ticket: Ticket, key_of: Callable[[Ticket], str], step_of: StepOf) -> bool:
        key = key_of(ticket)

        def checked(current: Ticket) -> Step:
            step = step_of(current)
            if step is None or key_of(current) != key:
                raise NotOver(f"{current.id} is not to be ended (any more)")
            return step

        try:
            await self._handlers.handle(key, ticket.latest_cause(), checked)
        except NotOver:
            return False
        return True


def _of_offer(end: str) -> Callable[[Ticket], str]:
    """The key under which an offer ends so, once: the queue entry and the offer within it."""
    return lambda ticket: f"routing.offer_{end}:{ticket.id}:{ticket.entry}:{ticket.offers}"


def _of_lease(ticket: Ticket) -> str:
    since = "none" if ticket.lease is None else ticket.lease.since.isoformat()
    return f"routing.lease_ended:{ticket.id}:{ticket.entry}:{since}"
