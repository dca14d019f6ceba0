"""How many segments a text message costs, exactly: GSM 03.38 (3GPP TS 23.038) or UCS-2."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters that need an escape before them: two septets, never parted between two segments."""

SINGLE = {"GSM-7": 160, "UCS-2": 70}
JOINED = {"GSM-7": 153, "UCS-2": 67}
"""Units of a segment; several of them carry a header of six bytes (3GPP TS 23.040, 9.2.3.24.1)."""

TYPOGRAPHIC = {
    "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"',
    "\u2026": "...", "\u2022": "-", "\t": " ", "\u200b": "",
}  # fmt: skip
"""Characters that word processors put in, with what a telephone writes instead."""
_PLAIN = str.maketrans(TYPOGRAPHIC)
_JOINERS = frozenset("\u200d\ufe0e\ufe0f\u20e3")
ELLIPSIS = "..."


@dataclass(frozen=True, slots=True)
class Size:
    """`units` are septets in GSM-7 and UTF-16 code units in UCS-2."""

    encoding: Encoding
    units: int
    segments: int


def measure(text: str) -> Size:
    """The encoding that the text needs and the segments that it takes; an empty text takes none."""
    encoding = encoding_of(text)
    widths = [width(piece, encoding) for piece in pieces(text, encoding)]
    return Size(encoding, sum(widths), _segments(widths, encoding))


def encoding_of(text: str) -> Encoding:
    return "GSM-7" if all(letter in BASIC or letter in EXTENSION for letter in text) else "UCS-2"


def plain(text: str) -> str:
    """The text with typewriter punctuation, if that saves it from UCS-2; otherwise as it is."""
    simple = text.translate(_PLAIN)
    return simple if encoding_of(simple) == "GSM-7" else text


def fit(text: str, *, segments: int) -> str:
    """The text, or as much of its beginning as goes into `segments`, ending in three dots.

    It is cut between whole characters as people see them, so neither an emoji nor an accent is torn.
    """
    if measure(text).segments <= segments:
        return text
    encoding = encoding_of(text)
    whole = list(pieces(text, encoding))
    low, high = 0, len(whole)
    while low < high:
        middle = (low + high + 1) // 2
        if measure("".join(whole[:middle]).rstrip() + ELLIPSIS).segments <= segments:
            low = middle
        else:
            high = middle - 1
    return "".join(whole[:low]).rstrip() + ELLIPSIS


def pieces(text: str, encoding: Encoding) -> Iterator[str]:
    """What must not be parted: single characters in GSM-7, what people see as one in UCS-2."""
    if encoding == "GSM-7":
        yield from text
        return
    piece = ""
    for letter in text:
        if piece and not _belongs(piece, letter):
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece


def width(piece: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return sum(2 if letter in EXTENSION else 1 for letter in piece)
    return sum(2 if ord(letter) > 0xFFFF else 1 for letter in piece)


def _segments(widths: Sequence[int], encoding: Encoding) -> int:
    if not widths:
        return 0
    if sum(widths) <= SINGLE[encoding]:
        return 1
    room, segments, used = JOINED[encoding], 1, 0
    for units in widths:
        if used + units > room and used > 0:
            segments, used = segments + 1, 0
        used += units
        while used > room:  # one character longer than a segment, as a hundred accents on a letter are
            segments, used = segments + 1, used - room
    return segments


def _belongs(piece: str, letter: str) -> bool:
    """Whether `letter` continues the character that `piece` is (the main cases of UAX #29)."""
    if letter in _JOINERS or unicodedata.combining(letter) or 0x1F3FB <= ord(letter) <= 0x1F3FF:
        return True
    if piece[-1] == "\u200d" and ord(letter) > 0x2000:
        return True
    flags = sum(_is_flag_half(part) for part in piece)
    return flags % 2 == 1 and flags == len(piece) and _is_flag_half(letter)


def _is_flag_half(letter: str) -> bool:
    return 0x1F1E6 <= ord(letter) <= 0x1F1FF
