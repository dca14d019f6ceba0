"""Finds keywords in a customer's text whatever the case, the diacritics, the ending or a Hebrew prefix."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from services.routing.classification.inflection.forms import forms
from services.routing.classification.inflection.hebrew import without_prefixes

READ_CHARACTERS = 20_000
"""How much of a text is looked at: bounds the work per message; what a ticket is about stands earlier."""

# Letters that decomposition leaves as they are. Hebrew final forms become ordinary ones, because an
# ending moves them into the word: תשלום, תשלומים.
_LETTERS = str.maketrans("đðłøıךםןףץ", "ddloiכמנפצ")
_IN_WORD = re.compile(r"(?<=\w)['’ʼ׳\"״”“](?=\w)")
_DJ = re.compile(r"dj+")
_WORD = re.compile(r"\w+")
_HEBREW = re.compile(r"[א-ת]")


def fold(text: str) -> str:
    """The text without what people leave out or type differently.

    Case, diacritics (č = c), niqqud, bidi marks and soft hyphens go; đ, d and dj are one; an
    apostrophe or quotation mark inside a word goes too (doesn't, מע"מ).
    """
    plain = text.casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_LETTERS)
        plain = "".join(sign for sign in plain if unicodedata.category(sign) not in ("Mn", "Cf"))
    return _DJ.sub("d", _IN_WORD.sub("", plain))


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a keyword: the forms in which it is looked for, or the beginning of a word."""

    forms: frozenset[str]
    beginning: str | None = None


@dataclass(frozen=True, slots=True)
class Keyword:
    """One or more words in a row, each in any of its forms.

    A word that ends with `*` matches every word that begins so. A keyword that begins with `=` matches
    as it is written, without other forms.
    """

    written: str
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, written: str, language: str = "any") -> "Keyword":
        """Reads for example `račun`, `ne dela`, `aplikacij*` or `=dim`; `ValueError` when no word is left."""
        inflected = not written.startswith("=")
        parts: list[Part] = []
        for word in written.removeprefix("=").split():
            folded = _WORD.findall(fold(word.rstrip("*")))
            for place, part in enumerate(folded):
                if word.endswith("*") and place == len(folded) - 1:
                    parts.append(Part(frozenset(), beginning=part))
                else:
                    parts.append(Part(forms(part, language) if inflected else frozenset({part})))
        if not parts:
            raise ValueError(f"the keyword {written!r} has no letter or digit")
        return cls(written, tuple(parts))


class Words:
    """A text, ready to be asked for many keywords: the work per keyword does not grow with its length."""

    def __init__(self, text: str) -> None:
        found = _WORD.findall(fold(text[:READ_CHARACTERS]))
        self._places: dict[str, set[int]] = {}
        for place, word in enumerate(found):
            for form in _readings(word):
                self._places.setdefault(form, set()).add(place)
        self.known = frozenset(self._places)
        """Every word of the text, a Hebrew one also without its prefixes."""

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._places)

    def has(self, keyword: Keyword) -> bool:
        starts = self._found(keyword.parts[0])
        for offset, part in enumerate(keyword.parts[1:], start=1):
            if not starts:
                return False
            starts = starts & {place - offset for place in self._found(part)}
        return bool(starts)

    def begins(self, beginning: str) -> bool:
        """Whether one of its words begins so."""
        place = bisect_left(self._sorted, beginning)
        return place < len(self._sorted) and self._sorted[place].startswith(beginning)

    def _found(self, part: Part) -> set[int]:
        if part.beginning is not None:
            return self._places_of(self._beginning_with(part.beginning))
        return self._places_of(self.known & part.forms)

    def _places_of(self, found: Iterable[str]) -> set[int]:
        return set().union(*(self._places[form] for form in found))

    def _beginning_with(self, word: str) -> Iterator[str]:
        for index in range(bisect_left(self._sorted, word), len(self._sorted)):
            if not self._sorted[index].startswith(word):
                return
            yield self._sorted[index]


def _readings(word: str) -> Iterator[str]:
    """The word as it stands, and a Hebrew one also without the prefixes that are written onto it."""
    yield word
    if _HEBREW.match(word):
        yield from without_prefixes(word)
