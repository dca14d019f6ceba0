"""Encoded words (RFC 2047) in all the shapes that mail programs give them."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.ingest.mail.charsets import decode
from services.ingest.mail.transfer import quoted_printable

ENCODED = re.compile(
    r"=\?([^?\s=]{0,60})\?([bBqQ])\?((?:[^?=]|=(?!\?[^?\s]{0,60}\?[bBqQ]\?)|\?(?!=|\Z))*)(?:\?=|\?\Z|\Z)", re.DOTALL
)
"""One encoded word. Blanks and question marks in it, and an end that is cut off, are wrong, but readable."""
_BETWEEN = re.compile(r"(\?=)\s+(?==\?[^?\s=]{0,60}\?[bBqQ]\?)")
_CUT_LETTER = re.compile(rb"=([0-9A-Fa-f])\s+([0-9A-Fa-f])")
"""A letter that was folded in its midst."""
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


@dataclass(slots=True)
class _Pending:
    """Neighbouring words of one charset: some programs split a letter between two."""

    charset: str
    content: bytes = b""
    base64_text: bytes = b""

    def take(self, encoding: str, raw: bytes) -> None:
        if encoding in "bB":
            self.base64_text += _NOT_BASE64.sub(b"", raw)
            if raw.rstrip().endswith(b"=") or len(self.base64_text) % 4 == 0:
                self._decode()
        else:
            self._decode()
            whole = _CUT_LETTER.sub(rb"=\1\2", raw)
            self.content += quoted_printable(whole.replace(b"_", b" "))

    def text(self, languages: Sequence[str]) -> str:
        self._decode()
        return decode(self.content, self.charset, languages=languages)

    def _decode(self) -> None:
        kept, self.base64_text = self.base64_text, b""
        if len(kept) % 4 == 1:
            kept = kept[:-1]
        try:
            self.content += base64.b64decode(kept + b"=" * (-len(kept) % 4))
        except binascii.Error:
            pass


def decode_words(value: str, *, languages: Sequence[str] = ()) -> str:
    """The value with its encoded words decoded; everything else stays as it is."""
    if "=?" not in value:
        return value
    joined = _BETWEEN.sub(r"\1", value)
    parts: list[str] = []
    pending: _Pending | None = None
    position = 0
    for match in ENCODED.finditer(joined):
        between = joined[position : match.start()]
        charset = match[1].partition("*")[0].lower()
        if pending is None or between or pending.charset != charset:
            parts += [pending.text(languages)] if pending else []
            parts.append(between)
            pending = _Pending(charset)
        pending.take(match[2], match[3].encode("utf-8", "surrogateescape"))
        position = match.end()
    parts += [pending.text(languages)] if pending else []
    return "".join([*parts, joined[position:]])
