"""Sees to it that trainings which are due or asked for take place, by one replica at a time."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import structlog

from services.routing.learning.catalogue import Origin
from services.routing.learning.configuration import Learning
from services.routing.learning.pause import paused
from services.routing.learning.store import ModelStore
from services.routing.learning.trainings.trainer import Trainer
from services.routing.learning.trainings.training_record import Training
from shared.ids import derived_id
from shared.tasks import end

LEASE = "training"
LASTS = timedelta(seconds=60)
ATTEMPTS = 3
SCHEDULE = "system:schedule"
EPOCH = datetime.fromisoformat("2026-01-01T00:00:00+00:00")

log = structlog.get_logger()


class Schedule:
    def __init__(
        self,
        store: ModelStore,
        trainer: Trainer,
        *,
        learning: Learning,
        trained: Callable[[], None],
        clock: Callable[[], datetime],
        every: float = 10.0,
    ) -> None:
        self._store = store
        self._trainer = trainer
        self._learning = learning
        self._trained = trained
        self._clock = clock
        self._every = every
        self._holder = secrets.token_hex(8)
        self.wake = asyncio.Event()

    async def round(self) -> None:
        """Asks for what is due and carries out what was asked for first; then waits for some seconds, or a wish."""
        self.wake.clear()
        try:
            await self.ask_for_what_is_due()
            await self.carry_out_one()
        finally:
            await paused(self.wake, self._every)

    async def ask_for_what_is_due(self) -> None:
        """The starter model where there is none at all, else a training by the calendar. Replicas ask for the same."""
        now = self._clock()
        if not await self._store.any_model():
            await self._store.ask(_training("starter", now=now, period=now.date().isoformat()))
        every = self._learning.train_every
        last = await self._store.last_history()
        if every is not None and last is not None and now - last >= every:
            await self._store.ask(_training("history", now=now, period=str((now - EPOCH) // every)))

    async def carry_out_one(self) -> Training | None:
        """The training that has waited longest, unless another replica is at work."""
        if await self._store.waiting() is None:
            return None
        async with self._leased() as held:
            training = await self._store.waiting() if held else None
            if training is None:
                return None
            ended = await self._carry_out(training)
        self._trained()
        return ended

    async def _carry_out(self, training: Training) -> Training:
        if await self._store.begin(training.id) > ATTEMPTS:  # whoever trains it dies of it
            because = f"it was begun {ATTEMPTS} times and never ended; is there memory enough?"
            await self._store.end(training.id, state="failed", at=self._clock(), result=because, model=None)
            log.error("model.not_trained", training=training.id, state="failed", reason=because)
            return await self._store.training(training.id)
        log.info("model.training", training=training.id, origin=training.origin, asked_by=training.asked_by)
        return await self._trainer.carry_out(training)

    @asynccontextmanager
    async def _leased(self) -> AsyncIterator[bool]:
        held = await self._hold()
        renewing = asyncio.create_task(self._renew()) if held else None
        try:
            yield held
        finally:
            if renewing is not None:
                await end(renewing)
                await self._store.let_go(LEASE, self._holder)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LASTS.total_seconds() / 4)
            with suppress(Exception):
                await self._hold()

    async def _hold(self) -> bool:
        return await self._store.hold(LEASE, self._holder, now=self._clock(), lasts=LASTS)


def _training(origin: Origin, *, now: datetime, period: str) -> Training:
    name = derived_id("routing.training", origin, period)
    return Training(id=name, origin=origin, asked_by=SCHEDULE, asked_at=now)
