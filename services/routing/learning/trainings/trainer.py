"""Carries a training out: collects the examples, has them trained on in a process of low priority, stores the model."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from services.routing.learning.catalogue import Entry, digest, version_of
from services.routing.learning.choice import Turn
from services.routing.learning.configuration import Learning
from services.routing.learning.model.card import Card
from services.routing.learning.model.examples import Example
from services.routing.learning.model.verdicts import BrokenModel
from services.routing.learning.store import ModelStore
from services.routing.learning.trainings.comparison import Comparison
from services.routing.learning.trainings.material import Material
from services.routing.learning.trainings.policy import Place, place
from services.routing.learning.trainings.training_record import State, Training
from services.routing.processes import confined, frames
from shared.errors import Refused

COMMAND = confined.module("services.routing.learning.trainings.training_process")
ROWS_AT_A_TIME = 100
NICE = 10
"""How much less important than everything else a training is."""
LONGEST = 6 * 3600.0
"""Seconds after which a training is given up."""

NOTHING_TO_LEARN = {
    "starter": "routing.yaml has fewer than two of the starter's categories",
    "history": "there is nothing to learn from yet: people or rules have to give tickets at least two categories, "
    "or one of those that the starter knows",
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Trained:
    """What came out of the process: a model with its card, or why there is none."""

    content: bytes = b""
    card: Card | None = None
    comparison: Comparison | None = None
    missing: str = ""
    refused: str | None = None
    failed: str | None = None


class Trainer:
    def __init__(
        self,
        store: ModelStore,
        *,
        own: Callable[[], Awaitable[Material]],
        starter: Callable[[], Awaitable[Material]],
        learning: Learning,
        clock: Callable[[], datetime],
        nice: int = NICE,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._store = store
        self._own = own
        self._starter = starter
        self._learning = learning
        self._clock = clock
        self._nice = nice
        self._command = command

    async def carry_out(self, training: Training) -> Training:
        """Trains, stores and places the model; gives the training with its result."""
        material = await (self._starter() if training.origin == "starter" else self._own())
        if not material.teaches(training.origin):
            return await self._end(training, "refused", NOTHING_TO_LEARN[training.origin], None)
        trained = await self.trained_from(material, await self._active())
        if trained.card is None:
            state: State = "refused" if trained.refused is not None else "failed"
            return await self._end(training, state, trained.refused or trained.failed or "", None)
        where = self._placed((await self._store.choice()).active, trained)
        entry = await self._add(training, material, trained, where)
        await self._put(entry, where)
        await self.remove_old()
        log.info("model.trained", version=entry.version, role=where.role, because=where.because)
        return await self._end(training, "done", where.because, entry.version)

    async def _active(self) -> bytes:
        """The file of the active model; nothing, when there is none that can be read."""
        choice = await self._store.choice()
        if choice.active is None:
            return b""
        try:
            return await self._store.content(await self._store.entry(choice.active))
        except (BrokenModel, Refused):
            return b""

    async def trained_from(self, material: Material, active: bytes) -> Trained:
        """A model, compared with the active one on what is held out; nothing is stored."""
        process = await confined.spawn(self._command)
        try:
            async with asyncio.timeout(LONGEST):
                await self._send(process, material, active)
                assert process.stdout is not None
                return _read(*await frames.receive(process.stdout), self._missing(material))
        except TimeoutError:
            return Trained(failed=f"it took longer than {LONGEST / 3600:g} hours")
        except (asyncio.IncompleteReadError, ConnectionError):
            return Trained(failed=f"its process ended with {await confined.ended(process)}; see the log")
        finally:
            await asyncio.shield(confined.ended(process))

    async def _send(self, process: Process, material: Material, active: bytes) -> None:
        """In portions, so that the event loop is never kept for long."""
        assert process.stdin is not None
        for kind, examples in (("examples", material.examples), ("held_out", material.held_out)):
            for first in range(0, len(examples), ROWS_AT_A_TIME):
                rows = [_row(example) for example in examples[first : first + ROWS_AT_A_TIME]]
                await frames.send(process.stdin, {"do": kind, "rows": rows})
        head = {
            "do": "train",
            "nice": self._nice,
            "now": self._clock().isoformat(),
            "precision": self._learning.precision,
            "out_of_scope": material.out_of_scope,
        }
        await frames.send(process.stdin, head, active)

    def _missing(self, material: Material) -> str:
        needed, there = 2 * self._learning.compared_on, material.counts.get("person", 0)
        return "" if material.held_out else f"people have given {there} tickets a category, {needed} are needed for it"

    async def _add(self, training: Training, material: Material, trained: Trained, where: Place) -> Entry:
        assert trained.card is not None
        sha256 = await asyncio.to_thread(digest, trained.content)
        entry = Entry(
            version=version_of(training.origin, at=trained.card.trained_at, sha256=sha256),
            origin=training.origin,
            sha256=sha256,
            card=trained.card,
            trained_by=training.asked_by,
            examples=dict(material.counts),
            verdict=where.because,
        )
        await self._store.add(entry, trained.content)
        return entry

    async def _put(self, entry: Entry, where: Place) -> None:
        turn = Turn(
            what="activate" if where.role == "active" else "shadow",
            version=entry.version,
            by=entry.trained_by,
            at=self._clock(),
            because=where.because,
        )
        if where.role == "active":
            await self._store.choose(lambda choice: choice.activated_with(entry.version, turn))
        else:
            await self._store.choose(lambda choice: choice.shadowed_with(entry.version, turn))

    def _placed(self, active: str | None, trained: Trained) -> Place:
        return place(
            activate=self._learning.activate, active=active, comparison=trained.comparison, missing=trained.missing
        )

    async def remove_old(self) -> None:
        """Keeps the newest models and those in use; the others go with their files."""
        choice = await self._store.choice()
        in_use = {choice.active, choice.previous, choice.shadow}
        for entry in (await self._store.entries(limit=1000))[self._learning.keep_models :]:
            if entry.version not in in_use:
                await self._store.remove(entry, now=self._clock())

    async def _end(self, training: Training, state: State, result: str, model: str | None) -> Training:
        if state != "done":
            log.warning("model.not_trained", training=training.id, state=state, reason=result)
        await self._store.end(training.id, state=state, at=self._clock(), result=result, model=model)
        return await self._store.training(training.id)


def _row(example: Example) -> list[Any]:
    return [example.text, example.category, example.language, example.weight]


def _read(head: frames.Head, content: bytes, missing: str) -> Trained:
    if "card" not in head:
        return Trained(refused=head.get("refused"), failed=head.get("failed"))
    comparison = Comparison.of(head["comparison"]) if "comparison" in head else None
    return Trained(
        content=content, card=Card.of(head["card"]), comparison=comparison, missing=head.get("missing") or missing
    )
