"""Cuts English text into the pieces that MiniLM was taught with (BERT's WordPiece, lower case)."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from services.routing.learning.model.examples import READ_CHARACTERS

VOCABULARY = "minilm_vocabulary.txt"
UNKNOWN, BEGIN, END = 100, 101, 102
MOST_PIECES = 128
"""Of a message; the work per message grows with them, and what it is about stands early."""
_LONGEST_WORD = 50
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")


@cache
def _vocabulary() -> dict[str, int]:
    words = files(__package__).joinpath(VOCABULARY).read_text("utf-8").split("\n")
    return {word: number for number, word in enumerate(words) if word}


def pieces(text: str) -> list[int]:
    """The numbers of the text's pieces between the marks of its beginning and end."""
    numbers = [BEGIN]
    for word in _WORD.findall(_plain(text[:READ_CHARACTERS])):
        numbers += _cut(word, _vocabulary())
        if len(numbers) >= MOST_PIECES:
            break
    return [*numbers[: MOST_PIECES - 1], END]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in decomposed if unicodedata.category(sign) not in ("Mn", "Cf"))


def _cut(word: str, vocabulary: dict[str, int]) -> list[int]:
    """The longest pieces from the left, or the unknown one where a piece is missing."""
    if len(word) > _LONGEST_WORD:
        return [UNKNOWN]
    found: list[int] = []
    start = 0
    while start < len(word):
        taken = next(_beginnings(word, start, vocabulary), None)
        if taken is None:
            return [UNKNOWN]
        number, start = taken
        found.append(number)
    return found


def _beginnings(word: str, start: int, vocabulary: dict[str, int]) -> Iterator[tuple[int, int]]:
    mark = "##" if start else ""
    for end in range(len(word), start, -1):
        number = vocabulary.get(mark + word[start:end])
        if number is not None:
            yield number, end
