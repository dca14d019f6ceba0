"""The queue is emptied in its order, and no ticket holds up those behind it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from services.routing.assignment.drain import Drain
from services.routing.assignment.standing import Standing
from services.routing.metrics import Metrics
from services.routing.ticket import Ticket
from shared.organisation import Agent, Organisation, Team

ANA = Agent(name="Ana", email="ana@svetilka.example")
DESK = Organisation(
    default_team="support",
    agents={"ana": ANA},
    teams={"support": Team(title="Support", agents=("ana",), lead="ana")},
)


class Queue:
    """Two tickets that wait; taking the first one fails with `fault`."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault
        self.taken: list[str] = []

    async def teams_waiting(self) -> list[str]:
        return ["support"]

    async def boost(self, *, at: datetime, every: timedelta) -> int:
        return 0

    async def standings(self, agents: Collection[str], *, at: datetime) -> dict[str, Standing]:
        return {agent: Standing() for agent in agents}

    async def in_order(self, teams: Sequence[str]) -> AsyncIterator[Ticket]:
        for name in ("broken", "fine"):
            if name not in self.taken:
                yield Ticket(id=name, opened=True, team="support", state="queued")

    async def take_from_queue(self, ticket: Ticket, *, past: Collection[str] = ()) -> str | None:
        if ticket.id == "broken":
            raise self._fault
        self.taken.append(ticket.id)
        return "ana"


def _drain(queue: Any, desk: Organisation = DESK) -> Drain:
    metrics = Metrics(CollectorRegistry())
    return Drain(
        store=queue,
        floor=queue,
        handlers=queue,
        organisation=desk,
        metrics=metrics,
        wake=asyncio.Event(),
        seconds=0.1,
        clock=lambda: datetime.now(UTC),
    )


async def test_a_ticket_with_which_something_is_wrong_does_not_hold_up_the_next() -> None:
    queue = Queue(ValueError("a fault of this version"))
    assert await _drain(queue).drain() == 1
    assert queue.taken == ["fine"]


async def test_a_database_that_is_away_ends_the_round() -> None:
    with pytest.raises(ConnectionError):
        await _drain(Queue(ConnectionError("no primary"))).drain()


class Needy(Queue):
    """The first ticket needs what only bojan could do, who is full; ana has room and can't take it."""

    def __init__(self) -> None:
        super().__init__(ValueError())
        self.looked_at: list[str] = []

    async def standings(self, agents: Collection[str], *, at: datetime) -> dict[str, Standing]:
        return {agent: Standing(tickets={"email": 10} if agent == "bojan" else {}) for agent in agents}

    async def in_order(self, teams: Sequence[str]) -> AsyncIterator[Ticket]:
        yield Ticket(id="hard", opened=True, team="support", state="queued", skills=("he",))
        async for ticket in super().in_order(teams):
            if ticket.id == "fine":
                yield ticket

    async def look_at_wait(self, ticket: Ticket) -> None:
        self.looked_at.append(ticket.id)


async def test_of_a_ticket_that_nobody_can_take_it_is_noted_what_it_waits_for_now() -> None:
    bojan = ANA.model_copy(update={"name": "Bojan", "skills": {"he": 1}})
    team = Team(title="Support", agents=("ana", "bojan"), lead="ana")
    desk = Organisation(default_team="support", agents={"ana": ANA, "bojan": bojan}, teams={"support": team})
    queue = Needy()
    assert await _drain(queue, desk).drain() == 1
    assert (queue.looked_at, queue.taken) == (["hard"], ["fine"])


class Contended(Queue):
    """Nobody knew yet that another replica has filled ana up."""

    def __init__(self) -> None:
        super().__init__(ValueError())
        self.tried = 0

    async def standings(self, agents: Collection[str], *, at: datetime) -> dict[str, Standing]:
        return {agent: Standing(tickets={"email": 10 if self.tried else 0}) for agent in agents}

    async def in_order(self, teams: Sequence[str]) -> AsyncIterator[Ticket]:
        for place in range(100):
            yield Ticket(id=f"{place}", opened=True, team="support", state="queued")

    async def take_from_queue(self, ticket: Ticket, *, past: Collection[str] = ()) -> str | None:
        self.tried += 1
        return None

    async def look_at_wait(self, ticket: Ticket) -> None:
        pass


async def test_a_long_queue_is_not_tried_ticket_by_ticket_for_whom_another_replica_has_filled() -> None:
    queue = Contended()
    assert await _drain(queue).drain() == 0
    assert queue.tried == 1


async def test_a_long_queue_that_nobody_can_take_from_does_not_hold_up_the_rest_of_the_process() -> None:
    queue, turns = Contended(), 0
    queue.tried = 1

    async def standings(agents: Collection[str], *, at: datetime) -> dict[str, Standing]:
        return {agent: Standing(away="is away" if agent == "bojan" else None) for agent in agents}

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    queue.standings = standings  # type: ignore[method-assign]
    picky = ANA.model_copy(update={"not_for": ("iva@example.org",)})
    desk = DESK.model_copy(update={"agents": {"ana": picky}})

    async def in_order(teams: Sequence[str]) -> AsyncIterator[Ticket]:
        for place in range(100):
            yield Ticket(id=f"{place}", opened=True, team="support", state="queued", keys=("iva@example.org",))

    queue.in_order = in_order  # type: ignore[method-assign]
    other = asyncio.create_task(others())
    try:
        assert await _drain(queue, desk).drain() == 0
    finally:
        other.cancel()
    assert queue.tried == 1
    assert turns >= 4
