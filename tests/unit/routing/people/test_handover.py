"""Whoever went off duty is looked at once each time, and a ticket that is broken does not hold up the others."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.routing.people import duty
from services.routing.people.handover import HandOver
from services.routing.people.presence import Presence
from services.routing.step import Step
from services.routing.ticket import Ticket
from shared.envelope import Envelope
from shared.organisation import Agent, Organisation, Shift, Team
from tests.unit.routing.deciding import concluded
from tests.unit.routing.samples import ticket_id

EVENING = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
MORNING = EVENING - timedelta(hours=9)
ORGANISATION = Organisation(
    default_team="support",
    shifts={"day": Shift(hours={"mon-fri": ("08:00-16:00",)})},
    agents={
        "ana": Agent(name="Ana", email="ana@svetilka.example", shift="day"),
        "bojan": Agent(name="Bojan", email="bojan@svetilka.example"),
    },
    teams={
        "support": Team(title="Support", agents=("ana", "bojan"), lead="ana", at_shift_end="requeue"),
        "sales": Team(title="Sales", agents=("ana",), lead="ana"),
    },
)
OFF = Presence(version=7, shown="off_shift", shown_at=EVENING, stated=3)


class Desk:
    """Stands for the database and the handlers: tickets, what is known of agents, and what is broken."""

    def __init__(self, *tickets: Ticket, **presences: Presence) -> None:
        self.tickets = {ticket.id: ticket for ticket in tickets}
        self.known = presences
        self.broken: set[str] = set()
        self.asked: list[str] = []

    async def presences(self, names: Collection[str]) -> dict[str, Presence]:
        return {name: self.known.get(name, Presence()) for name in names}

    async def open_tickets(self, agent: str, teams: Collection[str]) -> list[Ticket]:
        self.asked.append(agent)
        return [one for one in self.tickets.values() if one.agent == agent and one.team in teams]

    async def tickets_of_others(self, agents: Collection[str], teams: Collection[str]) -> list[Ticket]:
        return [one for one in self.tickets.values() if one.agent not in (*agents, None) or one.team not in teams]

    async def handle(self, key: str, cause: Envelope, step_of: Callable[[Ticket], Step]) -> dict[str, Any]:
        ticket = cause.subject or ""
        if ticket in self.broken:
            raise ValueError("something is wrong with it")
        self.tickets[ticket] = step_of(self.tickets[ticket]).after
        return {}


def ticket(name: str, **more: Any) -> Ticket:
    cause = {"id": name, "source": "test", "type": "test", "time": MORNING, "correlationid": name, "causationid": name}
    known: dict[str, Any] = {"opened": True, "status": "open", "state": "assigned", "agent": "ana", "team": "support"}
    known |= {"assigned_at": MORNING, "active_since": MORNING, "cause": cause}
    return Ticket(id=ticket_id(name), **{**known, **more})


def hand_over(desk: Desk) -> HandOver:
    stands_for: Any = desk
    return HandOver(people=stands_for, handlers=stands_for, organisation=ORGANISATION, clock=lambda: EVENING)


async def test_it_takes_what_the_team_wants_back_and_looks_again_only_when_something_was_told() -> None:
    desk = Desk(ticket("one"), ticket("sold", team="sales"), ticket("his", agent="bojan"), ana=OFF)
    one = hand_over(desk)
    assert [await one.run(), await one.run(), await one.run()] == [0, 1, 0]
    assert {each.agent for each in desk.tickets.values()} == {None, "ana", "bojan"}
    assert desk.asked == ["ana"]
    desk.known["ana"] = replace(OFF, stated=5)
    await one.run()
    assert desk.asked == ["ana", "ana"]


async def test_nothing_is_taken_before_it_is_told_that_they_are_off_duty() -> None:
    desk = Desk(ticket("one"), ana=replace(OFF, shown="available"))
    one = hand_over(desk)
    assert [await one.run(), await one.run()] == [0, 0]
    assert desk.asked == []


async def test_a_broken_ticket_holds_up_no_other_and_is_tried_again() -> None:
    desk = Desk(ticket("one"), ticket("broken"), ana=OFF)
    desk.broken = {ticket_id("broken")}
    one = hand_over(desk)
    assert [await one.run(), await one.run(), await one.run()] == [0, 1, 0]
    desk.broken = set()
    assert await one.run() == 1
    assert all(each.agent is None for each in desk.tickets.values())


async def test_what_people_have_who_left_for_good_goes_back_at_the_start() -> None:
    desk = Desk(ticket("hers", agent="zora"), ticket("sold", agent="zora", team="sales"), ticket("his", agent="bojan"))
    one = hand_over(desk)
    assert [await one.run(), await one.run()] == [2, 0]
    assert [each.agent for each in desk.tickets.values()] == [None, None, "bojan"]


async def test_a_replica_whose_clock_is_behind_goes_by_what_was_told() -> None:
    desk = Desk(ticket("one"), ana=replace(OFF, shown_at=EVENING))
    stands_for: Any = desk
    before = EVENING - timedelta(hours=3)
    one = HandOver(people=stands_for, handlers=stands_for, organisation=ORGANISATION, clock=lambda: before)
    assert [await one.run(), await one.run()] == [0, 1]


async def test_what_is_in_a_team_that_there_is_no_more_goes_to_the_default_team_at_the_start() -> None:
    waits = ticket("waits", agent=None, state="queued", team="closed_down", waiting_since=MORNING)
    desk = Desk(waits, ticket("hers", team="closed_down"), ticket("zoras", agent="zora", team="closed_down"))
    one = hand_over(desk)
    assert [await one.run(), await one.run()] == [3, 0]
    assert [(each.team, each.agent) for each in desk.tickets.values()] == [
        ("support", None),
        ("support", "ana"),
        ("support", None),
    ]


def test_the_move_out_of_a_team_that_there_is_no_more_is_told_with_its_place_by_age() -> None:
    waits = ticket("waits", agent=None, state="queued", team="closed_down", waiting_since=MORNING, decided="normal")
    step = duty.departed(waits, organisation=ORGANISATION)
    assert step is not None
    moved, change = concluded(step, waits.latest_cause(), at=EVENING)
    assert (moved.team, moved.state, moved.waiting_since, moved.waiting) == ("support", "queued", MORNING, True)
    assert [event.type for event in change.events] == ["ticket.classified.v1", "ticket.assigned.v1"]
    assert duty.departed(moved, organisation=ORGANISATION) is None
