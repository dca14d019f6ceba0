"""Learned classification as the rest of routing sees it: what a model says of a message, and what a ticket teaches."""

from collections.abc import Iterable

import structlog

from services.routing.classification.facts import Facts
from services.routing.classification.ruleset import Ruleset
from services.routing.learning import api
from services.routing.learning.answering.heard import Heard
from services.routing.learning.apparatus import Apparatus
from services.routing.learning.desk import ModelDesk
from services.routing.learning.lessons.lessons import merging
from services.routing.learning.lessons.taught import corrections, with_lesson
from services.routing.learning.parts import Shelves, now, off_because
from services.routing.settings import Settings
from services.routing.step import Step
from services.routing.ticket import Ticket
from shared.change import Change, Write
from shared.envelope import Envelope
from shared.events import TicketMerged, TicketUnmerged
from shared.service import Service

log = structlog.get_logger()


class Learned:
    """Where learning is off, nothing is heard and no process is started; tickets still teach, for later."""

    def __init__(self, service: Service, settings: Settings, ruleset: Ruleset, *, shelves: Shelves) -> None:
        self._service = service
        self._settings = settings
        self._shelves = shelves
        self._teaches = ruleset.learning.enabled
        self._off = off_because(settings, ruleset.learning)
        self.apparatus: Apparatus | None = None
        if self._off is None:
            self.apparatus = Apparatus(service, ruleset, shelves, nice=settings.training_nice)
        service.app.state.learned = self

    async def ask(self, facts: Facts) -> Heard:
        """What the models say of a message that the rules left open, within the time limit."""
        return Heard() if self.apparatus is None else await self.apparatus.classifier.ask(facts)

    def teach(
        self, change: Change, step: Step, after: Ticket, *, cause: Envelope, heard: Heard | None = None
    ) -> Change:
        """The change with what it teaches, if the organisation has learned classification at all."""
        return with_lesson(change, step, after, cause=cause, heard=heard) if self._teaches else change

    async def merging(self, event: TicketMerged | TicketUnmerged) -> None:
        """Merged tickets teach nothing, as long as they are."""

        async def decide() -> Change:
            return Change(writes=(merging(event),)) if self._teaches else Change()

        await self._service.once.handle(f"routing.merging:{event.id}", event.subject, decide)

    async def count(self, writes: Iterable[Write]) -> None:
        """Counts what people said of the model's answers in a change that was committed."""
        if self.apparatus is not None:
            for ticket, category in corrections(writes).items():
                await self.apparatus.count_correction(ticket, category)

    def run(self) -> None:
        """Adds what is to be prepared, the loops and the routes to the service."""
        self._service.prepare(self._shelves.prepare)
        if self.apparatus is not None:
            self.apparatus.run()
        else:
            log.info("learning.off", reason=self._off)
        self._service.app.include_router(api.router(desk=self._desk(), jwt_key=self._settings.jwt_key))

    def _desk(self) -> ModelDesk:
        if self.apparatus is not None:
            return self.apparatus.desk()
        return ModelDesk(self._shelves.models, self._shelves.lessons, clock=now, off=self._off)
