"""Finds keywords in a customer's text whatever the case, the diacritics, the ending or a Hebrew prefix."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

READ_CHARACTERS = 20_000
"""How much of a text is looked at: bounds the work per message; what a ticket is about stands earlier."""

# Letters that decomposition leaves as they are. Hebrew final forms become ordinary ones, because an
# ending moves them into the word: תשלום, תשלומים.
_LETTERS = str.maketrans("đðłøıךםןףץ", "ddloiכמנפצ")
_IN_WORD = re.compile(r"(?<=\w)['’ʼ׳\"״”“](?=\w)")
_DJ = re.compile(r"dj+")
_WORD = re.compile(r"\w+")
_HEBREW = re.compile(r"[א-ת]")
_PREFIXES = frozenset("הובלכמש")
_LONGEST_PREFIX = 2
"""Also two at a time, as in והחשבונית, and-the-invoice."""
_SHORTEST_PREFIXED = 3
"""What is left of a word without its prefixes has at least this many letters, or anything would match."""


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
class Keyword:
    """One or more words in a row; a word that ended with `*` matches every word that begins so."""

    written: str
    parts: tuple[tuple[str, bool], ...]

    @classmethod
    def of(cls, written: str) -> "Keyword":
        """Reads for example `račun*` or `ne dela`; `ValueError` when no word is left."""
        parts = []
        for word in written.split():
            folded = _WORD.findall(fold(word.rstrip("*")))
            parts += [(part, False) for part in folded[:-1]]
            parts += [(part, word.endswith("*")) for part in folded[-1:]]
        if not parts:
            raise ValueError(f"the keyword {written!r} has no letter or digit")
        return cls(written, tuple(parts))


class Words:
    """A text, ready to be asked for many keywords: each costs two binary searches, whatever its length."""

    def __init__(self, text: str) -> None:
        found = _WORD.findall(fold(text[:READ_CHARACTERS]))
        self._places: dict[str, set[int]] = {}
        for place, word in enumerate(found):
            for form in _forms(word):
                self._places.setdefault(form, set()).add(place)
        self._sorted = sorted(self._places)

    def first(self, keywords: Sequence[Keyword]) -> Keyword | None:
        """The first of the keywords that the text has, in the keywords' order."""
        return next((keyword for keyword in keywords if self.has(keyword)), None)

    def has(self, keyword: Keyword) -> bool:
        starts = self._found(*keyword.parts[0])
        for offset, part in enumerate(keyword.parts[1:], start=1):
            if not starts:
                return False
            starts &= {place - offset for place in self._found(*part)}
        return bool(starts)

    def _found(self, word: str, beginning: bool) -> set[int]:
        if not beginning:
            return set(self._places.get(word, ()))
        places: set[int] = set()
        for form in self._beginning_with(word):
            places |= self._places[form]
        return places

    def _beginning_with(self, word: str) -> Iterator[str]:
        for index in range(bisect_left(self._sorted, word), len(self._sorted)):
            if not self._sorted[index].startswith(word):
                return
            yield self._sorted[index]


def _forms(word: str) -> Iterator[str]:
    """The word as it stands, and a Hebrew one also without its one-letter prefixes."""
    yield word
    if not _HEBREW.match(word):
        return
    for length in range(1, _LONGEST_PREFIX + 1):
        rest = word[length:]
        if word[length - 1] not in _PREFIXES or len(rest) < _SHORTEST_PREFIXED:
            return
        yield rest
