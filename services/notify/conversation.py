"""The conversation as an agent's mail shows it: the latest message first, internal notes marked as such."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from services.notify.templates import quoted
from services.notify.ticket import Said
from services.notify.wording import Language


def told(said: Sequence[Said], language: Language, *, zone: ZoneInfo) -> str:
    """The messages as quotations, each under a line that says who wrote it and when; the latest first."""
    return "\n\n".join(f"{_head(one, language, zone=zone)}\n\n{quoted(_body(one))}" for one in reversed(said))


def _body(one: Said) -> str:
    """The text, and the names of the files that came with it."""
    return "\n".join([one.text.strip(), *(f"[{' '.join(name.split())}]" for name in one.files)])


def _head(one: Said, language: Language, *, zone: ZoneInfo) -> str:
    name = language.isolate(" ".join(one.by.split()))
    note = f" ({language.words.internal_note})" if one.internal else ""
    return f"{name}, {language.isolate(language.moment(one.at, zone=zone))}{note}:"
