"""What runs in a service that has learned classification: the worker, what it follows, the schedule, the figures."""

from services.routing.classification.ruleset import Ruleset
from services.routing.learning.answering.classifier import Classifier
from services.routing.learning.answering.following import Following
from services.routing.learning.answering.worker import Worker
from services.routing.learning.desk import ModelDesk
from services.routing.learning.metrics import ModelMetrics
from services.routing.learning.parts import Shelves, now, trainer_of
from services.routing.learning.trainings.schedule import Schedule
from shared.service import Service

LIVE_SECONDS = 300.0
"""How often the live precision of the active model is counted anew."""


class Apparatus:
    def __init__(self, service: Service, ruleset: Ruleset, shelves: Shelves, *, nice: int) -> None:
        learning, categories = ruleset.learning, frozenset(ruleset.categories)
        self._service = service
        self._shelves = shelves
        self._wanted = learning.precision
        self.metrics = ModelMetrics(service.metrics, categories=categories)
        self.worker = Worker(ended=self._ended)
        self.following = Following(shelves.models, self.worker, show=self.metrics.show_health)
        self.classifier = Classifier(
            self.worker, self.following, learning=learning, categories=categories, metrics=self.metrics
        )
        trainer = trainer_of(shelves, ruleset, nice=nice)
        self.schedule = Schedule(shelves.models, trainer, learning=learning, trained=self.following.wake.set, clock=now)

    def run(self) -> None:
        """Adds its loops to the service, and its end."""
        self._service.every(0, "models", self.following.round)
        self._service.every(0, "model_training", self.schedule.round)
        self._service.every(LIVE_SECONDS, "model_figures", self._show_live)
        self._service.on_stop(self._stop)

    def desk(self) -> ModelDesk:
        return ModelDesk(
            self._shelves.models, self._shelves.lessons, clock=now, changed=self._changed, here=self.following.here
        )

    async def count_correction(self, ticket: str, category: str) -> None:
        """A person gave the ticket this category; counted, if the model had been asked about it."""
        said = await self._shelves.lessons.said(ticket)
        if said is not None:
            self.metrics.count_correction(*said, category)

    async def _show_live(self) -> None:
        active = self.following.serving.active
        if active is not None:
            self.metrics.show_live(await self._shelves.lessons.tallies(active), wanted=self._wanted)

    async def _stop(self) -> None:
        """Tickets that are being decided are classified before the worker goes."""
        await self._service.bus.stop_consuming()
        await self.worker.stop()

    def _ended(self) -> None:
        self.metrics.count_ended()
        self.following.wake.set()

    def _changed(self) -> None:
        self.following.wake.set()
        self.schedule.wake.set()
