"""The verbs of quote headers in every language, found without trying hundreds of patterns on every line."""

import re
from collections.abc import Sequence

from services.ingest.mail.reply.languages import LANGUAGES

_GROUP = re.compile(r"\((?:\?[:<!=]+)?[^()]*\)[?*+]?")
_WORD = re.compile(r"[^\W\d_]+")


def _stem(pattern: str) -> str:
    """The longest word that whatever matches the pattern holds."""
    bare = pattern
    while _GROUP.search(bare):
        bare = _GROUP.sub("|", bare)
    return max(_WORD.findall(re.sub(r"\[[^\]]*\]|\\.|.[?*]", "|", bare)), key=len, default="").lower()


def _compiled() -> dict[str, list[re.Pattern[str]]]:
    verbs: dict[str, list[re.Pattern[str]]] = {}
    for verb in dict.fromkeys(verb for language in LANGUAGES for verb in language.wrote):
        spaced = _stem(verb).isascii() or _stem(verb)[:1] < "\u0500"
        bounds = (r"(?<![^\W\d_])", r"(?![^\W\d_])") if spaced else ("", "")
        verbs.setdefault(_stem(verb), []).append(re.compile(rf"{bounds[0]}(?:{verb}){bounds[1]}", re.IGNORECASE))
    return verbs


_VERBS = _compiled()
_STEMS = tuple(_VERBS)
_ROOTS = tuple(stem for stem in _STEMS if not any(other in stem for other in _STEMS if other != stem))
_WHOM = re.compile("|".join(verb for language in LANGUAGES for verb in language.wrote_whom), re.IGNORECASE)
_FIRST_PERSON = re.compile(
    "|".join(rf"(?<!\w){one}" for language in LANGUAGES for one in language.first_person), re.IGNORECASE
)


def roots_in(text: str) -> tuple[str, ...]:
    """The roots of verbs that occur in a text: no other needs to be looked for in its lines."""
    lower = text.lower()
    return tuple(root for root in _ROOTS if root in lower)


def may_hold_verb(text: str, roots: Sequence[str] = _ROOTS) -> bool:
    """Whether it is worth looking for a verb."""
    if not roots:
        return False
    lower = text.lower()
    return any(root in lower for root in roots)


def last_verb(text: str) -> re.Match[str] | None:
    """The last verb that says that someone wrote, or sent."""
    lower, found = text.lower(), None
    for stem in _STEMS:
        if stem not in lower:
            continue
        for pattern in _VERBS[stem]:
            for match in pattern.finditer(text):
                if found is None or (match.end(), -match.start()) > (found.end(), -found.start()):
                    found = match
    return found


def may_precede_name(verb: str) -> bool:
    """Whether the name of the writer may follow the verb: `schrieb Ana:`."""
    return bool(_WHOM.fullmatch(verb))


def is_first_person(text: str) -> bool:
    """Whether the writer speaks, of what they or theirs wrote: no mail program does."""
    return bool(_FIRST_PERSON.search(text))
