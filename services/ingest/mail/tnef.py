"""winmail.dat: what Outlook packs into TNEF instead of MIME parts ([MS-OXTNEF])."""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from services.ingest.mail.charsets import decode
from services.ingest.mail.names import made_name, readable
from services.ingest.mail.rtf import Rtf, read_rtf, uncompressed
from services.ingest.normalised import File, cleaned

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_ATTRIBUTES = 10_000
MAX_PROPERTIES = 5_000
MAX_DEPTH = 5

_BODY = 0x800C
_MESSAGE_PROPERTIES = 0x9003
_CODE_PAGE = 0x9007
_ATTACHMENT_BEGINS = 0x9002
_ATTACHMENT_NAME = 0x8010
_ATTACHMENT_CONTENT = 0x800F
_ATTACHMENT_PROPERTIES = 0x9005

_SUBJECT, _PLAIN, _COMPRESSED_RTF, _HTML = 0x0037, 0x1000, 0x1009, 0x1013
_CONTENT, _SHORT_NAME, _LONG_NAME, _DISPLAY_NAME = 0x3701, 0x3704, 0x3707, 0x3001
_MIME_TYPE, _CONTENT_ID, _INTERNET_CODE_PAGE = 0x370E, 0x3712, 0x3FDE

_SIZES = {0x01: 4, 0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes of a value by its type; values are padded to four."""
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_MESSAGE_INTERFACE = bytes.fromhex("0703020000000000c000000000000046")


@dataclass(slots=True)
class Packed:
    """What a winmail.dat holds."""

    text: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)


@dataclass(slots=True)
class _Attachment:
    name: str = ""
    kind: str = ""
    content_id: str = ""
    content: bytes = b""
    embedded: bytes = b""


def unpacked(raw: bytes, *, languages: Sequence[str] = (), depth: int = 0) -> Packed | None:
    """The text and files in it, or None when it is no TNEF or nothing can be found in it."""
    if not raw.startswith(SIGNATURE) or depth > MAX_DEPTH:
        return None
    reading = _Reading(languages, depth)
    for attribute, content in _attributes(raw):
        reading.take(attribute, content)
    packed = reading.done()
    return packed if packed.files or packed.text or packed.html else None


class _Reading:
    """Collects the attributes of one TNEF stream."""

    def __init__(self, languages: Sequence[str], depth: int) -> None:
        self._languages = languages
        self._depth = depth
        self._charset: str | None = None
        self._body: bytes = b""
        self._properties: dict[int, str | bytes | int] = {}
        self._attachments: list[_Attachment] = []

    def take(self, attribute: int, content: bytes) -> None:
        if attribute == _CODE_PAGE and len(content) >= 4:
            self._charset = _code_page(struct.unpack_from("<I", content)[0])
        elif attribute == _BODY:
            self._body = content
        elif attribute == _MESSAGE_PROPERTIES:
            self._properties |= dict(self._read(content))
        elif attribute == _ATTACHMENT_BEGINS:
            self._attachments.append(_Attachment())
        elif self._attachments:
            self._take_of_attachment(self._attachments[-1], attribute, content)

    def _take_of_attachment(self, attachment: _Attachment, attribute: int, content: bytes) -> None:
        if attribute == _ATTACHMENT_NAME:
            attachment.name = attachment.name or self._text(content)
        elif attribute == _ATTACHMENT_CONTENT:
            attachment.content = content
        elif attribute == _ATTACHMENT_PROPERTIES:
            said = dict(self._read(content))
            names = [said.get(one) for one in (_LONG_NAME, _DISPLAY_NAME, _SHORT_NAME)]
            attachment.name = next((name for name in names if isinstance(name, str) and name), attachment.name)
            attachment.kind = str(said.get(_MIME_TYPE) or "")
            attachment.content_id = str(said.get(_CONTENT_ID) or "").strip("<>")
            inner = said.get(_CONTENT)
            if isinstance(inner, bytes) and inner:
                if inner.startswith(_MESSAGE_INTERFACE):
                    attachment.embedded = inner[16:]
                else:
                    attachment.content = attachment.content or inner

    def done(self) -> Packed:
        packed = self._texts()
        for attachment in self._attachments:
            packed.files += self._files(attachment)
        return packed

    def _texts(self) -> Packed:
        charset = self._properties.get(_INTERNET_CODE_PAGE)
        plain = self._properties.get(_PLAIN)
        text = plain if isinstance(plain, str) and plain else self._text(self._body)
        page = self._properties.get(_HTML)
        html = ""
        if isinstance(page, bytes):
            html = decode(page, _code_page(charset) if isinstance(charset, int) else self._charset)
        elif isinstance(page, str):
            html = page
        rtf = self._rtf()
        return Packed(text=text or rtf.text, html=html or rtf.html)

    def _rtf(self) -> Rtf:
        content = self._properties.get(_COMPRESSED_RTF)
        return read_rtf(uncompressed(content)) if isinstance(content, bytes) else Rtf()

    def _files(self, attachment: _Attachment) -> list[File]:
        if attachment.embedded:
            return self._embedded(attachment)
        kind = attachment.kind if "/" in attachment.kind else "application/octet-stream"
        name = readable(attachment.name) or made_name(kind, attachment.content)
        if not attachment.content and not attachment.name:
            return []
        content_id = cleaned(attachment.content_id) or None
        return [File(name=name, content_type=kind.lower(), content=attachment.content, content_id=content_id)]

    def _embedded(self, attachment: _Attachment) -> list[File]:
        """A mail within: its text as a file, and its files beside it."""
        inner = unpacked(attachment.embedded, languages=self._languages, depth=self._depth + 1)
        if inner is None:
            name = readable(attachment.name) or "message"
            return [File(name=f"{name}.tnef", content_type="application/ms-tnef", content=attachment.embedded)]
        name = readable(attachment.name).removesuffix(".msg") or "message"
        if inner.html:
            shown = File(name=f"{name}.html", content_type="text/html; charset=utf-8", content=inner.html.encode())
        else:
            text = cleaned(inner.text).encode()
            shown = File(name=f"{name}.txt", content_type="text/plain; charset=utf-8", content=text)
        return [shown, *inner.files]

    def _text(self, content: bytes) -> str:
        return decode(content.split(b"\0", 1)[0], self._charset, languages=self._languages)

    def _read(self, content: bytes) -> Iterator[tuple[int, str | bytes | int]]:
        return _properties(content, self._text)


def _attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Level (1), id (4), length (4), content, checksum (2); what is cut off ends the stream."""
    position = 6
    for _ in range(MAX_ATTRIBUTES):
        if position + 9 > len(raw):
            return
        attribute, length = struct.unpack_from("<xII", raw, position)
        start = position + 9
        yield attribute & 0xFFFF, raw[start : start + length]
        position = start + length + 2


def _properties(content: bytes, text: Callable[[bytes], str]) -> Iterator[tuple[int, str | bytes | int]]:
    if len(content) < 4:
        return
    position = 4
    try:
        for _ in range(min(struct.unpack_from("<I", content)[0], MAX_PROPERTIES)):
            found, position = _property(content, position, text)
            if found is not None:
                yield found
    except (struct.error, IndexError, ValueError):
        return


def _property(
    content: bytes, position: int, text: Callable[[bytes], str]
) -> tuple[tuple[int, str | bytes | int] | None, int]:
    kind, name = struct.unpack_from("<HH", content, position)
    position += 4
    many, kind = bool(kind & 0x1000), kind & 0x0FFF
    if name >= 0x8000:
        position = _after_property_name(content, position)
    if kind in _SIZES:
        count = 1
        if many:
            count, position = struct.unpack_from("<I", content, position)[0], position + 4
        size = -(-_SIZES[kind] // 4) * 4
        if count * size > len(content):
            raise ValueError("more values than bytes")
        number = int.from_bytes(content[position : position + min(_SIZES[kind], 8)], "little")
        return (name, number), position + count * size
    if kind not in (_STRING, _UNICODE, _OBJECT, _BINARY):
        raise ValueError(f"property type {kind:#x}")
    count, position = struct.unpack_from("<I", content, position)[0], position + 4
    first: bytes | None = None
    for _ in range(min(count, MAX_PROPERTIES)):
        length, position = struct.unpack_from("<I", content, position)[0], position + 4
        value = content[position : position + length]
        first = value if first is None else first
        position += -(-length // 4) * 4
        if position > len(content) + 3:
            raise ValueError("cut off")
    return (None if first is None else (name, _value(kind, first, text))), position


def _value(kind: int, value: bytes, text: Callable[[bytes], str]) -> str | bytes:
    if kind == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    if kind == _STRING:
        return text(value)
    return value


def _after_property_name(content: bytes, position: int) -> int:
    """A property's own name: a GUID, and a number or a string."""
    position += 16
    is_string = struct.unpack_from("<I", content, position)[0] == 1
    position += 4
    if not is_string:
        return position + 4
    length = struct.unpack_from("<I", content, position)[0]
    return int(position + 4 + -(-length // 4) * 4)


def _code_page(number: int) -> str:
    named = {65001: "utf-8", 20127: "ascii", 1200: "utf-16-le", 20866: "koi8-r", 21866: "koi8-u", 28591: "iso-8859-1"}
    if 28592 <= number <= 28605:
        return f"iso-8859-{number - 28590}"
    return named.get(number, f"cp{number}")
