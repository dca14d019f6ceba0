"""How the projector behaves when things go wrong around it; the store and the stream are stand-ins."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry

from services.reporting.facts import Fact
from services.reporting.projector import Projector, made_by
from services.reporting.store import State, Writes
from shared.history import Entry
from tests.stories import MORNING, Story

ZONE = ZoneInfo("Europe/Ljubljana")


class Memory:
    """A store that keeps what it is told; it can't read the facts about `unreadable`."""

    def __init__(self, *, unreadable: str = "", refuses: int = 0) -> None:
        self.at = State(step=0, phase="follow", cursor="", offset=0, made_by=made_by(ZONE))
        self.written: list[Writes] = []
        self._unreadable = unreadable
        self._refuses = refuses

    async def hold_lease(self, holder: str, *, now: datetime, lasts: timedelta) -> bool:
        return True

    async def release_lease(self, holder: str) -> None:
        pass

    async def state(self, *, made_by: str) -> State:
        return self.at

    async def known(self, ids: Sequence[str]) -> set[str]:
        return {arrival.fact.id for writes in self.written for arrival in writes.kept} & set(ids)

    async def facts(self, subjects: Iterable[str]) -> dict[str, list[Fact]]:
        if self._unreadable in set(subjects):
            raise ValueError("a fault of this version")
        return {}

    async def commit(self, before: State, after: State, writes: Writes) -> None:
        if self._refuses:
            self._refuses -= 1
            raise ConnectionError("no primary")
        assert before.step == self.at.step
        self.at = after
        self.written.append(writes)


class Stream:
    """Hands its entries over once, as `History` does, and again from the stored offset after a failure."""

    def __init__(self, *bodies: bytes, deaf: int = 0) -> None:
        self._entries = [Entry(offset, body) for offset, body in enumerate(bodies)]
        self._deaf = deaf
        self.connected = False
        self.read = asyncio.Event()

    async def follow(
        self, next_offset: Callable[[], Awaitable[int]], on_batch: Callable[[Sequence[Entry]], Awaitable[None]]
    ) -> None:
        while not self.read.is_set():
            offset = await next_offset()
            self.connected = True
            try:
                await on_batch(self._entries[offset:])
            except ConnectionError:
                continue
            self.read.set()
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self._deaf -= 1
                if self._deaf < 0:
                    raise


def _projector(store: Memory, stream: Stream) -> Projector:
    return Projector(store, stream, zone=ZONE, holder="me", registry=CollectorRegistry())


def _three() -> list[Story]:
    stories = [Story(f"ticket {n}") for n in range(3)]
    for story in stories:
        story.opens()
    return stories


async def test_stopping_ends_although_a_cancellation_is_swallowed() -> None:
    stream = Stream(Story("deaf").opens().encoded(), deaf=1)
    projector = _projector(Memory(), stream)
    await projector.start()
    await stream.read.wait()
    async with asyncio.timeout(10):
        await projector.stop()


async def test_an_event_that_this_version_can_not_project_is_set_aside_and_the_others_are_projected() -> None:
    stories = _three()
    store = Memory(unreadable=stories[1].ticket)
    stream = Stream(*(story.events[0].encoded() for story in stories))
    projector = _projector(store, stream)
    await projector.start()
    await stream.read.wait()
    await projector.stop()
    kept = [arrival.fact.subject for writes in store.written for arrival in writes.kept]
    assert kept == [stories[0].ticket, stories[2].ticket]
    assert [(odd.offset, odd.reason) for writes in store.written for odd in writes.odd] == [
        (1, "could not be projected: ValueError")
    ]
    assert store.at.offset == 3


async def test_a_database_that_is_away_sets_nothing_aside() -> None:
    store = Memory(refuses=2)
    stream = Stream(*(story.events[0].encoded() for story in _three()))
    projector = _projector(store, stream)
    await projector.start()
    await stream.read.wait()
    await projector.stop()
    assert not any(writes.odd for writes in store.written)
    assert store.at.offset == 3


async def test_the_lag_is_the_age_of_what_waits_and_nothing_when_nothing_waits() -> None:
    waiting = asyncio.Event()

    class Slow(Memory):
        async def known(self, ids: Sequence[str]) -> set[str]:
            waiting.set()
            await go_on.wait()
            return await super().known(ids)

    go_on = asyncio.Event()
    stream = Stream(Story("lag").opens().encoded())
    projector = _projector(Slow(), stream)
    await projector.start()
    await waiting.wait()
    assert projector.lag(MORNING + timedelta(seconds=90)) == pytest.approx(90)
    go_on.set()
    await stream.read.wait()
    assert projector.lag(datetime.now(UTC)) == 0
    await projector.stop()
