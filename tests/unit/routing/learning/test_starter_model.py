"""What the model that Kartica ships with is worth on messages it has not seen: floors, below what was measured."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from services.routing.learning.model.examples import Example
from services.routing.learning.model.model import Model
from services.routing.learning.model.training import train
from services.routing.learning.model.verdicts import Prediction
from services.routing.learning.starter import OUT_OF_SCOPE, examples, out_of_scope
from tests.unit.routing.learning.test_starter_files import LANGUAGES, held_out

pytestmark = pytest.mark.xdist_group("starter")  # it is trained once, by one worker
Answered = list[tuple[Example, Prediction]]


@pytest.fixture(scope="module")
def model() -> Model:
    """Without the sentence model, which not everybody installs."""
    return train(examples(), out_of_scope=out_of_scope(), now=datetime(2026, 1, 5, tzinfo=UTC), embeddings=False)


@pytest.fixture(scope="module")
def answered(model: Model) -> Answered:
    messages = held_out()
    return list(zip(messages, model.predict([message.text for message in messages]), strict=True))


def test_it_finds_the_category_in_every_language(answered: Answered) -> None:
    accuracy = {language: _right(_in_scope(answered, language)) for language in LANGUAGES}
    assert all(share >= 0.78 for share in accuracy.values()), accuracy
    assert _right(_in_scope(answered)) >= 0.82


def test_what_it_applies_is_right_also_beside_messages_that_fit_no_category(model: Model, answered: Answered) -> None:
    applied = [(message, said) for message, said in answered if said.probability >= model.card.apply]
    assert _right(applied) >= 0.9
    assert len(applied) >= 0.25 * len(answered)


def test_it_abstains_on_most_messages_that_fit_no_category(model: Model, answered: Answered) -> None:
    strange = [said for message, said in answered if message.category == OUT_OF_SCOPE]
    assert sum(said.probability >= model.card.apply for said in strange) <= 0.12 * len(strange)


def _in_scope(answered: Answered, language: str | None = None) -> Answered:
    return [
        (message, said)
        for message, said in answered
        if message.category != OUT_OF_SCOPE and language in (None, message.language)
    ]


def _right(answered: Sequence[tuple[Example, Prediction]]) -> float:
    return sum(message.category == said.category for message, said in answered) / len(answered)
