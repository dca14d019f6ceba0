"""Text from strangers made safe to store and show: valid Unicode, composed, without control characters."""

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_DIRECTION_OVERRIDE = re.compile("[\u202a-\u202e]")
"""Embeddings and overrides (UAX #9) reorder what stands after them; isolates and marks are harmless."""


def readable(text: str) -> str:
    """Several lines: line ends become LF, what can't be shown goes, letters and accents are composed (NFC)."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", unified)).strip()


def one_line(text: str, *, limit: int) -> str:
    """One line of at most `limit` characters, for names and titles: no line end and no changed direction."""
    line = " ".join(_DIRECTION_OVERRIDE.sub("", readable(text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
