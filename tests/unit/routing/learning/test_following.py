"""A replica follows what the organisation chose: it swaps when a model is loaded, and falls back when it is broken."""

from typing import Any, cast

import pytest

from services.routing.learning.answering.following import AGAIN_AFTER, Following
from services.routing.learning.answering.worker import Unavailable, Worker
from services.routing.learning.choice import Choice
from services.routing.learning.model.verdicts import BrokenModel
from services.routing.learning.store import ModelStore
from tests.unit.routing.learning.samples import entry


class Catalogue:
    """The choice and the files; a version named `broken...` has a damaged one."""

    def __init__(self) -> None:
        self.current = Choice()

    async def choice(self) -> Choice:
        return self.current

    async def entry(self, version: str) -> Any:
        return entry(version, version.encode())

    async def content(self, entry: Any) -> bytes:
        if entry.version.startswith("broken"):
            raise BrokenModel("its file is damaged")
        return entry.version.encode()


class Loads:
    """A worker that only remembers what was loaded."""

    def __init__(self) -> None:
        self.loaded: set[str] = set()
        self.is_up = True
        self.pause = 0.0

    async def load(self, version: str, content: bytes) -> None:
        if not self.is_up:
            raise Unavailable("tried again in 1.0 s")
        self.loaded.add(version)

    async def drop(self, version: str) -> None:
        self.loaded.discard(version)


class Replica:
    def __init__(self) -> None:
        self.catalogue, self.worker, self.now = Catalogue(), Loads(), 0.0
        self.shown: tuple[bool, bool] = (False, True)
        self.following = Following(
            cast(ModelStore, self.catalogue), cast(Worker, self.worker), show=self._show, clock=lambda: self.now
        )

    def _show(self, broken: bool, up: bool) -> None:
        self.shown = (broken, up)

    async def follow(self, *activated: str, shadow: str | None = None) -> tuple[str | None, str | None]:
        self.catalogue.current = Choice(activated=activated, shadow=shadow)
        await self.following.follow()
        return self.following.serving.active, self.following.serving.shadow


@pytest.fixture
def replica() -> Replica:
    return Replica()


async def test_it_loads_what_is_chosen_and_drops_what_nobody_wants_any_more(replica: Replica) -> None:
    assert await replica.follow("v1", shadow="v2") == ("v1", "v2")
    assert await replica.follow("v1", "v2") == ("v2", None)
    assert replica.worker.loaded == {"v2"}
    assert [replica.following.here(version) for version in ("v1", "v2")] == ["", "answers"]
    assert replica.shown == (False, True)


async def test_a_broken_model_leaves_the_one_before_it_and_says_so(replica: Replica) -> None:
    assert await replica.follow("v1", "broken") == ("v1", None)
    assert replica.shown == (True, True)
    assert replica.following.here("broken") == "broken: its file is damaged"
    assert await replica.follow("broken") == (None, None)
    assert replica.following.silent == "model broken is broken: its file is damaged"
    assert await replica.follow("v1") == ("v1", None)
    assert (replica.shown, replica.following.silent) == ((False, True), None)


async def test_a_broken_shadow_is_no_reason_for_silence_or_alarm(replica: Replica) -> None:
    assert await replica.follow("v1", shadow="broken") == ("v1", None)
    assert (replica.shown, replica.following.silent) == ((False, True), None)


async def test_what_failed_while_it_classified_is_not_asked_until_it_is_tried_again(replica: Replica) -> None:
    await replica.follow("v1")
    replica.following.mark_broken("v1", "ValueError while it classified")
    assert await replica.follow("v1") == (None, None)
    replica.now = AGAIN_AFTER + 1
    assert await replica.follow("v1") == ("v1", None)
    assert replica.shown == (False, True)


async def test_without_a_worker_the_reason_is_told_and_nothing_is_called_broken(replica: Replica) -> None:
    replica.worker.is_up = False
    assert await replica.follow("v1") == (None, None)
    assert (replica.shown, replica.following.silent) == ((False, False), "tried again in 1.0 s")
    replica.worker.is_up = True
    assert await replica.follow("v1") == ("v1", None)
