"""Slovene and Croatian: the forms of nouns, adjectives and verbs, made from a word in its base form.

The words are folded (c is also č and ć, z is also ž, d is also đ), so the changes of consonants are few.
A form that does not exist does no harm, as nobody writes it; one that is another word's does. So each
ending is added only to words of a shape that takes it, and there are no rules for rare paradigms.
"""

from collections.abc import Iterator

from services.routing.classification.inflection.conjugation import by_infinitive, by_present
from services.routing.classification.inflection.endings import (
    ADJECTIVE,
    FEMININE_A,
    FEMININE_I,
    LONG_PLURAL,
    MASCULINE,
    NEUTER,
    PARTICIPLE,
    VOWELS,
    joined,
)

_SIBILANT = {"k": "c", "g": "z", "h": "s"}
"""In Croatian before -i: zadatak, zadaci; knjiga, knjizi; razlog, razlozi."""


def slovene(word: str) -> frozenset[str]:
    return frozenset(_forms(word, croatian=False))


def croatian(word: str) -> frozenset[str]:
    return frozenset(_forms(word, croatian=True))


def _forms(word: str, *, croatian: bool) -> Iterator[str]:
    yield word
    last, stem = word[-1], word[:-1]
    if word.endswith("ti") and word[-3] in VOWELS and sum(letter in VOWELS for letter in word) > 2:
        yield from by_infinitive(word[:-2], croatian=croatian)
    if last == "a":
        yield from _of_a(stem, croatian=croatian)
        yield from by_present(stem, "a", croatian=croatian)
    elif last == "e":
        yield from _of_e(stem, croatian=croatian)
        yield from by_present(stem, "e", croatian=croatian)
    elif last == "i":
        yield from by_present(stem, "i", croatian=croatian)
        if len(word) > 5 and stem[-1] in "nkv":  # uporabniški, and a plural: računi
            yield from joined(stem, ADJECTIVE)
    elif last == "o":
        yield from _of_o(stem, croatian=croatian)
    elif last != "u":
        yield from _of_consonant(word, croatian=croatian)


def _of_consonant(word: str, *, croatian: bool) -> Iterator[str]:
    """A masculine noun, an adjective, a participle, or a feminine noun like luč, stvar, napetost."""
    short = _without_fleeting(word)
    stems = [stem for stem in (None if short and word.endswith("ek") else word, short) if stem]
    for stem in stems:
        yield from joined(stem, MASCULINE)
        yield from joined(stem, ADJECTIVE)
        yield from joined(stem, LONG_PLURAL if len(word) < 6 else ())
    if croatian:
        for stem in stems:
            yield from _before_i(stem)
            yield from _genitive_plural(stem)
    if word[-1] == "r" and not croatian:  # monitorja
        yield from joined(word + "j", ("a", "u", "em", "i", "e", "ev", "ih", "ema"))
    if word[-1] in "cstrnlvzd":
        yield from joined(word, FEMININE_I)
    if word.endswith("tev") and not croatian:  # nastavitev
        yield from joined(word[:-2] + "v", ("ijo", *FEMININE_A))
    if word.endswith("st") and croatian:  # mogućnošću
        yield word[:-1] + "cu"


def _without_fleeting(word: str) -> str | None:
    """popravek, popravk-; kabel, kabl-; lonac, lonc-."""
    if len(word) < 5 or word[-2] not in "ea" or word[-3] in VOWELS:
        return None
    return word[:-2] + word[-1]


def _before_i(stem: str) -> Iterator[str]:
    """razlog, razlozi; zadatak (zadatk-), zadaci."""
    if stem[-1] not in _SIBILANT:
        return
    soft = stem[:-1] + _SIBILANT[stem[-1]]
    for one in {soft, stem[:-2] + "c" if stem[-2:] in ("tk", "dk") else soft}:
        yield from joined(one, ("i", "ima"))


def _of_a(stem: str, *, croatian: bool) -> Iterator[str]:
    """A feminine noun; a long one may also be an adjective or a participle."""
    yield from joined(stem, FEMININE_A)
    if croatian:
        yield from joined(stem, ("u", "om"))
        if stem[-1] in _SIBILANT:
            yield stem[:-1] + _SIBILANT[stem[-1]] + "i"
    yield from _genitive_plural(stem)


def _genitive_plural(stem: str) -> Iterator[str]:
    """With a vowel between two last consonants: pisma, pisem; pritužba, pritužaba."""
    if len(stem) < 3 or stem[-1] in VOWELS or stem[-2] in VOWELS:
        return
    yield f"{stem[:-1]}e{stem[-1]}"
    yield f"{stem[:-1]}a{stem[-1]}a"


def _of_e(stem: str, *, croatian: bool) -> Iterator[str]:
    """A neuter noun (vprašanje)."""
    yield from joined(stem, NEUTER)


def _of_o(stem: str, *, croatian: bool) -> Iterator[str]:
    """A neuter noun (geslo, pismo), or a Croatian past (platio, poslao)."""
    if croatian and stem and stem[-1] in VOWELS:
        yield from joined(stem + "l", PARTICIPLE)
        return
    yield from joined(stem, NEUTER)
    yield from _genitive_plural(stem)
