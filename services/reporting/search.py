"""Folds text for searching: case, accents and Hebrew points do not matter, and the start of a word is enough."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 40
MOST = 60
_WORD = re.compile(r"[^\W_]+(?:[.@+'-][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")


def terms(*texts: str | None) -> list[str]:
    """The folded words of the texts, each once, sorted; of a word such as ana@svetilka.example also its parts."""
    found: set[str] = set()
    for text in texts:
        if len(found) >= MOST:
            break
        for word in _WORD.findall(folded(text or "")):
            found.update(_cut([word, *_PART.findall(word)]))
    return sorted(found)[: 2 * MOST]


def wanted(query: str) -> list[str]:
    """The folded words that a search asks for; each must be the start of a term."""
    return list(dict.fromkeys(_cut(_WORD.findall(folded(query)))))


def folded(text: str) -> str:
    """Without case and accents: `Žarnica` and `zarnica` are the same, and so are đ and d."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _cut(words: Iterable[str]) -> list[str]:
    return [word[:LONGEST] for word in words]
