"""How a message is read: title and text, signs and numbers, pieces of words."""

import numpy as np
import pytest

from services.routing.learning.model.examples import READ_CHARACTERS, joined
from services.routing.learning.model.features import character_grams, tokens
from services.routing.learning.model.thresholds import SUREST, both, lowest
from services.routing.learning.model.wordpiece import BEGIN, END, MOST_PIECES, pieces


@pytest.mark.parametrize(
    ("title", "text", "read"),
    [
        ("Invoice", "It is wrong.", "Invoice\nIt is wrong."),
        ("It is wr…", "It is wrong.", "It is wrong."),
        ("IT IS WRONG", "It is wrong.", "It is wrong."),
        ("", "It is wrong.", "It is wrong."),
        (None, None, ""),
        ("Invoice", " ", "Invoice"),
        ("...", "Text", "Text"),
    ],
)
def test_a_title_that_is_the_beginning_of_the_text_is_read_once(title: str | None, text: str | None, read: str) -> None:
    assert joined(title, text) == read


def test_only_the_beginning_of_a_long_message_is_read() -> None:
    assert len(joined("Title", "x" * 100_000)) == READ_CHARACTERS


def test_words_are_read_alike_however_they_are_typed() -> None:
    assert tokens("RAČUN 12.345 heeeelp!! 😀") == tokens("racun 99.999 heelp!! 😀")
    assert tokens("see https://x.example/a?b=1 or ana@example.com") == ["see", "zzlink", "or", "zzmail"]
    assert tokens("") == []


def test_words_fall_into_pieces_with_their_ends_marked() -> None:
    assert list(character_grams(["dela"], 3, 4)) == [" de", "del", "ela", "la ", " del", "dela", "ela "]
    assert list(character_grams(["a"])) == [" a", "a ", " a "]


def test_words_are_cut_as_the_sentence_model_was_taught() -> None:
    assert pieces("Invoice") == pieces("ínvoice") != [BEGIN, END]
    assert pieces("hello world") == [BEGIN, 7592, 2088, END]
    assert pieces("") == [BEGIN, END]
    assert len(pieces("word " * 1000)) == MOST_PIECES


def test_the_threshold_is_the_lowest_that_keeps_the_wanted_precision() -> None:
    sure = np.linspace(1, 0.5, 101)
    right = np.arange(101) < 80
    found = lowest(sure, right, np.ones(101), precision=0.95)
    assert right[sure >= found].mean() >= 0.95 > right[sure >= found - 0.01].mean()


def test_strangers_are_refused_where_that_costs_little() -> None:
    own, strange = np.linspace(1, 0.6, 200), np.linspace(0.5, 0.1, 100)
    apply, suggest = both(own, np.ones(200, bool), [(strange, 0.1)], precision=0.95)
    assert (strange < apply).mean() >= 0.9
    assert (own >= apply).mean() >= 0.9
    assert suggest <= apply


def test_mislabelled_examples_do_not_stop_all_answers() -> None:
    own, right = np.linspace(1, 0.5, 400), np.arange(400) % 20 != 0
    apply, _ = both(own, right, [(np.linspace(0.4, 0.1, 50), 0.1)], precision=0.95)
    assert (own >= apply).mean() > 0.9


def test_nothing_is_applied_where_the_wanted_precision_is_never_reached() -> None:
    assert lowest(np.linspace(1, 0, 50), np.zeros(50), np.ones(50), precision=0.95) == SUREST
