"""Keeps this replica's worker at the models that the organisation has chosen, and says what is broken here.

A model takes over only when it is loaded. When the active one can't be used, the one before it goes on, if there
is one that works; else the rules decide alone.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from services.routing.learning.answering.worker import Unavailable, Worker
from services.routing.learning.choice import Choice
from services.routing.learning.model.card import Card
from services.routing.learning.model.verdicts import BrokenModel
from services.routing.learning.pause import paused
from services.routing.learning.store import ModelStore
from shared.errors import Refused

AGAIN_AFTER = 60.0
"""Seconds after which a broken model is tried again: a file may have been restored, a library installed."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Serving:
    """What this replica answers with now."""

    active: str | None = None
    shadow: str | None = None
    cards: dict[str, Card] = field(default_factory=dict)


class Following:
    def __init__(
        self,
        store: ModelStore,
        worker: Worker,
        *,
        show: Callable[[bool, bool], None],
        every: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._worker = worker
        self._show = show
        self._every = every
        self._clock = clock
        self._broken: dict[str, tuple[str, float]] = {}
        self._cards: dict[str, Card] = {}
        self.serving = Serving()
        self.silent: str | None = None
        """Why nobody answers although a model is chosen."""
        self._down = ""
        self.wake = asyncio.Event()

    def here(self, version: str) -> str:
        """What this replica makes of a model: answers with it, can't use it, or has no use for it."""
        if version in self._broken:
            return f"broken: {self._broken[version][0]}"
        return "answers" if version in (self.serving.active, self.serving.shadow) else ""

    async def follow(self) -> Choice:
        """Loads what is wanted and missing, then swaps, then drops what nobody wants any more."""
        choice = await self._store.choice()
        active = await self._first_that_works(choice.active, choice.previous)
        shadow = await self._first_that_works(choice.shadow)
        wanted = {version for version in (active, shadow) if version is not None}
        self._cards = {version: card for version, card in self._cards.items() if version in wanted}
        self.serving = Serving(active, shadow, dict(self._cards))
        self.silent = self._why_silent(choice.active) if active is None else None
        for version in sorted(self._worker.loaded - wanted):
            await self._worker.drop(version)
        known = {choice.active, choice.previous, choice.shadow}
        self._broken = {version: why for version, why in self._broken.items() if version in known}
        self._show(choice.active in self._broken, self._worker.is_up or not (choice.active or choice.shadow))
        return choice

    async def round(self) -> None:
        """Follows, then waits until something happened or some seconds have passed."""
        self.wake.clear()
        try:
            await self.follow()
        finally:
            await paused(self.wake, self._worker.pause or self._every)

    def mark_broken(self, version: str, reason: str) -> None:
        """A model that is loaded failed: it is not asked any more, for a while."""
        if version not in self._broken:
            log.error("model.broken", version=version, reason=reason)
        self._broken[version] = (reason, self._clock())
        self.wake.set()

    def _why_silent(self, active: str | None) -> str | None:
        if active is None:
            return None
        return f"model {active} is broken: {self._broken[active][0]}" if active in self._broken else self._down

    async def _first_that_works(self, *versions: str | None) -> str | None:
        for version in versions:
            if version is not None and await self._loaded(version):
                return version
        return None

    async def _loaded(self, version: str) -> bool:
        if version in self._broken and self._clock() - self._broken[version][1] < AGAIN_AFTER:
            return False
        if version in self._worker.loaded and version in self._cards and version not in self._broken:
            return True
        try:
            entry = await self._store.entry(version)
            await self._worker.load(version, await self._store.content(entry))
        except (BrokenModel, Refused) as error:
            self.mark_broken(version, error.reason if isinstance(error, BrokenModel) else error.detail)
            return False
        except Unavailable as error:
            self._down = str(error)
            return False
        if self._broken.pop(version, None) is not None or version not in self._cards:
            log.info("model.loaded", version=version)
        self._cards[version] = entry.card
        return True
