"""Whatever the models do, a ticket has its answer within the time limit."""

import asyncio
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry

from services.routing.classification.facts import Facts
from services.routing.learning.answering.classifier import Classifier
from services.routing.learning.answering.following import Following, Serving
from services.routing.learning.answering.heard import Heard
from services.routing.learning.answering.worker import Answers, Unavailable, Worker
from services.routing.learning.configuration import Learning
from services.routing.learning.metrics import ModelMetrics
from services.routing.learning.model.verdicts import Prediction
from tests.unit.routing.learning.samples import card

FACTS = Facts(channel="email", mailbox="", language="en", title="Invoice", text="It is wrong.", fields={}, tier=None)
SURE = Prediction("billing", 0.9, (("billing", 0.8), ("technical", 0.2)))
UNSURE = Prediction("technical", 0.6, (("technical", 0.6), ("billing", 0.4)))


class Says:
    """A worker with one answer to everything."""

    def __init__(self, answer: Answers | Exception | None) -> None:
        self.answer = answer
        self.texts: list[str] = []

    async def ask(self, text: str) -> Answers:
        self.texts.append(text)
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return cast(Answers, self.answer)


class Follows:
    def __init__(self, active: str | None = "v1", shadow: str | None = None, silent: str | None = None) -> None:
        self.serving = Serving(active, shadow, {"v1": card(), "v2": card()})
        self.silent = silent
        self.broken: list[tuple[str, str]] = []

    def mark_broken(self, version: str, reason: str) -> None:
        self.broken.append((version, reason))


async def ask(worker: Says, following: Follows | None = None, **learning: Any) -> Heard:
    categories = frozenset({"billing", "technical"})
    made = Classifier(
        cast(Worker, worker),
        cast(Following, following or Follows()),
        learning=Learning(**learning),
        categories=categories,
        metrics=ModelMetrics(CollectorRegistry(), categories=categories),
    )
    return await made.ask(FACTS)


async def test_title_and_text_are_asked_about_and_judged_by_the_thresholds_of_the_model() -> None:
    worker = Says({"v1": SURE, "v2": UNSURE})
    heard = await ask(worker, Follows(shadow="v2"))
    assert worker.texts == ["Invoice\nIt is wrong."]
    assert heard.verdict is not None
    assert heard.shadow is not None
    assert [(one.version, one.decision, one.threshold) for one in (heard.verdict, heard.shadow)] == [
        ("v1", "applied", 0.8),
        ("v2", "suggested", 0.8),
    ]
    assert (heard.category, heard.silent) == ("billing", None)


async def test_routing_yaml_can_fix_the_thresholds() -> None:
    heard = await ask(Says({"v1": SURE}), apply=0.95, suggest=0.91)
    assert heard.verdict is not None
    assert (heard.verdict.decision, heard.verdict.threshold) == ("abstained", 0.95)


@pytest.mark.parametrize(
    ("answer", "silent"),
    [
        (None, "the model did not answer within 10 ms"),
        (Unavailable("the process that classifies has ended"), "the process that classifies has ended"),
        ({"v2": UNSURE}, "no model could classify it"),
    ],
)
async def test_no_answer_is_told_and_nobody_waits_longer_than_the_limit(answer: Any, silent: str) -> None:
    heard = await ask(Says(answer), answer_within_ms=10)
    assert (heard.verdict, heard.silent) == (None, silent)


async def test_a_model_that_fails_is_marked_and_its_shadow_still_heard() -> None:
    following = Follows(shadow="v2")
    heard = await ask(Says({"v1": "ValueError while it classified", "v2": UNSURE}), following)
    assert following.broken == [("v1", "ValueError while it classified")]
    assert heard.verdict is None
    assert heard.shadow is not None


async def test_without_a_model_nobody_is_asked_and_there_is_no_reason_to_tell() -> None:
    worker = Says({})
    assert await ask(worker, Follows(active=None)) == Heard()
    told = await ask(worker, Follows(active=None, silent="model v1 is broken: damaged"))
    assert told.silent == "model v1 is broken: damaged"
    assert worker.texts == []
