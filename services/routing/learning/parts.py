"""The parts of learned classification, put together: for the service, and for its command line."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec

from services.routing.classification.ruleset import Ruleset
from services.routing.learning.configuration import Learning
from services.routing.learning.lessons.lesson_store import LessonStore
from services.routing.learning.store import ModelStore
from services.routing.learning.trainings.material import Material, collected
from services.routing.learning.trainings.trainer import Trainer
from services.routing.openings import Openings
from services.routing.settings import Settings
from shared.mongo import Mongo

NEEDED = ("numpy", "scipy", "sklearn")
"""The libraries of the extra `routing`. They are looked for, never imported, by the service itself."""


def off_because(settings: Settings, learning: Learning) -> str | None:
    """Why there is no learned classification in this process; None: there is."""
    if not settings.learning:
        return "KARTICA_LEARNING is false"
    if not learning.enabled:
        return "`learning.enabled` is false in routing.yaml"
    return missing(find_spec)


def missing(find: Callable[[str], object | None]) -> str | None:
    """Which of the libraries are not installed; None: all are."""
    absent = [name for name in NEEDED if find(name) is None]
    return f"{', '.join(absent)} can't be imported; install the extra `routing`" if absent else None


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where models, lessons and texts are kept."""

    models: ModelStore
    lessons: LessonStore
    openings: Openings

    @classmethod
    def of(cls, mongo: Mongo, *, openings: Openings, retention: timedelta) -> "Shelves":
        return cls(ModelStore(mongo), LessonStore(mongo, retention=retention), openings)

    async def prepare(self) -> None:
        await self.models.prepare()
        await self.lessons.prepare()


def now() -> datetime:
    return datetime.now(UTC)


def trainer_of(shelves: Shelves, ruleset: Ruleset, *, nice: int, clock: Callable[[], datetime] = now) -> Trainer:
    """Trains for the categories of routing.yaml; of the starter's examples, those of categories that it has."""
    learning, categories = ruleset.learning, frozenset(ruleset.categories)

    async def starter() -> Material:
        return (await starter_material()).of(categories)

    async def own() -> Material:
        return await collected(
            shelves.lessons.labels,
            shelves.openings.some,
            learning=learning,
            categories=categories,
            starter=await starter_material(),
        )

    return Trainer(shelves.models, own=own, starter=starter, learning=learning, nice=nice, clock=clock)


async def starter_material() -> Material:
    """The examples that come with Kartica, for its default categories in four languages."""
    return await asyncio.to_thread(_read_starter)


def _read_starter() -> Material:
    """Files that are read for a training only, and in a thread."""
    from services.routing.learning.starter import examples, out_of_scope

    return Material(tuple(examples()), out_of_scope=tuple(out_of_scope()))
