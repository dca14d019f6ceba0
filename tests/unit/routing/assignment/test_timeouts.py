"""What is over ends once, what is not stays, and one broken ticket does not hold up the others."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.routing.assignment.timeouts import Timeouts
from services.routing.people.presence import Presence
from services.routing.step import Step
from services.routing.ticket import Ticket, Until
from shared.envelope import Envelope
from tests.unit.routing.deciding import COMPANY, NOBODY, opened_ticket
from tests.unit.routing.samples import NOW, opened


def on_offer(name: str, agent: str = "ana") -> Ticket:
    offer = Until(agent=agent, until=NOW, since=NOW - timedelta(seconds=45))
    return opened_ticket(NOBODY).model_copy(update={"id": name, "offer": offer, "offers": 1, "entry": 2})


class Queue:
    """The store as it was a moment ago (`seen`) and as it is now; taking a step about `broken` fails with `fault`."""

    def __init__(self, seen: list[Ticket], now: list[Ticket] | None = None, fault: Exception | None = None) -> None:
        self._seen = seen
        self._now = {one.id: one for one in (seen if now is None else now)}
        self._fault = fault
        self.away: frozenset[str] = frozenset()
        self.again = 0
        self.ended: list[tuple[str, str]] = []

    async def offers_over(self, at: Any) -> list[Ticket]:
        return [one for one in self._seen if one.offer is not None and one.offer.until <= at]

    async def leases_over(self, at: Any) -> list[Ticket]:
        return [one for one in self._seen if one.lease is not None]

    async def asked(self) -> list[str]:
        return sorted({one.offer.agent for one in self._seen if one.offer is not None})

    async def offered_to(self, agent: str) -> list[Ticket]:
        return [one for one in self._seen if one.offer is not None and one.offer.agent == agent]

    async def ask_again(self, *, at: Any) -> int:
        return self.again

    async def presences(self, names: Any) -> dict[str, Presence]:
        return {name: Presence(said="away" if name in self.away else "available") for name in names}

    async def handle(self, key: str, cause: Envelope, step_of: Callable[[Ticket], Step]) -> None:
        assert cause.subject is not None
        step = step_of(self._now[cause.subject])
        if cause.subject == "broken" and self._fault is not None:
            raise self._fault
        self.ended.append((key, step.ended_offer or step.placed_by))


def timeouts(queue: Any, wake: asyncio.Event | None = None) -> Timeouts:
    return Timeouts(
        pool_store=queue,
        people=queue,
        handlers=queue,
        organisation=COMPANY,
        wake=wake or asyncio.Event(),
        clock=lambda: NOW,
    )


async def test_an_offer_ends_under_a_key_of_its_own() -> None:
    queue = Queue([on_offer("one"), on_offer("two")])
    assert await timeouts(queue).run() == 2
    assert queue.ended == [("routing.offer_expired:one:2:1", "expired"), ("routing.offer_expired:two:2:1", "expired")]


async def test_an_offer_that_was_answered_meanwhile_or_is_another_one_by_now_stays() -> None:
    answered = on_offer("one").model_copy(update={"offer": None})
    another = on_offer("two").model_copy(update={"offers": 2})
    queue = Queue([on_offer("one"), on_offer("two")], [answered, another])
    assert (await timeouts(queue).run(), queue.ended) == (0, [])


async def test_a_claim_that_nothing_followed_ends() -> None:
    lease = Until(agent="ana", until=NOW, since=NOW - timedelta(minutes=1))
    held = {"agent": "ana", "state": "assigned", "lease": lease, "cause": opened().model_dump(exclude={"data"})}
    queue = Queue([opened_ticket().model_copy(update={"id": "one", **held})])
    assert await timeouts(queue).run() == 1
    assert [how for _, how in queue.ended] == ["lease_ended"]


async def test_whoever_left_is_not_waited_for() -> None:
    running = on_offer("one").model_copy(
        update={"offer": Until(agent="ana", until=NOW + timedelta(hours=1), since=NOW)}
    )
    queue = Queue([running, on_offer("two", "zala")])
    queue.away = frozenset({"ana"})
    await timeouts(queue).run()
    assert [how for _, how in queue.ended] == ["expired", "withdrawn", "withdrawn"]


async def test_one_with_which_something_is_wrong_does_not_hold_up_the_next() -> None:
    queue = Queue([on_offer("broken"), on_offer("fine")], fault=ValueError("a fault of this version"))
    assert await timeouts(queue).run() == 1
    assert [key.split(":")[1] for key, _ in queue.ended] == ["fine"]


async def test_a_database_that_is_away_ends_the_round() -> None:
    with pytest.raises(ConnectionError):
        await timeouts(Queue([on_offer("broken")], fault=ConnectionError("no primary"))).run()


async def test_the_queue_is_drained_when_somebody_may_be_asked_again() -> None:
    queue, wake = Queue([]), asyncio.Event()
    queue.again = 1
    await timeouts(queue, wake).run()
    assert wake.is_set()
