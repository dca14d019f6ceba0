"""The rules of the example company know what messages in its four languages are about."""

from collections import Counter
from pathlib import Path

import pytest

from services.routing import configuration
from services.routing.classification.facts import Facts
from services.routing.classification.ruleset import classify
from services.routing.classification.schema import Ruleset
from tests.unit.routing.classification.messages import LANGUAGES, MESSAGES

CONFIG = Path(__file__).parents[4] / "config"


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return configuration.read(CONFIG)


def category_of(ruleset: Ruleset, text: str, language: str | None) -> str:
    facts = Facts(channel="chat", mailbox="", language=language, title="", text=text, fields={}, tier=None)
    return classify(ruleset, facts, default_team="support").category


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_get_the_category_that_a_person_gave_them(language: str, ruleset: Ruleset) -> None:
    of_language = [(category, text) for code, category, text in MESSAGES if code == language]
    wrong = [
        (text, category, found)
        for category, text in of_language
        if (found := category_of(ruleset, text, language)) != category
    ]
    assert len(of_language) >= 40
    assert wrong == []


def test_they_do_so_in_capitals_without_diacritics_and_without_a_known_language(ruleset: Ruleset) -> None:
    plain = str.maketrans("čćšžđČĆŠŽĐ", "ccszdCCSZD")
    found = Counter(
        category_of(ruleset, text.translate(plain).upper(), None) == category for _, category, text in MESSAGES
    )
    assert found == {True: len(MESSAGES)}
