"""The forms of one word, by the language of the list in which it stands."""

import re
from collections.abc import Callable, Mapping

from services.routing.classification.inflection import english, hebrew, slavic

_HEBREW = re.compile(r"[א-ת]")
_SHORTEST = 3
"""Shorter words are particles (ne, se, on), which have no forms."""

_LATIN: Mapping[str, tuple[Callable[[str], frozenset[str]], ...]] = {
    "en": (english.forms,),
    "sl": (slavic.slovene,),
    "hr": (slavic.croatian,),
    "bs": (slavic.croatian,),
    "sr": (slavic.croatian,),
    "any": (english.forms, slavic.slovene, slavic.croatian),
}
INFLECTED = (*_LATIN, "he")
"""The languages with rules; in the others a keyword stands for itself."""


def forms(word: str, language: str) -> frozenset[str]:
    """A folded word in all its forms, itself among them.

    Hebrew letters are inflected as Hebrew in every list, as no other language has them.
    """
    if len(word) < _SHORTEST or not word.isalpha():
        return frozenset({word})
    if _HEBREW.match(word):
        return hebrew.forms(word)
    found = {word}
    for rules in _LATIN.get(language, ()):
        found |= rules(word)
    return frozenset(found)
