"""Empties the queues: whenever somebody has room, the most urgent and longest waiting ticket is assigned."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

import structlog

from services.routing.capacity import Load, choose, has_room
from services.routing.handlers import Handlers
from services.routing.metrics import Metrics
from services.routing.store import Store
from services.routing.ticket import Ticket
from shared.logs import told
from shared.mongo import PyMongoError
from shared.organisation import Organisation

log = structlog.get_logger()


class Drain:
    """Runs when it is woken, and every `seconds` for what other replicas have freed."""

    def __init__(
        self,
        *,
        store: Store,
        handlers: Handlers,
        organisation: Organisation,
        metrics: Metrics,
        wake: asyncio.Event,
        seconds: float,
    ) -> None:
        self._store = store
        self._handlers = handlers
        self._organisation = organisation
        self._metrics = metrics
        self._wake = wake
        self._seconds = seconds

    async def run(self) -> None:
        """Waits to be woken, at most `seconds`, and drains once."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await self._wake.wait()
        self._wake.clear()
        await self.drain()

    async def drain(self) -> int:
        """Assigns what can be assigned now; the number of tickets."""
        teams = [team for team in await self._store.teams_waiting() if team in self._organisation.teams]
        if not teams:
            return 0
        agents = sorted({agent for team in teams for agent in self._organisation.teams[team].agents})
        loads = await self._store.loads(agents)
        taken = 0
        while with_room := self._with_room(teams, loads):
            more = await self._take(with_room, loads)
            taken += more
            if not more or self._with_room(teams, loads) == with_room:
                break
        return taken

    async def _take(self, teams: list[str], loads: dict[str, Load]) -> int:
        """Goes along the queue of these teams until it ends, or one of them has no room any more."""
        taken = 0
        async for ticket in self._store.in_order(teams):
            if choose(self._organisation, team=ticket.team, skills=ticket.skills, loads=loads).agent is None:
                continue
            agent = await self._taken_by(ticket)
            if agent is None:
                continue
            taken += 1
            load = loads.get(agent, Load())
            loads[agent] = replace(load, tickets=load.tickets + 1)
            if self._with_room(teams, loads) != teams:
                break
        return taken

    async def _taken_by(self, ticket: Ticket) -> str | None:
        """Who got it, or None. A ticket with which something is wrong does not hold up those behind it."""
        try:
            return await self._handlers.take_from_queue(ticket)
        except (PyMongoError, ConnectionError, TimeoutError):
            raise  # nothing is wrong with the ticket: the next round tries again
        except Exception as error:
            log.error("drain.failed", ticket=ticket.id, error=told(error), exc_info=error)
            return None

    def _with_room(self, teams: Iterable[str], loads: dict[str, Load]) -> list[str]:
        agents = self._organisation.agents
        return [
            team
            for team in teams
            if any(has_room(agents[name], loads.get(name, Load())) for name in self._organisation.teams[team].agents)
        ]

    async def show_queue(self) -> None:
        """Sets the gauge of waiting tickets."""
        self._metrics.show_queue(await self._store.count_waiting(), teams=self._organisation.teams)
