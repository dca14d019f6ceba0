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


def _drain(queue: Any) -> Drain:
    metrics = Metrics(CollectorRegistry())
    return Drain(
        store=queue,
        floor=queue,
        handlers=queue,
        organisation=DESK,
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
