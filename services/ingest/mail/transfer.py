"""Content-Transfer-Encoding undone (RFC 2045, and uuencode and yEnc), with whatever can be saved of damaged content."""

import binascii
import re

MAX_SAMPLE = 4096
MAX_PIECES = 1_000
"""Pieces of base64 with padding of their own that were put together."""
MAX_MENDED = 100_000
"""Places in quoted-printable that are mended; a text with more is none."""

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(byte for byte in range(256) if byte not in _BASE64)
_ASCII = bytes(range(0x80))
_WORDS = re.compile(rb"[A-Za-z0-9.,;:!?]+ +[A-Za-z0-9.,;:!?]+")
_SOFT_END = re.compile(rb"=[ \t]+(?=\r?\n)")
_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?$", re.MULTILINE)


def decoded(raw: bytes, encoding: str) -> bytes:
    """The content; as it is when the encoding is unknown or evidently not that of the content."""
    match encoding.strip().lower():
        case "base64" | "b" | "x-base64" | "base-64" | "base64;":
            return base64(raw)
        case "quoted-printable" | "quotedprintable" | "qp" | "quoted_printable":
            return quoted_printable(raw)
        case "x-uuencode" | "uuencode" | "uue" | "x-uue" | "x-uu":
            return uuencoded(raw)
        case "x-yencode" | "yencode" | "yenc" | "x-yenc":
            return yencoded(raw)
        case _:
            return raw


def quoted_printable(raw: bytes) -> bytes:
    """Quoted-printable with equals signs that encode nothing kept, and blanks behind a soft line end left out."""
    if 0 < raw.count(b"==") <= MAX_MENDED:
        raw = raw.replace(b"==", b"=3D=").replace(b"==", b"=3D=")
    if 0 < raw.count(b"= ") + raw.count(b"=\t") <= MAX_MENDED:
        raw = _SOFT_END.sub(b"=", raw)
    return binascii.a2b_qp(raw)


def base64(raw: bytes) -> bytes:
    """Base64 with any junk between its characters, padding missing or in its midst."""
    if _is_text(raw[:MAX_SAMPLE]):
        return raw
    kept = raw.translate(None, _NOT_BASE64).rstrip(b"=")
    if kept.count(b"=") > MAX_PIECES:
        kept = kept.replace(b"=", b"")
    return b"".join(_padded(piece) for piece in kept.split(b"="))


def uuencoded(raw: bytes) -> bytes:
    """The first uuencoded file; as it is when there is none."""
    begin = _BEGIN.search(raw)
    if begin is None:
        return raw
    if begin.group().startswith(b"begin-base64"):
        return base64(raw[begin.end() :].partition(b"====")[0])
    content = []
    for line in raw[begin.end() :].lstrip(b"\r\n").splitlines():
        if line.strip() in (b"end", b"`", b""):
            if line.strip() == b"end":
                break
            continue
        content.append(_uu_line(line))
    return b"".join(content)


def yencoded(raw: bytes) -> bytes:
    """The content between =ybegin and =yend; as it is when there is none."""
    start = raw.find(b"=ybegin ")
    if start < 0:
        return raw
    body = raw[raw.find(b"\n", start) + 1 :]
    if body.startswith(b"=ypart "):
        body = body[body.find(b"\n") + 1 :]
    end = body.find(b"\n=yend")
    body = body if end < 0 else body[:end]
    pieces = body.replace(b"\r", b"").replace(b"\n", b"").split(b"=")
    first, *escaped = pieces
    joined = first + b"".join(_YENC_ESCAPED[piece[0]] + piece[1:] for piece in escaped if piece)
    return joined.translate(_YENC)


_YENC_ESCAPED = [bytes([(byte - 64) % 256]) for byte in range(256)]
_YENC = bytes((byte - 42) % 256 for byte in range(256))


def _is_text(sample: bytes) -> bool:
    """Whether it was never encoded: words with blanks between them, or bytes beyond ASCII."""
    if not sample.strip():
        return False
    beyond = len(sample.translate(None, _ASCII))
    return beyond > len(sample) // 20 or bool(_WORDS.match(sample.lstrip()))


def _padded(piece: bytes) -> bytes:
    if len(piece) % 4 == 1:
        piece = piece[:-1]
    return binascii.a2b_base64(piece + b"=" * (-len(piece) % 4))


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders write too many characters
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return b""
