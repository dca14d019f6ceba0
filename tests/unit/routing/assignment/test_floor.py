"""What a choice knows of tickets that are decided at the same moment, here and in other replicas."""

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
