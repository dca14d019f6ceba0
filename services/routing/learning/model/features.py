"""Words and characters of a message as numbers: hashed n-grams, so that no list of words has to be kept."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from zlib import crc32

from services.routing.classification.words import fold
from services.routing.learning.model.examples import READ_CHARACTERS

_LINK = re.compile(r"(?:https?://|www\.)\S+")
_MAIL = re.compile(r"\S{1,64}@\S{1,255}")
_DIGITS = re.compile(r"\d+")
_REPEATED = re.compile(r"([^\W\d])\1{2,}")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def tokens(text: str) -> list[str]:
    """Words, signs and emoji of the text, folded; links, addresses and numbers stand as what they are."""
    plain = fold(text[:READ_CHARACTERS])
    plain = _MAIL.sub(" zzmail ", _LINK.sub(" zzlink ", plain))
    plain = _DIGITS.sub(lambda found: "0" * min(len(found.group()), 4), _REPEATED.sub(r"\1\1", plain))
    return _TOKEN.findall(plain)


def word_grams(words: list[str]) -> Iterator[str]:
    yield from words
    yield from (f"{one} {two}" for one, two in pairwise(words))


def character_grams(words: list[str], shortest: int = 2, longest: int = 5) -> Iterator[str]:
    """Pieces of words, with a blank at both ends: what is left alike of a misspelt or inflected word."""
    for word in words:
        padded = f" {word[:40]} "
        for size in range(shortest, longest + 1):
            if len(padded) <= size:
                yield padded
                break
            yield from (padded[start : start + size] for start in range(len(padded) - size + 1))


def hashed(grams: Iterator[str]) -> Counter[int]:
    """How often each n-gram stands there, by its 32-bit hash."""
    return Counter(crc32(gram.encode()) for gram in grams)
