"""RTF as Outlook sends it: uncompressed ([MS-OXRTFCP]), and the HTML or text that it wraps ([MS-OXRTFEX])."""

import re
from dataclasses import dataclass, replace

import compressed_rtf

from services.ingest.mail.charsets import decode

MAX_COMPRESSED = 1_000_000
MAX_RTF = 4_000_000
MAX_DEPTH = 200
MAX_HEAD = 64 * 1024

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_FONT = re.compile(rb"\\f([0-9]{1,4})(?:\\[a-z]{1,10}[0-9]{0,3}){0,4}?\\fcharset([0-9]{1,3})")
_FONT_CHARSETS = {
    128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254", 163: "cp1258",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_IGNORED = frozenset(
    (
        *(b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"footnote"),
        *(b"listtable", b"listoverridetable", b"revtbl", b"rsidtbl", b"themedata", b"datastore", b"generator"),
        *(b"latentstyles", b"xmlnstbl", b"fldinst"),
    )
)
_CHARACTERS = {
    b"par": "\n",
    b"line": "\n",
    b"row": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
    b"endash": "–",
    b"emdash": "—",
}


@dataclass(frozen=True, slots=True)
class Rtf:
    """What it says. `html` when it wraps a page."""

    text: str = ""
    html: str = ""


@dataclass(slots=True)
class _Group:
    """The state of a group, inherited by those inside. `skipped` text is not shown."""

    skipped: bool = False
    in_tag: bool = False
    hidden: bool = False
    fallback: int = 1
    charset: str = ""


def uncompressed(content: bytes) -> bytes:
    """The RTF, or nothing when it can't be uncompressed."""
    if len(content) > MAX_COMPRESSED:
        return b""
    try:
        return bytes(compressed_rtf.decompress(content))[:MAX_RTF]
    except Exception:  # the library raises whatever comes to it on damaged content
        return b""


def read_rtf(raw: bytes) -> Rtf:
    """The page that it wraps, or its text."""
    if not raw.startswith(b"{\\rtf"):
        return Rtf()
    head = raw[:4096]
    wraps_page = b"\\fromhtml" in head
    text = _Reading(wraps_page=wraps_page).read(raw)
    return Rtf(html=text.strip()) if wraps_page else Rtf(text=text.strip())


class _Reading:
    """One pass over the tokens. Bytes are decoded by the code page of the document."""

    def __init__(self, *, wraps_page: bool) -> None:
        self._wraps_page = wraps_page
        self._charset = "cp1252"
        self._fonts: dict[int, str] = {}
        self._parts: list[str] = []
        self._bytes = bytearray()
        self._stack = [_Group()]
        self._starred = False
        self._pending_fallback = 0

    def read(self, raw: bytes) -> str:
        self._fonts = {int(font): _FONT_CHARSETS.get(int(kind), "") for font, kind in _FONT.findall(raw[:MAX_HEAD])}
        for match in _TOKEN.finditer(raw):
            word, number, hexadecimal, symbol, brace, text = match.groups()
            if brace:
                self._brace(brace)
            elif word:
                self._word(word, int(number) if number else None)
            elif hexadecimal:
                self._put_bytes(bytes([int(hexadecimal, 16)]))
            elif symbol:
                self._symbol(symbol)
            elif text:
                self._put_bytes(text)
        self._flush()
        return "".join(self._parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    @property
    def _group(self) -> _Group:
        return self._stack[-1]

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._starred = False
        if brace == b"{":
            group = self._group
            self._stack.append(replace(group))
            if len(self._stack) > MAX_DEPTH:
                self._group.skipped = True
        elif len(self._stack) > 1:
            self._stack.pop()
        self._pending_fallback = 0

    def _word(self, word: bytes, number: int | None) -> None:
        starred, self._starred = self._starred, False
        if word == b"ansicpg" and number:
            self._charset = "utf-8" if number == 65001 else f"cp{number}"
        elif word == b"f" and number in self._fonts:
            self._flush()
            self._group.charset = self._fonts[number]
        elif word == b"uc" and number is not None:
            self._group.fallback = min(max(number, 0), 10)
        elif word == b"u" and number is not None:
            self._put(chr(number % 65536))
            self._pending_fallback = self._group.fallback
        elif word == b"htmltag":
            self._group.in_tag, self._group.skipped = True, False
        elif word == b"htmlrtf":
            self._group.hidden = number != 0
        elif word in _IGNORED or starred:
            self._group.skipped = True
        elif word in _CHARACTERS:
            self._put("\r\n" if self._wraps_page and word in (b"par", b"line") else _CHARACTERS[word])

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol == b"~":
            self._put("&nbsp;" if self._wraps_page else "\u00a0")
        elif symbol == b"_":
            self._put("-")
        elif symbol in (b"\\", b"{", b"}"):
            self._put_bytes(symbol)
        elif symbol in (b"\r", b"\n"):
            self._put("\n")

    def _shown(self) -> bool:
        return not self._group.skipped and not self._group.hidden

    def _put_bytes(self, content: bytes) -> None:
        if self._pending_fallback:
            skipped = min(self._pending_fallback, len(content))
            self._pending_fallback -= skipped
            content = content[skipped:]
        if content and self._shown():
            self._bytes += content

    def _put(self, text: str) -> None:
        if self._shown():
            self._flush()
            self._parts.append(text)

    def _flush(self) -> None:
        if self._bytes:
            self._parts.append(decode(bytes(self._bytes), self._group.charset or self._charset))
            self._bytes.clear()
