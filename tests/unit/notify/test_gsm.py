"""Segments are counted as networks bill them, and a cut never tears a character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.gsm import BASIC, EXTENSION, JOINED, fit, measure, pieces, plain, width

LATIN = st.text(alphabet=sorted(BASIC | EXTENSION))
ANY = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("", "GSM-7", 0),
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3),  # 306 septets, but the sign does not fit into the first 153
        ("a" * 152 + "€" + "a" * 151, "GSM-7", 2),
        ("Prejeli smo ga.", "GSM-7", 1),
        ("č" + "a" * 69, "UCS-2", 1),  # one such letter turns 160 into 70
        ("č" + "a" * 70, "UCS-2", 2),
        ("ש" * 134, "UCS-2", 2),
        ("ש" * 135, "UCS-2", 3),
        ("a" * 66 + "💡" + "a" * 66, "UCS-2", 3),  # 134 units, but the lamp does not fit into the first 67
        ("a" * 65 + "💡" + "a" * 67, "UCS-2", 2),
        ("`", "UCS-2", 1),
    ],
)
def test_segments_of_texts_at_the_edges(text: str, encoding: str, segments: int) -> None:
    size = measure(text)
    assert (size.encoding, size.segments) == (encoding, segments)


def test_the_alphabet_has_the_127_letters_and_10_extensions_of_the_standard() -> None:
    assert (len(BASIC), len(EXTENSION)) == (127, 10)
    assert not set("čšžćđČŠŽĆĐ") & BASIC


@given(ANY)
def test_every_segment_but_the_last_is_nearly_full(text: str) -> None:
    size = measure(text)
    assert size.units == sum(width(piece, size.encoding) for piece in pieces(text, size.encoding))
    assert size.segments <= 1 or size.segments >= -(-size.units // JOINED[size.encoding])


@given(LATIN)
def test_latin_texts_cost_septets(text: str) -> None:
    size = measure(text)
    assert size.encoding == "GSM-7"
    assert size.units == len(text) + sum(letter in EXTENSION for letter in text)


@given(ANY, st.integers(min_value=1, max_value=4))
def test_what_is_cut_fits_and_begins_as_the_whole_did(text: str, segments: int) -> None:
    cut = fit(text, segments=segments)
    assert cut == text or measure(cut).segments <= segments
    assert cut == text or text.startswith(cut.removesuffix("..."))


@pytest.mark.parametrize("character", ["💡", "👩‍🔧", "🇸🇮", "e\u0301", "👍🏽"])
def test_a_cut_never_tears_a_character(character: str) -> None:
    kept = fit(character * 200, segments=1).removesuffix("...")
    assert kept == character * (len(kept) // len(character))
    assert kept


def test_typewriter_punctuation_saves_segments() -> None:
    assert plain("“Yes” – it’s on…\u00a0now") == '"Yes" - it\'s on... now'


def test_punctuation_stays_where_it_saves_nothing() -> None:
    assert plain("„Da“ – luč") == "„Da“ – luč"
