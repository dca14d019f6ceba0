"""Empties the queues: whenever somebody has room, the most urgent and longest waiting ticket is assigned."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime

import structlog

from services.routing.assignment.choice import takeable
from services.routing.assignment.floor import Floor
from services.routing.assignment.standing import Standing, has_room
from services.routing.handlers import Handlers
from services.routing.metrics import Metrics
from services.routing.store import Store
from services.routing.ticket import Ticket
from shared.logs import told
from shared.mongo import PyMongoError
from shared.organisation import Organisation

log = structlog.get_logger()
AT_A_TIME = 20
"""Waiting tickets looked at before others have their turn in this process."""


class Drain:
    """Runs when it is woken, and every `seconds` for what other replicas have freed and what time has changed."""

    def __init__(
        self,
        *,
        store: Store,
        floor: Floor,
        handlers: Handlers,
        organisation: Organisation,
        metrics: Metrics,
        wake: asyncio.Event,
        seconds: float,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._floor = floor
        self._handlers = handlers
        self._organisation = organisation
        self._metrics = metrics
        self._wake = wake
        self._seconds = seconds
        self._clock = clock

    async def run(self) -> None:
        """Waits to be woken, at most `seconds`, and drains once."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await self._wake.wait()
        self._wake.clear()
        await self.drain()

    async def drain(self) -> int:
        """Assigns what can be assigned now; the number of tickets."""
        waiting = [team for team in await self._store.teams_waiting() if team in self._organisation.teams]
        if not waiting:
            return 0
        await self._age(waiting)
        agents = {agent for team in waiting for agent in self._organisation.teams[team].agents}
        standings = await self._floor.standings(agents, at=self._clock())
        failed: set[str] = set()
        taken = 0
        while with_room := self._with_room(waiting, standings):
            more = await self._take(with_room, standings, failed)
            taken += more
            if not more or self._with_room(waiting, standings) == with_room:
                break
        return taken

    async def _age(self, waiting: Collection[str]) -> None:
        """What waiting itself changes: old tickets count as more urgent, or are left to be claimed."""
        now, every = self._clock(), self._organisation.queue.age_boost
        if every is not None:
            await self._store.boost(at=now, every=every)
        for team in waiting:
            oldest = self._organisation.teams[team].leave_in_queue.older_than
            if oldest is not None:
                await self._store.leave(team, since_before=now - oldest)

    async def _take(self, teams: list[str], standings: dict[str, Standing], failed: set[str]) -> int:
        """Goes along the queue of these teams until it ends, or one of them has no room any more."""
        taken = seen = 0
        async for ticket in self._store.in_order(teams):
            seen += 1
            if not seen % AT_A_TIME:
                await asyncio.sleep(0)  # a long queue that nobody can take from keeps nobody else waiting
            if not takeable(self._organisation, ticket.wish(), standings=standings, at=self._clock()):
                await self._handlers.look_at_wait(ticket)  # else others might wait behind it for nothing
                continue
            agent = await self._taken_by(ticket, failed)
            if agent is None:
                members = self._organisation.teams[ticket.team].agents
                standings |= await self._floor.standings(members, at=self._clock())  # others have what was left
                continue
            taken += 1
            standings[agent] = standings.get(agent, Standing()).with_one_more(ticket.channel)
            if self._with_room(teams, standings) != teams:
                break
        return taken

    async def _taken_by(self, ticket: Ticket, failed: set[str]) -> str | None:
        """Who got it, or None. A ticket with which something is wrong does not hold up those behind it."""
        try:
            return await self._handlers.take_from_queue(ticket, past=failed)
        except (PyMongoError, ConnectionError, TimeoutError):
            raise  # nothing is wrong with the ticket: the next round tries again
        except Exception as error:
            failed.add(ticket.id)
            log.error("drain.failed", ticket=ticket.id, error=told(error), exc_info=error)
            return None

    def _with_room(self, teams: Collection[str], standings: dict[str, Standing]) -> list[str]:
        agents = self._organisation.agents
        return [
            team
            for team in teams
            if any(
                has_room(agents[name], standings.get(name, Standing()), self._organisation)
                for name in self._organisation.teams[team].agents
            )
        ]

    async def show_queue(self) -> None:
        """Sets the gauge of waiting tickets."""
        self._metrics.show_queue(await self._store.count_waiting(), teams=self._organisation.teams)
