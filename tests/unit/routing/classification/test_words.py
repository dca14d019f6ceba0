"""Keywords are found whatever the case, the diacritics, the ending or a Hebrew prefix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.classification.words import READ_CHARACTERS, Keyword, Words, fold


def found(keyword: str, text: str) -> bool:
    return Words(text).has(Keyword.of(keyword))


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("račun*", "Kje je moj RACUN?"),
        ("račun*", "napaka na računu"),
        ("račun*", "dvojni računi"),
        ("racun*", "računov"),
        ("račun*", "rac\u030cun"),  # the caron as a character of its own
        ("žarnic*", "Zarnica ne dela"),
        ("također", "Takodjer molim račun"),
        ("takodjer", "također"),
        ("narudžb*", "narudzba broj 5"),
        ("ne dela", "Svetilka ne\ndela."),
        ("ne dela", "Luči ne delajo"),
        ("cijena", "o cijenama"),
        ("=dim", "Dim!"),
        ("ne sveti*", "luč ne svetiii"),
        ("ne svet*", "luč ne sveti!"),
        ("doesn't work", "It DOESN’T work"),
        ("wi-fi", "the Wi-Fi is gone"),
        ("straße", "STRASSE"),
    ],
)
def test_case_diacritics_and_endings_do_not_matter(keyword: str, text: str) -> None:
    assert found(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("bill", "billion"),
        ("=bill", "billing"),
        ("cena", "cenzura"),
        ("=cena", "cenami"),
        ("=ne dela", "ne delajo"),
        ("račun*", "predračun"),
        ("ne dela", "ne vem ali dela"),
        ("dela ne", "ne dela"),
    ],
)
def test_other_words_do_not_match(keyword: str, text: str) -> None:
    assert not found(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("חשבונית", "קיבלתי את החשבונית"),
        ("חשבונית", "והחשבונית לא הגיעה"),
        ("תשלום", "התשלומים שלי"),  # the final form of the letter moves into the word
        ("מנורה", "הַמְּנוֹרָה"),  # niqqud
        ("מנורה", "\u202bמ\u200fנורה\u202c"),  # bidi marks
        ('מע"מ', "כולל מע״מ"),
        ("לא עובד", "המסך לא עובדת"),
        ("חשבונית", "ושהחשבוניות"),
        ("חשבונית", "וכשהחשבונית"),
    ],
)
def test_hebrew_prefixes_niqqud_and_bidi_marks_do_not_matter(keyword: str, text: str) -> None:
    assert found(keyword, text)


def test_a_short_rest_of_a_hebrew_word_is_not_taken_for_a_keyword() -> None:
    assert not found("מן", "שמן")  # oil is not "of"


@pytest.mark.parametrize("empty", ["", "  ", "*", "-", "***", "=", "= *"])
def test_a_keyword_without_a_letter_is_refused(empty: str) -> None:
    with pytest.raises(ValueError, match="no letter"):
        Keyword.of(empty)


def test_only_the_beginning_of_an_endless_text_is_read() -> None:
    assert not found("invoice", "word " * READ_CHARACTERS + "invoice")


@given(st.text())
def test_any_text_can_be_folded_and_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(st.text(alphabet=st.characters(categories=["L"]), min_size=1, max_size=20))
def test_a_word_is_found_in_its_own_sentence(word: str) -> None:
    assert found(word, f"before {word} after")
