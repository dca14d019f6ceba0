"""A model of words and characters: what it says, and that it is the same after a stay in a file."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from services.routing.learning.model import minilm
from services.routing.learning.model.card import Card
from services.routing.learning.model.examples import Example
from services.routing.learning.model.model import Model
from services.routing.learning.model.storage import unpacked
from services.routing.learning.model.training import train
from services.routing.learning.model.verdicts import BrokenModel, TooLittle
from tests.unit.routing.learning.messages import STRANGE, examples

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def trained(**how: Any) -> Model:
    return train(examples(), now=NOW, **{"embeddings": False, **how})


@pytest.fixture(scope="module")
def model() -> Model:
    return trained()


def test_a_message_gets_the_category_of_those_like_it(model: Model) -> None:
    said = model.predict(["the invoice was charged twice", "app shows an error", "do you sell the yearly plan"])
    assert [one.category for one in said] == ["billing", "technical", "presales"]
    assert [len(one.ranked) for one in said] == [3, 3, 3]
    assert all(0 <= one.probability <= 1 and one.ranked[0][0] == one.category for one in said)
    assert all(sum(share for _, share in one.ranked) == pytest.approx(1) for one in said)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("teh invioce was chraged twicee", "billing"),
        ("MY RACUN IS WRONG!!!", "billing"),
        ("aplikacijaaaa does not opn", "technical"),
        ("wat does teh biger packge cost", "presales"),
    ],
)
def test_misspelt_shouted_and_mixed_messages_are_understood(model: Model, text: str, category: str) -> None:
    assert model.predict([text])[0].category == category


def test_what_is_like_nothing_known_is_less_likely_right(model: Model) -> None:
    known = min(one.probability for one in model.predict(["my invoice is wrong", "the app shows an error"]))
    assert all(one.probability < known for one in model.predict([*STRANGE, "", "😀😀", "?"]))


def test_a_model_is_the_same_after_a_stay_in_a_file(model: Model) -> None:
    read = Model.decoded(model.encoded())
    texts = ["my invoice is wrong", "the app", *STRANGE]
    assert read.predict(texts) == model.predict(texts)
    assert read.card.document() == Card.of(json.loads(json.dumps(read.card.document()))).document()
    assert read.encoded() == Model.decoded(read.encoded()).encoded()


def test_the_same_seed_gives_the_same_model(model: Model) -> None:
    again = trained()
    assert again.predict(["the refund has not arrived"]) == model.predict(["the refund has not arrived"])
    assert (again.card.apply, again.card.suggest) == (model.card.apply, model.card.suggest)


def test_the_card_says_from_what_and_how_well(model: Model) -> None:
    card = model.card
    assert (card.examples, card.trained_at, card.features) == (60, NOW, "words+characters")
    assert [(one.category, one.examples) for one in card.categories] == [
        ("billing", 20), ("presales", 20), ("technical", 20),
    ]  # fmt: skip
    assert 0 < card.suggest <= card.apply < 1
    assert card.size == pytest.approx(len(model.encoded()), rel=0.1)
    assert "scikit-learn" in dict(card.versions)


def test_a_higher_wanted_precision_never_lowers_the_threshold() -> None:
    assert trained(precision=0.6).card.apply <= trained(precision=0.99).card.apply


def test_messages_that_fit_none_are_refused_once_they_were_shown(model: Model) -> None:
    shown = trained(out_of_scope=["who painted the chapel", "zebras on the grass", "a song of the moon", "run zebra"])
    assert shown.card.out_of_scope == 4
    assert shown.predict(["zebras run across dry grass"])[0].probability < shown.card.apply


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ([], "0 of 0 categories"),
        ([Example("only one kind", "a")] * 30, "0 of 1 categories"),
        ([one for one in examples() if one.category == "billing"], "1 of 1 categories"),
        ([Example("!", "a"), Example(" ", "b"), Example("", "c")] * 9, "different examples or more"),
    ],
)
def test_too_little_to_learn_from_is_said(given: list[Example], missing: str) -> None:
    with pytest.raises(TooLittle, match=missing):
        train(given, now=NOW, embeddings=False)


def test_two_categories_of_very_different_size_are_enough() -> None:
    few = [Example(f"please cancel contract {word}", "cancel") for word in ("now", "today", "at once", "soon", "then")]
    many = [one for one in examples() if one.category != "presales"]
    said = train([*few, *many], now=NOW, embeddings=False).predict(["cancel my contract please", "my bill is wrong"])
    assert [one.category for one in said] == ["cancel", "billing"]


def _document(content: bytes, change: Callable[[dict[str, Any]], object], **arrays: Any) -> bytes:
    """The file with its document changed and arrays put in the place of others."""
    document, found = unpacked(content)
    change(document)
    words = np.frombuffer(json.dumps(document).encode(), np.uint8)
    file = io.BytesIO()
    np.savez(file, **{"document": words, **found, **arrays})
    return file.getvalue()


def test_a_damaged_file_is_refused_with_a_reason(model: Model) -> None:
    content = model.encoded()
    broken = [
        b"", b"not a model", content[:1000], content[:-100], content[:400] + b"\0" * 50 + content[450:],
        _document(content, lambda found: found.clear()),
        _document(content, lambda found: found["card"].pop("apply")),
        _document(content, lambda found: found["calibration"].update(weights=[1.0])),
        _document(content, lambda found: None, bias=np.zeros(2, np.float32)),
        _document(content, lambda found: None, bias=np.array([np.nan] * 3, np.float32)),
        _document(content, lambda found: None, bias=np.array(["run", "this", "?"], object)),
        _document(content, lambda found: None, more=np.zeros(2)),
    ]  # fmt: skip
    for one in broken:
        with pytest.raises(BrokenModel) as refused:
            Model.decoded(one)
        assert refused.value.reason


def test_a_file_of_another_format_says_to_train_anew(model: Model) -> None:
    with pytest.raises(BrokenModel, match=r"format 99.*train the model anew"):
        Model.decoded(_document(model.encoded(), lambda found: found["card"].update(format=99)))


@pytest.mark.skipif(minilm.installed() is None, reason="the extra routing-embeddings is not installed")
def test_with_meaning_other_words_for_the_same_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    model = trained(embeddings=True, out_of_scope=list(STRANGE))
    assert model.card.features == "words+characters+MiniLM"
    assert model.predict(["the software keeps freezing"])[0].category == "technical"
    assert model.predict(["you took money from us two times"])[0].category == "billing"
    content = model.encoded()
    said, again = model.predict(["the software keeps freezing"])[0], Model.decoded(content)
    assert again.predict(["the software keeps freezing"])[0].probability == pytest.approx(said.probability, abs=0.01)
    monkeypatch.setattr("services.routing.learning.model.model.installed", lambda: None)
    with pytest.raises(BrokenModel, match="which is missing"):
        Model.decoded(content)
    monkeypatch.setattr("services.routing.learning.model.model.installed", lambda: "0.9")
    with pytest.raises(BrokenModel, match=r"installed is 0\.9"):
        Model.decoded(content)
