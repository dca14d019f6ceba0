"""The language of short messages, or none."""

import pytest

from services.ingest.reading.language import Languages


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages(("en", "sl", "hr", "he", "de", "it"))


TEXTS = [
    ("en", "The bulb flickers, what should I do?"),
    ("en", "Where is my parcel"),
    ("sl", "Moja luč ne dela več"),
    ("sl", "Račun je napačen, prosim za popravek"),
    ("sl", "Ne morem se prijaviti"),
    ("hr", "Žarulja treperi, što da radim?"),
    ("hr", "Ne mogu se prijaviti"),
    ("hr", "Gdje je moj paket"),
    ("he", "המנורה שלי הפסיקה לעבוד"),
    ("he", "המנורה KX-200 לא עובדת"),
    ("de", "Wann wird meine Bestellung geliefert?"),
    ("it", "La lampadina lampeggia, cosa devo fare?"),
]


@pytest.mark.parametrize(("language", "text"), TEXTS)
def test_language_is_recognised(languages: Languages, language: str, text: str) -> None:
    assert languages.of(text) == language


@pytest.mark.parametrize("text", ["", "OK", "KX-200 5m", "12345 67890", "https://svetilka.example/a/b", "😀" * 50])
def test_text_that_says_too_little_has_no_language(languages: Languages, text: str) -> None:
    assert languages.of(text) is None


def test_language_that_the_desk_does_not_know_is_never_given() -> None:
    assert Languages(("en", "sl")).of("המנורה שלי הפסיקה לעבוד") is None
