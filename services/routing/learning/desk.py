"""What people do with models: look at them, have one trained, activate one, put one in the shadow, roll back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime

from services.routing.learning.catalogue import Entry
from services.routing.learning.choice import Choice, Turn, What
from services.routing.learning.lessons.lesson_store import LessonStore
from services.routing.learning.lessons.live import Live, live
from services.routing.learning.store import ModelStore
from services.routing.learning.trainings.training_record import Training
from shared.envelope import Frozen


class ModelShown(Frozen):
    """`state` is active, shadow or retired; or broken, when this replica can't use it, as `here` says.

    `training` are the cross-validated figures of its card, `live` those of real tickets since.
    """

    version: str
    state: str
    here: str
    origin: str
    trained_at: AwareDatetime
    trained_by: str
    examples: dict[str, int]
    because: str
    training: dict[str, Any]
    live: Live | None


class TurnShown(Frozen):
    what: str
    version: str | None
    by: str
    at: AwareDatetime
    because: str


class TrainingShown(Frozen):
    id: str
    origin: str
    asked_by: str
    asked_at: AwareDatetime
    state: str
    ended_at: AwareDatetime | None
    result: str
    model: str | None


class ModelsShown(Frozen):
    """`off` says why there is no learned classification on this replica; None: it is on."""

    off: str | None
    active: str | None
    previous: str | None
    shadow: str | None
    models: tuple[ModelShown, ...]
    turns: tuple[TurnShown, ...]
    trainings: tuple[TrainingShown, ...]


class ModelDesk:
    def __init__(
        self,
        store: ModelStore,
        lessons: LessonStore,
        *,
        clock: Callable[[], datetime],
        changed: Callable[[], None] = lambda: None,
        here: Callable[[str], str] = lambda version: "",
        off: str | None = None,
    ) -> None:
        self._store = store
        self._lessons = lessons
        self._clock = clock
        self._changed = changed
        self._here = here
        self._off = off

    async def models(self) -> ModelsShown:
        choice = await self._store.choice()
        entries = await self._store.entries()
        return ModelsShown(
            off=self._off,
            active=choice.active,
            previous=choice.previous,
            shadow=choice.shadow,
            models=tuple([await self._shown(entry, choice) for entry in entries]),
            turns=tuple(
                TurnShown(what=turn.what, version=turn.version, by=turn.by, at=turn.at, because=turn.because)
                for turn in reversed(choice.turns)
            ),
            trainings=tuple([training_shown(one) for one in await self._store.latest()]),
        )

    async def activate(self, version: str, *, by: str, key: str | None = None) -> ModelsShown:
        """The version decides from now on, on every replica within seconds."""
        return await self._turn("activate", version, by=by, key=key)

    async def shadow(self, version: str, *, by: str, key: str | None = None) -> ModelsShown:
        """The version says beside the active one what it would have done; nothing is decided by it."""
        return await self._turn("shadow", version, by=by, key=key)

    async def roll_back(self, *, by: str, key: str | None = None) -> ModelsShown:
        """The version before the active one decides again."""
        return await self._turn("rollback", None, by=by, key=key)

    async def train(self, *, training: str, by: str) -> TrainingShown:
        """Has a model trained in the background; the same id twice is one training."""
        asked = Training(id=training, origin="history", asked_by=by, asked_at=self._clock())
        shown = training_shown(await self._store.ask(asked))
        self._changed()
        return shown

    async def training(self, training: str) -> TrainingShown:
        return training_shown(await self._store.training(training))

    async def _turn(self, what: What, version: str | None, *, by: str, key: str | None) -> ModelsShown:
        if version is not None:
            await self._store.entry(version)
        turn = Turn(what=what, version=version, by=by, at=self._clock(), key=key)
        await self._store.choose(lambda choice: _turned(choice, turn))
        self._changed()
        return await self.models()

    async def _shown(self, entry: Entry, choice: Choice) -> ModelShown:
        state = choice.state(entry.version)
        in_use = state in ("active", "shadow")
        here = self._here(entry.version)
        return ModelShown(
            version=entry.version,
            state="broken" if here.startswith("broken") else state,
            here=here,
            origin=entry.origin,
            trained_at=entry.card.trained_at,
            trained_by=entry.trained_by,
            examples=entry.examples,
            because=entry.verdict,
            training=entry.card.document(),
            live=live(await self._lessons.tallies(entry.version)) if in_use else None,
        )


def _turned(choice: Choice, turn: Turn) -> Choice:
    if choice.knows(turn.key):
        return choice
    if turn.what == "rollback":
        return choice.rolled_back(turn)
    if turn.what == "activate" and turn.version is not None:
        return choice.activated_with(turn.version, turn)
    return choice.shadowed_with(turn.version, turn)


def training_shown(training: Training) -> TrainingShown:
    return TrainingShown(**{name: getattr(training, name) for name in TrainingShown.model_fields})
