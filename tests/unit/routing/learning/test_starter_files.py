"""What the starter's files and the held-out files promise: every language complete, nothing written twice."""

from collections import Counter
from pathlib import Path

import pytest

from services.routing.learning.model.examples import Example
from services.routing.learning.starter import OUT_OF_SCOPE, examples, out_of_scope, read

HELD_OUT = Path(__file__).parent / "held_out"
LANGUAGES = ("en", "he", "hr", "sl")
CATEGORIES = ("billing", "complaint", "general", "pre_sales", "technical")


def held_out() -> list[Example]:
    return [example for path in sorted(HELD_OUT.glob("*.txt")) for example in read(path)]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def test_every_language_has_enough_examples_of_every_category() -> None:
    counts = Counter((example.language, example.category) for example in examples())
    assert set(counts) == {(language, category) for language in LANGUAGES for category in CATEGORIES}
    assert min(counts.values()) >= 350


def test_every_language_has_enough_held_out_messages_of_every_category_and_of_none() -> None:
    counts = Counter((example.language, example.category) for example in held_out())
    assert set(counts) == {(language, category) for language in LANGUAGES for category in (*CATEGORIES, OUT_OF_SCOPE)}
    assert min(counts.values()) >= 25


def test_there_are_lines_to_abstain_on_and_they_are_no_category() -> None:
    assert len(out_of_scope()) >= 4 * 250
    assert OUT_OF_SCOPE not in {example.category for example in examples()}


def test_no_line_appears_twice_neither_in_the_starter_nor_in_what_is_held_out() -> None:
    texts = [example.text for example in (*examples(), *held_out())] + list(out_of_scope())
    counts = Counter(map(_plain, texts))
    assert [text for text, count in counts.items() if count > 1] == []


def test_the_examples_of_an_organisation_are_read_from_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "de.txt").write_text("# Kommentar\n[returns]\n\nZurück damit\n[out_of_scope]\nhm\n", encoding="utf-8")
    assert examples(tmp_path) == (Example("Zurück damit", "returns", "de"),)
    assert out_of_scope(tmp_path) == ("hm",)


def test_an_example_before_the_first_heading_is_named_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text("# examples\nwhere is my refund\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"en\.txt:2: put a heading"):
        examples(tmp_path)
