"""`make models` and `make train` over HTTP: what is asked, and what people see."""

import argparse
from typing import Any, cast

import pytest

from deploy.models import carry_out, trained
from deploy.reach import Reach
from services.routing.learning.choice import Choice
from services.routing.learning.desk import ModelDesk
from services.routing.learning.lessons.lesson_store import Tally
from services.routing.learning.trainings.training_record import Training
from tests.unit.routing.learning.samples import AT, entry


class Catalogue:
    """One active model, asked 20 times."""

    async def choice(self) -> Choice:
        return Choice(activated=("first", "second"))

    async def entries(self) -> Any:
        return [entry("second", b"")]

    async def latest(self) -> Any:
        return []

    async def tallies(self, version: str) -> Any:
        return [Tally("billing", "applied", "kept", 12), Tally("billing", "abstained", "open", 8)]


class Routing:
    """Answers as routing would, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.keys: set[str] = set()

    def ask(self, method: str, path: str, **more: Any) -> Any:
        self.asked.append(f"{method} {path}")
        self.keys |= set(more.get("headers", {}).values())
        if "train" in path:
            state = "done" if len(self.asked) > 2 else "waiting"
            return vars_of(Training("1", "history", "admin:mia", AT, state=state, result="it is better", model="third"))  # type: ignore[arg-type]
        return self.shown

    shown: Any = None


def vars_of(training: Training) -> dict[str, Any]:
    return {"id": training.id, **{name: value for name, value in training.document().items() if name != "_id"}}


@pytest.fixture
async def routing() -> Routing:
    made, catalogue = Routing(), cast(Any, Catalogue())
    desk = ModelDesk(catalogue, catalogue, clock=lambda: AT, here=lambda version: "answers")
    made.shown = (await desk.models()).model_dump(mode="json")
    return made


async def test_the_table_shows_each_category_in_training_and_live(
    routing: Routing, capsys: pytest.CaptureFixture[str]
) -> None:
    assert carry_out(cast(Reach, routing), argparse.Namespace(action="list")) == 0
    said = capsys.readouterr().out
    assert "second  ACTIVE" in said
    assert "live: asked 20 times, 60.0% applied, 40.0% abstained; 100.0% of 12 judged ones right" in said
    assert "active: second; a rollback goes to: first" in said


async def test_each_action_is_one_request_with_a_key_of_its_own(routing: Routing) -> None:
    kartica = cast(Reach, routing)
    for given in (
        {"action": "rollback"},
        {"action": "activate", "version": "v1"},
        {"action": "shadow", "version": "v2"},
    ):
        assert carry_out(kartica, argparse.Namespace(**given)) == 0
    assert routing.asked == ["POST /models/rollback", "POST /models/v1/activate", "POST /models/v2/shadow"]
    assert len(routing.keys) == 3


async def test_a_training_is_waited_for(routing: Routing) -> None:
    training = trained(cast(Reach, routing), look_seconds=0)
    assert (training.state, training.model) == ("done", "third")
    assert routing.asked == ["POST /models/train", "GET /models/trainings/1", "GET /models/trainings/1"]


async def test_a_trained_model_that_is_not_active_is_told_with_the_way_to_use_it(
    routing: Routing, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.models.LOOK_SECONDS", 0)
    routing.asked = ["before", "before"]  # so that the training has ended when it is asked for
    assert carry_out(cast(Reach, routing), argparse.Namespace(action="train")) == 0
    said = capsys.readouterr().out
    assert said.startswith("done: third: it is better\n")
    assert 'make models ARGS="activate third"' in said
    routing.shown = {**routing.shown, "active": "third"}
    carry_out(cast(Reach, routing), argparse.Namespace(action="train"))
    assert "activate" not in capsys.readouterr().out
