"""What agents do with tickets of the pool: claim, release, decline; over HTTP and over the bus alike."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.routing import manual
from services.routing.assignment.pool_store import PoolStore
from services.routing.handlers import Answer, Handlers
from services.routing.store import Store
from services.routing.ticket import Place, Ticket
from shared.commands import TicketClaim, TicketDecline, TicketRelease
from shared.organisation import Organisation


class Pool:
    def __init__(
        self,
        *,
        store: Store,
        pool_store: PoolStore,
        handlers: Handlers,
        organisation: Organisation,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._pool_store = pool_store
        self._handlers = handlers
        self._organisation = organisation
        self._clock = clock

    async def claim(self, command: TicketClaim) -> Answer:
        """The agent takes a ticket from the queue, or accepts an offer."""
        passed = await self._passed_over(command.subject, command.data.agent)
        return await self._handlers.handle(
            _key(command),
            command,
            lambda ticket: manual.claimed(ticket, command, self._organisation, at=self._clock(), passed=passed),
        )

    async def release(self, command: TicketRelease, *, only: str | None = None) -> Answer:
        """The ticket goes back; `only` is the agent for whom alone the caller may do that."""
        return await self._handlers.handle(
            _key(command), command, lambda ticket: manual.released(ticket, command, only=only)
        )

    async def decline(self, command: TicketDecline) -> Answer:
        """The agent does not take what was offered to them."""
        return await self._handlers.handle(
            _key(command), command, lambda ticket: manual.declined(ticket, command, at=self._clock())
        )

    async def claimable(self, agent: str, teams: Sequence[str], *, after: Place | None, limit: int) -> list[Ticket]:
        """What the agent may claim in these teams, in the order of the queue."""
        person = self._organisation.agents[agent]
        return await self._pool_store.claimable(agent, person, teams, after=after, limit=limit)

    async def _passed_over(self, ticket: str, agent: str) -> int:
        found = await self._store.ticket(ticket)
        person, since = self._organisation.agents.get(agent), found.waiting_since
        if person is None or since is None or not found.waiting or found.offer is not None:
            return 0
        teams = {found.team, *self._organisation.teams_of(agent)}
        return await self._pool_store.passed_over(
            found.place(since), agent, person, sorted(teams), most=manual.MOST_PASSED
        )


def _key(command: TicketClaim | TicketRelease | TicketDecline) -> str:
    return f"command:{command.id}"
