"""What a choice knows of tickets that are decided at the same moment, here and in other replicas."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

import pytest

from services.routing.assignment.floor import Floor
from services.routing.people.presence import Presence
from services.routing.step import Step
from services.routing.ticket import Ticket
from tests.unit.routing.samples import NOW, organisation, ticket_id


class Desk:
    """Stands for the database: `held` is who has which ticket, all of them of one channel."""

    def __init__(self, **held: str) -> None:
        self.held = {ticket_id(name): agent for name, agent in held.items()}

    async def carried(
        self, agents: Sequence[str], *, without: str, apart: Collection[str] = ()
    ) -> tuple[dict[str, dict[str, int]], dict[str, str]]:
        counted = [agent for ticket, agent in self.held.items() if ticket != without]
        holders = {ticket: agent for ticket, agent in self.held.items() if ticket in apart}
        return {name: {"email": counted.count(name)} for name in agents}, holders

    async def assigned_since(self, since: Any) -> dict[str, int]:
        return {}

    async def presences(self, names: Collection[str]) -> dict[str, Presence]:
        return dict.fromkeys(names, Presence(version=1))


async def loads(desk: Desk, *, picked: str) -> dict[str, int]:
    """How many tickets ana and bojan have, while ticket `one` is being given to `picked` by this replica."""
    floor: Any = Floor(desk, desk, organisation())  # type: ignore[arg-type]
    one = Ticket(id=ticket_id("one"), opened=True, channel="email", team="support")
    given = one.model_copy(update={"agent": picked})
    async with floor.deciding(one.id):
        await floor.choice(Step(one, given, placing="given"), at=NOW)
        found = await floor.standings(["ana", "bojan"], at=NOW, ticket=ticket_id("another"))
    return {name: sum(standing.tickets.values()) for name, standing in found.items()}


@pytest.mark.parametrize(
    ("held", "expected", "why"),
    [
        ({}, {"ana": 1, "bojan": 0}, "it counts before it is committed"),
        ({"one": "ana"}, {"ana": 1, "bojan": 0}, "and once when it is committed and not settled yet"),
        (
            {"one": "bojan"},
            {"ana": 1, "bojan": 1},
            "another replica gave it to bojan: nobody may overlook that he has it",
        ),
        ({"two": "bojan"}, {"ana": 1, "bojan": 1}, "others count as they are stored"),
    ],
)
async def test_a_ticket_that_is_being_given_counts_where_it_is_and_where_it_may_be(
    held: dict[str, str], expected: dict[str, int], why: str
) -> None:
    assert await loads(Desk(**held), picked="ana") == expected, why


async def test_tickets_that_are_left_to_be_claimed_do_not_wait_for_each_other() -> None:
    desk: Any = Desk()
    floor = Floor(desk, desk, organisation())

    async def put(name: str) -> str | None:
        ticket = Ticket(id=ticket_id(name), opened=True, channel="email", team="support", automatic=False)
        async with floor.deciding(ticket.id):
            choice = await floor.choice(Step(ticket, ticket, placing="choose", since=NOW), at=NOW)
            together.release()
            await both.wait()  # until it is committed and its events are sent
        assert choice is not None
        assert choice.somebody_free
        return choice.agent

    together, both = asyncio.Semaphore(0), asyncio.Event()
    puts = [asyncio.create_task(put(name)) for name in ("one", "two")]
    try:
        async with asyncio.timeout(10):
            for _ in puts:
                await together.acquire()
            both.set()
            assert await asyncio.gather(*puts) == [None, None]
    finally:
        for task in puts:
            task.cancel()
