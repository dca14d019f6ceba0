"""Asks the models about a message, for as long as a ticket may wait for it; whatever happens, there is an answer."""

import asyncio
import time

from services.routing.classification.facts import Facts
from services.routing.learning.answering.following import Following
from services.routing.learning.answering.heard import Heard, Thresholds, judged
from services.routing.learning.answering.worker import Answers, Unavailable, Worker
from services.routing.learning.configuration import Learning
from services.routing.learning.metrics import ModelMetrics
from services.routing.learning.model.examples import joined
from services.routing.learning.model.verdicts import Prediction
from shared.events import ModelVerdict


class Classifier:
    def __init__(
        self,
        worker: Worker,
        following: Following,
        *,
        learning: Learning,
        categories: frozenset[str],
        metrics: ModelMetrics,
    ) -> None:
        self._worker = worker
        self._following = following
        self._learning = learning
        self._categories = categories
        self._metrics = metrics

    async def ask(self, facts: Facts) -> Heard:
        """What the models say of a message that the rules left open; never raises, never longer than the limit."""
        serving = self._following.serving
        if serving.active is None and serving.shadow is None:
            return Heard(silent=self._following.silent)
        begun = time.perf_counter()
        limit = self._learning.answer_within_ms / 1000
        try:
            async with asyncio.timeout(limit):
                heard = self._judged(await self._worker.ask(joined(facts.title, facts.text)))
        except TimeoutError:
            heard = Heard(silent=f"the model did not answer within {self._learning.answer_within_ms} ms")
        except Unavailable as error:
            heard = Heard(silent=str(error))
        self._metrics.count(heard, seconds=time.perf_counter() - begun)
        return heard

    def _judged(self, answers: Answers) -> Heard:
        serving = self._following.serving
        for version, said in answers.items():
            if isinstance(said, str):
                self._following.mark_broken(version, said)
        active, shadow = self._verdict(serving.active, answers), self._verdict(serving.shadow, answers)
        silent = "no model could classify it" if active is None and serving.active is not None else None
        suggest = 0.0 if serving.active is None else self._thresholds(serving.active).suggest
        return Heard(verdict=active, shadow=shadow, silent=silent, suggest=suggest)

    def _verdict(self, version: str | None, answers: Answers) -> ModelVerdict | None:
        said = answers.get(version) if version is not None else None
        if version is None or not isinstance(said, Prediction):
            return None
        return judged(version, said, self._thresholds(version), categories=self._categories)

    def _thresholds(self, version: str) -> Thresholds:
        """The model's own, which follow from the precision wanted, or those that routing.yaml fixes."""
        card = self._following.serving.cards[version]
        apply = card.apply if self._learning.apply is None else self._learning.apply
        suggest = card.suggest if self._learning.suggest is None else self._learning.suggest
        return Thresholds(apply, min(apply, suggest))
