"""`make classify-bench` reads labelled sets as people export them, and its sums are right."""

from pathlib import Path

import pytest

from bench.classify.figures import accuracy, auroc, coverage_at
from bench.classify.files import Labelled, Unreadable, sets
from services.routing.learning.model.verdicts import Prediction


def folder(place: Path, **files: str) -> Path:
    for name, content in files.items():
        (place / f"{name}.csv").write_bytes(content.encode())
    return place


def said(category: str, probability: float) -> Prediction:
    return Prediction(category, probability, ())


def test_columns_of_other_names_marks_and_line_ends_are_read(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        train='\ufeffsentence,label\r\n"two\nlines, one message",a\r\nplain,b\r\n,b\r\n',
        test="Intent,id,Utterance\na,1,here\n",
        oos_test="text\nstrange\n",
    )
    found = sets(place, out_of_scope=None)
    assert found.train == [Labelled("two\nlines, one message", "a"), Labelled("plain", "b")]
    assert found.test == [Labelled("here", "a")]
    assert (found.strange_train, found.strange_test) == ([], ["strange"])


def test_a_category_can_stand_for_what_fits_none(tmp_path: Path) -> None:
    place = folder(tmp_path, train="text,category\na1,a\nn1,NONE\n", test="text,category\na2,a\nn2,NONE\n")
    found = sets(place, out_of_scope="NONE")
    assert ([one.text for one in found.train], found.strange_train) == (["a1"], ["n1"])
    assert ([one.text for one in found.test], found.strange_test) == (["a2"], ["n2"])
    with pytest.raises(Unreadable, match="no message has the category 'OTHER'"):
        sets(place, out_of_scope="OTHER")


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, r"train\.csv: there is no such file"),
        ({"train": "a,b\n1,2\n", "test": ""}, "needs a column text and a column category, has a, b"),
        ({"train": "text,category\nx,y\n", "test": ""}, r"test\.csv: needs a column text .* has none"),
        ({"train": "text,category\nx,y\n", "test": "text,category\n"}, "need messages with a category"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        sets(folder(tmp_path, **files), out_of_scope=None)


def test_the_sums() -> None:
    test = [Labelled(str(place), "a") for place in range(4)]
    found = [said("a", 0.9), said("a", 0.8), said("b", 0.8), said("a", 0.1)]
    assert accuracy(test, found) == 0.75
    assert coverage_at(0.95, test, found) == 0.25
    assert coverage_at(0.6, test, found) == 1.0
    assert auroc(found, [said("a", 0.05), said("b", 0.8)]) == pytest.approx((4 + 1 + 0.5 + 0.5) / 8)
    assert auroc(found, []) is None
