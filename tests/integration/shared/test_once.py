"""A change is committed once and its events are sent at least once, wherever the process dies."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from shared.change import Apply, Change, Insert, Update
from shared.envelope import Event
from shared.errors import Permanent, Stale
from shared.mongo import Mongo
from shared.once import Once, Outgoing
from tests.integration.shared.test_bus import classified, opened
from tests.site import Site


class Publisher:
    """Keeps what is published; fails while `broken`."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.broken = False
        self.refuses: set[str] = set()

    async def __call__(self, event: Outgoing) -> None:
        if self.broken or event.id in self.refuses:
            raise ConnectionError("no broker")
        self.sent.append(event.id)


@pytest.fixture(params=["motor", "pymongo"])
async def mongo(site: Site, request: pytest.FixtureRequest) -> AsyncIterator[Mongo]:
    made = Mongo(site.deployment.nodes.mongodb_url, database=site.database_name("once"), driver=request.param)
    yield made
    await made.database.client.drop_database(site.database_name("once"))
    await made.close()


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
async def once(mongo: Mongo, publisher: Publisher) -> Once:
    made = Once(mongo, publisher, registry=CollectorRegistry())
    await made.prepare()
    await mongo.ensure_collections(["tickets", "counts"])
    return made


async def test_a_repeat_changes_nothing_and_gets_the_same_answer(
    once: Once, publisher: Publisher, mongo: Mongo
) -> None:
    async def decide() -> Change:
        return Change((Apply("counts", "all", {"$inc": {"n": 1}}),), (classified(opened()),), {"number": "K-1"})

    first = await once.handle("k", "t", decide)
    second = await once.handle("k", "t", decide)
    assert (first.repeated, second.repeated) == (False, True)
    assert first.answer == second.answer == {"number": "K-1"}
    assert await mongo.database.counts.find_one() == {"_id": "all", "n": 1}
    assert len(publisher.sent) == 1


async def test_concurrent_repeats_have_one_effect(once: Once, publisher: Publisher, mongo: Mongo) -> None:
    async def decide() -> Change:
        return Change((Apply("counts", "all", {"$inc": {"n": 1}}),), (classified(opened()),))

    await asyncio.gather(*(once.handle("k", f"t{number}", decide) for number in range(20)))
    assert await mongo.database.counts.find_one() == {"_id": "all", "n": 1}
    assert set(publisher.sent) == {classified(opened()).id}


async def test_a_change_of_something_that_moved_on_is_decided_again(once: Once, mongo: Mongo) -> None:
    async def add(name: str) -> None:
        async def decide() -> Change:
            found = await mongo.database.tickets.find_one({"_id": "t"}) or {"version": 0, "names": []}
            return Change((Update("tickets", "t", found["version"], {"names": [*found["names"], name]}),))

        await once.handle(name, name, decide)  # other subjects, so that only the guard keeps order

    names = {f"n{number}" for number in range(12)}
    await asyncio.gather(*(add(name) for name in names))
    found = await mongo.database.tickets.find_one({"_id": "t"})
    assert found["version"] == 12
    assert set(found["names"]) == names


async def test_nothing_is_written_when_one_write_is_stale(once: Once, mongo: Mongo) -> None:
    calls: list[None] = []

    async def decide() -> Change:
        calls.append(None)
        if len(calls) == 1:
            return Change((Insert("counts", {"_id": "x"}), Update("tickets", "t", 7, {"a": 1})))
        raise Permanent("enough")

    with pytest.raises(Permanent):
        await once.handle("k", "t", decide)
    assert await mongo.database.counts.count_documents({}) == 0
    assert await mongo.database.handled.count_documents({}) == 0


async def test_a_decision_that_fails_leaves_nothing_behind(once: Once, mongo: Mongo) -> None:
    async def decide() -> Change:
        raise Permanent("no")

    with pytest.raises(Permanent):
        await once.handle("k", "t", decide)
    assert await mongo.database.handled.count_documents({}) == 0


async def test_what_could_not_be_sent_is_sent_by_the_next_delivery(once: Once, publisher: Publisher) -> None:
    event = classified(opened())

    async def decide() -> Change:
        return Change(events=(event,))

    publisher.broken = True
    with pytest.raises(ConnectionError):
        await once.handle("k", "t", decide)
    publisher.broken = False
    assert (await once.handle("k", "t", decide)).repeated
    assert publisher.sent == [event.id]


async def test_the_sweeper_sends_what_a_dead_process_left(once: Once, publisher: Publisher, mongo: Mongo) -> None:
    event = classified(opened())

    async def decide() -> Change:
        return Change(events=(event,))

    publisher.broken = True
    await once.handle("k", "t", decide, wait_sent=False)
    await once.finish()
    publisher.broken = False
    assert await once.sweep() == 0, "a fresh record may still be on its way"
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    await mongo.database.handled.update_one({"_id": "k"}, {"$set": {"unsent": long_ago}})
    assert await once.sweep() == 1
    assert await once.sweep() == 0
    assert publisher.sent == [event.id]


async def test_stale_is_not_an_answer(once: Once) -> None:
    async def decide() -> Change:
        return Change((Update("tickets", "nobody", 3, {"a": 1}),))

    with pytest.raises(Exception, match="no commit") as failure:
        await once.handle("k", "t", decide)
    assert not isinstance(failure.value, Stale)


async def test_one_record_that_can_not_be_sent_does_not_hold_up_the_others(
    once: Once, publisher: Publisher, mongo: Mongo
) -> None:
    refused, fine = classified(opened("refused")), classified(opened("fine"))
    publisher.broken = True
    for event in (refused, fine):
        await once.handle(event.id, event.id, _having(event), wait_sent=False)
    await once.finish()
    publisher.broken, publisher.refuses = False, {refused.id}
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    await mongo.database.handled.update_many({}, {"$set": {"unsent": long_ago}})
    assert await once.sweep() == 1
    assert publisher.sent == [fine.id], "the other one was sent, and once"
    assert await once.sweep() == 0
    assert (await mongo.database.handled.find_one({"_id": refused.id}))["unsent"], "it is not forgotten"
    assert publisher.sent == [fine.id]


def _having(event: Event) -> Callable[[], Awaitable[Change]]:
    async def decide() -> Change:
        return Change(events=(event,))

    return decide
