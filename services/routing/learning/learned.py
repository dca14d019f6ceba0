"""Learned classification in the running service: its worker, its loops, its routes, and what handlers ask and tell."""

from collections.abc import Iterable

import structlog

from services.routing.classification.facts import Facts
from services.routing.classification.ruleset import Ruleset
from services.routing.learning import api
from services.routing.learning.classifier import Classifier
from services.routing.learning.desk import ModelDesk
from services.routing.learning.following import Following
from services.routing.learning.heard import Heard
from services.routing.learning.metrics import ModelMetrics
from services.routing.learning.parts import Shelves, now, off_because, trainer_of
from services.routing.learning.schedule import Schedule
from services.routing.learning.taught import corrections, with_lesson
from services.routing.learning.worker import Worker
from services.routing.settings import Settings
from services.routing.step import Step
from services.routing.ticket import Ticket
from shared.change import Change, Write
from shared.envelope import Envelope
from shared.service import Service

LIVE_SECONDS = 300.0
"""How often the live precision of the active model is counted anew."""

log = structlog.get_logger()


class Learned:
    """`ask` is what the handlers need. Without models, or where learning is off, nothing is heard."""

    def __init__(self, service: Service, settings: Settings, ruleset: Ruleset, *, shelves: Shelves) -> None:
        self._service = service
        self._settings = settings
        self._ruleset = ruleset
        self._shelves = shelves
        self._off = off_because(settings, ruleset.learning)
        self._classifier: Classifier | None = None
        self._metrics: ModelMetrics | None = None
        self.worker: Worker | None = None
        service.app.state.learned = self

    async def ask(self, facts: Facts) -> Heard:
        return Heard() if self._classifier is None else await self._classifier.ask(facts)

    def teach(
        self, change: Change, step: Step, after: Ticket, *, cause: Envelope, heard: Heard | None = None
    ) -> Change:
        """The change with what it teaches, if the organisation has learned classification at all."""
        return with_lesson(change, step, after, cause=cause, heard=heard) if self._ruleset.learning.enabled else change

    async def count(self, writes: Iterable[Write]) -> None:
        """Counts what people said of the model's answers in a change that was committed."""
        if self._metrics is None:
            return
        for ticket, category in corrections(writes).items():
            said = await self._shelves.lessons.said(ticket)
            if said is not None:
                self._metrics.count_correction(*said, category)

    def run(self) -> None:
        """Adds loops, routes and what is to be prepared to the service."""
        self._service.prepare(self._shelves.prepare)
        if self._off is not None:
            log.info("learning.off", reason=self._off)
            desk = ModelDesk(self._shelves.models, self._shelves.lessons, clock=now, off=self._off)
        else:
            desk = self._run()
        self._service.app.include_router(api.router(desk=desk, jwt_key=self._settings.jwt_key))

    def _run(self) -> ModelDesk:
        learning, categories = self._ruleset.learning, frozenset(self._ruleset.categories)
        metrics = ModelMetrics(self._service.metrics, categories=categories)
        self.worker = worker = Worker(ended=lambda: ended())
        following = Following(self._shelves.models, worker, show=metrics.show_health)

        def ended() -> None:
            metrics.count_ended()
            following.wake.set()

        self._metrics = metrics
        self._classifier = Classifier(worker, following, learning=learning, categories=categories, metrics=metrics)
        schedule = Schedule(
            self._shelves.models,
            trainer_of(self._shelves, self._ruleset),
            learning=learning,
            trained=following.wake.set,
            clock=now,
        )

        async def show_live() -> None:
            active = following.serving.active
            if active is not None:
                metrics.show_live(await self._shelves.lessons.tallies(active), wanted=learning.precision)

        def changed() -> None:
            following.wake.set()
            schedule.wake.set()

        self._service.every(0, "models", following.round)
        self._service.every(0, "model_training", schedule.round)
        self._service.every(LIVE_SECONDS, "model_figures", show_live)
        self._service.on_stop(worker.stop)
        return ModelDesk(self._shelves.models, self._shelves.lessons, clock=now, changed=changed, here=following.here)
