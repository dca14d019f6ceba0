"""The language of a message, among those that the desk knows; None rather than a guess."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

MIN_LETTERS = 12
MIN_PROBABILITY = 0.55
SURE = 0.8
MAX_TEXT = 4_000

_NOT_PROSE = re.compile(r"https?://\S+|\S+@\S+|\d+")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_ONLY_IN = {
    "sl": frozenset(
        [
            "kaj",
            "kje",
            "kdaj",
            "zakaj",
            "sem",
            "nisem",
            "smo",
            "ni",
            "morem",
            "prosim",
            "pozdravljeni",
            "tudi",
            "zelo",
            "ker",
            "še",
            "več",
            "ampak",
        ]
    ),
    "hr": frozenset(
        [
            "što",
            "gdje",
            "kada",
            "zašto",
            "sam",
            "nisam",
            "nije",
            "mogu",
            "molim",
            "poštovani",
            "također",
            "vrlo",
            "jer",
            "još",
            "više",
            "nego",
        ]
    ),
}
"""Words that tell the two nearest languages apart where the statistics are in doubt."""
_HEBREW = re.compile("[\u0590-\u05ff]")


class Languages:
    """Tells the languages of the desk from one another, with a model that is loaded once, by `load()`."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._known = tuple(dict.fromkeys(languages))

    def load(self) -> None:
        """Reads the model, which takes about half a second."""
        _ = self._model

    @property
    def _model(self) -> Any:
        return _model_of(self._known)

    def of(self, text: str) -> str | None:
        """The language (ISO 639-1), or None when the text is too short or in doubt."""
        prose = _NOT_PROSE.sub(" ", text[:MAX_TEXT])
        letters = len(_LETTER.findall(prose))
        hebrew = len(_HEBREW.findall(prose))
        if hebrew >= 4 and hebrew * 2 > letters:
            return "he" if "he" in self._known else None
        if letters < MIN_LETTERS:
            return None
        language, probability = self._model.classify(prose)
        if probability < SURE and language in _ONLY_IN and all(one in self._known for one in _ONLY_IN):
            return _by_words(prose) or (str(language) if probability >= MIN_PROBABILITY else None)
        return str(language) if probability >= MIN_PROBABILITY else None


def share(text: str, languages: Collection[str]) -> float:
    """How probable it is (0 to 1) that `text` is in one of `languages`, among all that the model knows."""
    prose = _NOT_PROSE.sub(" ", text[:MAX_TEXT])
    return sum(float(probability) for language, probability in _model_of(()).rank(prose) if language in languages)


@lru_cache(maxsize=4)
def _model_of(languages: tuple[str, ...]) -> Any:
    """The model for these languages, or for all; nobody changes it: 85 MB and half a second, once in a process."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # brings numpy along, which hardly any reader needs

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if languages:
        model.set_languages([language for language in languages if language in model.labels])
    return model


def _by_words(prose: str) -> str | None:
    words = [word.lower() for word in _WORD.findall(prose)]
    found = {language: sum(word in only for word in words) for language, only in _ONLY_IN.items()}
    best = max(found, key=lambda language: found[language])
    return best if sum(found.values()) != 2 * found[best] else None
