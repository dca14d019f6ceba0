"""The endings of Slovene and Croatian nouns and adjectives, on folded words."""

from collections.abc import Iterable, Iterator

VOWELS = frozenset("aeiou")
MASCULINE = ("a", "u", "om", "em", "i", "e", "ov", "ev", "ih", "ima", "oma", "ema")
LONG_PLURAL = ("ovi", "ova", "ove", "ovima", "ovih", "ovom", "evi", "eva", "eve", "evima", "evih")
FEMININE_A = ("", "a", "e", "i", "o", "ah", "am", "ami", "ama")
FEMININE_I = ("i", "jo", "ju", "ih", "im", "mi", "ma", "ima", "em", "ema", "eh")
NEUTER = ("", "a", "o", "e", "u", "om", "em", "i", "ih", "ima", "oma", "ema")
ADJECTIVE = (
    "a",
    "o",
    "e",
    "i",
    "ega",
    "emu",
    "em",
    "im",
    "ih",
    "imi",
    "ima",
    "oga",
    "og",
    "omu",
    "om",
    "oj",
    "u",
    "eg",
)
PARTICIPLE = ("a", "o", "e", "i")


def joined(stem: str, endings: Iterable[str]) -> Iterator[str]:
    """The stem with each of the endings."""
    return (stem + ending for ending in endings)
