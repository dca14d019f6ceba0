"""What a queued ticket waits for is stored as it is now: else others might wait behind it for nothing."""

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.routing import rules
from services.routing.assignment.choice import Choice
from services.routing.handlers import Handlers
from services.routing.step import Step, Terms
from services.routing.ticket import Ticket
from shared.organisation import Organisation
from tests.unit.routing.deciding import NOBODY, concluded, opened_ticket
from tests.unit.routing.samples import NOW, agent, opened, organisation, status_changed

SOON = NOW + timedelta(minutes=10)
COMPANY = organisation(ana=agent(1, skills={"he"}), bojan=agent(1))


class Rest:
    """The rest of the service: a ticket that waits, for which nobody is free, and what is noted of it."""

    def __init__(self, ticket: Ticket, choice: Choice = NOBODY) -> None:
        self._ticket = ticket
        self._choice = choice
        self.noted: list[dict[str, Any]] = []

    async def ticket(self, name: str) -> Ticket:
        return self._ticket

    async def wait_for(self, ticket: Ticket, **waits: Any) -> None:
        self.noted.append(waits)

    async def choice(self, step: Step, *, at: datetime, past: object) -> Choice:
        return self._choice

    @asynccontextmanager
    async def deciding(self, ticket: str) -> Any:
        yield

    async def handle(self, key: str, subject: str, decide: Callable[[], Awaitable[Any]], **more: object) -> None:
        await decide()


def handlers(rest: Any, company: Organisation = COMPANY) -> Handlers:
    parts = dict.fromkeys(("ruleset", "metrics", "wake", "learned", "openings"), rest)
    return Handlers(once=rest, store=rest, floor=rest, organisation=company, clock=lambda: NOW, **parts)


def waiting(**more: Any) -> Ticket:
    return opened_ticket(NOBODY).model_copy(update=more)


def test_a_ticket_in_the_queue_that_a_rule_gives_other_skills_waits_for_these() -> None:
    before = waiting()
    after = before.model_copy(update={"skills": ("he",), "prefers": {"sl": 1}})
    found, _ = concluded(Step(before, after), opened(), terms=Terms(needs=("he:1",), wants=("sl:1",)))
    assert (found.needs, found.wants, found.preferred_until) == (("he:1",), ("sl:1",), NOW)


async def test_skills_and_weights_that_have_changed_in_the_file_count_for_what_waits_already() -> None:
    rest = Rest(ticket := waiting(skills=("he",)))
    heavy = COMPANY.model_copy(update={"weights": {"email": 3}})
    await handlers(rest, heavy).look_at_wait(ticket)
    assert rest.noted == [{"needs": ("he:1",), "wants": (), "until": None, "weight": 3}]
    await handlers(rest).look_at_wait(ticket.model_copy(update={"needs": ("he:1",)}))
    assert len(rest.noted) == 1, "nothing is written when nothing has changed"


async def test_preferred_skills_are_waited_for_once_and_not_anew_with_each_look() -> None:
    waits = replace(NOBODY, wants=("he:1",), preferred_until=SOON)
    rest = Rest(ticket := waiting(prefers={"he": 1}), waits)
    assert await handlers(rest).take_from_queue(ticket) is None
    assert [noted["until"] for noted in rest.noted] == [SOON]


def test_a_ticket_that_comes_back_into_the_queue_is_not_more_urgent_for_its_age_before_it_was_solved() -> None:
    every = timedelta(hours=8)
    before = waiting(status="resolved", status_version=5, boosts=2, boost_at=NOW, waiting_since=NOW - 2 * every)
    event = status_changed(600, "resolved", "open")
    found, _ = concluded(rules.status_changed(before, event), event, terms=Terms(age_boost=every))
    assert found.waiting
    assert (found.waiting_since, found.boosts, found.boost_at) == (event.time, 0, event.time + every)
