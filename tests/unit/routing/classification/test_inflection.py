"""Keywords are found in the forms of their words, and not in other words that begin alike."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.routing.classification.inflection.forms import INFLECTED, forms
from services.routing.classification.inflection.hebrew import PREFIXES
from services.routing.classification.words import Keyword, Words
from tests.unit.routing.classification.word_forms import (
    EN,
    EN_OTHERS,
    HE,
    HE_OTHERS,
    HR,
    HR_OTHERS,
    SL,
    SL_OTHERS,
    pairs,
)

TABLES = {"sl": (SL, SL_OTHERS), "hr": (HR, HR_OTHERS), "en": (EN, EN_OTHERS), "he": (HE, HE_OTHERS)}


def missed(table: str, language: str, *, found: bool) -> list[tuple[str, str]]:
    return [
        (keyword, text)
        for keyword, text in pairs(table)
        if Words(f"- {text} -").has(Keyword.of(keyword, language)) is not found
    ]


@pytest.mark.parametrize("language", TABLES)
def test_a_keyword_is_found_in_every_form_of_its_words(language: str) -> None:
    assert len(pairs(TABLES[language][0])) >= 200
    assert missed(TABLES[language][0], language, found=True) == []


@pytest.mark.parametrize("language", TABLES)
def test_a_keyword_is_not_found_in_other_words(language: str) -> None:
    assert missed(TABLES[language][1], language, found=False) == []


@pytest.mark.parametrize("language", TABLES)
def test_a_list_without_a_language_takes_the_forms_of_all(language: str) -> None:
    assert missed(TABLES[language][0], "any", found=True) == []


def test_a_list_in_another_language_takes_its_words_as_they_stand() -> None:
    assert "de" not in INFLECTED
    assert forms("rechnung", "de") == {"rechnung"}


def test_particles_and_numbers_have_no_forms() -> None:
    assert forms("ne", "sl") == {"ne"}
    assert forms("e14", "en") == {"e14"}


@given(st.text(alphabet="abcdefghijklmnoprstuvz", min_size=1, max_size=12), st.sampled_from((*INFLECTED, "de")))
def test_any_word_is_among_its_own_forms_and_has_few_of_them(word: str, language: str) -> None:
    found = forms(word, language)
    assert word in found
    assert len(found) < 300


@settings(deadline=None)
@given(st.text(alphabet="אבגדהוזחטיכלמנסעפצקרשת", min_size=1, max_size=12))
def test_a_hebrew_word_is_found_behind_any_prefix(word: str) -> None:
    keyword = Keyword.of(word, "he")
    assert Words(word).has(keyword)
    if len(word) >= 3:
        assert all(Words(prefix + word).has(keyword) for prefix in PREFIXES)
