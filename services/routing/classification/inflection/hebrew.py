"""Hebrew: the prefixes that are written onto a word, and its endings. Final letters are folded before."""

from collections.abc import Iterator
from itertools import product

SHORTEST = 3
"""What is left of a word without its prefixes has at least this many letters, or anything would match."""

# And (ו), then that or when (ש כש מש לכש), then the (ה) or in, to, as, from (ב ל כ מ), from-the (מה).
PREFIXES = frozenset(
    "".join(parts)
    for parts in product(("", "ו"), ("", "ש", "כש", "מש", "לכש"), ("", "ה", "ב", "ל", "כ", "מ", "מה", "בה"))
) - {""}
_LONGEST = max(map(len, PREFIXES))

_POSSESSIVE = ("י", "כ", "ו", "ה", "נו", "כמ", "כנ", "מ", "נ")
_OF_MANY = ("י", "יי", "ייכ", "יכ", "יו", "יה", "ינו", "יכמ", "יכנ", "יהמ", "יהנ")
_PAST = ("ה", "ו", "ת", "תי", "נו", "תמ", "תנ")
_PLURAL = ("ימ", "ות")


def without_prefixes(word: str) -> Iterator[str]:
    """What the word is without each run of prefixes that it may begin with."""
    for length in range(1, min(_LONGEST, len(word) - SHORTEST) + 1):
        if word[:length] in PREFIXES:
            yield word[length:]


def forms(word: str) -> frozenset[str]:
    """The word with the endings of nouns, adjectives and verbs that its own ending allows."""
    if len(word) < SHORTEST:
        return frozenset({word})
    if word.endswith("ה"):
        return frozenset({word, *_feminine(word[:-1])})
    if word.endswith("ות"):
        return frozenset({word, *_joined(word, _POSSESSIVE), *_joined(word[:-1], ("יות",))})
    if word.endswith("ת"):
        return frozenset({word, *_joined(word, _POSSESSIVE), *_many(word[:-1])})
    if word.endswith("ימ"):
        return frozenset({word, *_joined(word[:-2], _OF_MANY)})
    if len(word) == 4 and word[1] == "ו":  # a participle: עובד; its past is written without the ו
        return frozenset({word, *_joined(word, ("ת", "ימ", "ות", "י"))})
    short = len(word) == SHORTEST
    endings = (*_PLURAL, *_PAST, *(() if short else (*_POSSESSIVE, *_OF_MANY)), *(("י",) if short else ()))
    return frozenset({word, *_joined(word, endings)})


def _feminine(stem: str) -> Iterator[str]:
    """תקלה: תקלת, תקלתי, תקלות; as a verb, קנה: קניתי, קנו; as a participle, רוצה: רוצים."""
    yield stem + "ת"
    if len(stem) == SHORTEST and stem[1] == "ו":
        yield stem + "ימ"
    yield from _joined(stem + "ת", _POSSESSIVE)
    yield from _many(stem)
    if len(stem) < SHORTEST:
        yield from _joined(stem, ("ו", "יתי", "ית", "ינו", "יתמ", "יתנ", "תה"))


def _many(stem: str) -> Iterator[str]:
    yield stem + "ות"
    yield from _joined(stem + "ות", _OF_MANY)


def _joined(stem: str, endings: tuple[str, ...]) -> Iterator[str]:
    return (stem + ending for ending in endings)
