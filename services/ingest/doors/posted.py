"""What a provider posted: fields and files as they are, byte for byte, from urlencoded or multipart bodies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from services.ingest.mail.charsets import meant
from shared.errors import Refused

MAX_PARTS = 2000


@dataclass(frozen=True, slots=True)
class PostedFile:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """The first field of each name; text fields as bytes, for what they hold may be in any charset."""

    fields: Mapping[str, bytes]
    files: Mapping[str, PostedFile]

    def text(self, name: str, charset: str = "utf-8") -> str:
        """The field as text, in the charset that the mail's sender named, if it is one; empty when it is missing."""
        raw = self.fields.get(name, b"")
        try:
            return raw.decode(meant(charset) or "utf-8")
        except ValueError:
            return raw.decode("utf-8", "replace")

    def json(self, name: str) -> Any:
        """The JSON in a field, or None."""
        try:
            return json.loads(self.fields.get(name, b"null"))
        except (ValueError, RecursionError):
            return None


def parse(body: bytes, content_type: str) -> Posted:
    """The form; `Refused` when it is none."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _urlencoded(body)
    if kind == "multipart/form-data":
        return _multipart(body, content_type)
    raise Refused(
        status=415, title="Not a form", detail="Send multipart/form-data or application/x-www-form-urlencoded."
    )


def _urlencoded(body: bytes) -> Posted:
    try:
        # Latin-1 both ways keeps every byte: a raw mail may be in any charset.
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_PARTS, encoding="latin-1")
    except ValueError as error:
        raise _malformed(f"Send at most {MAX_PARTS} fields.") from error
    fields: dict[str, bytes] = {}
    for name, value in pairs:
        fields.setdefault(name.encode("latin-1").decode("utf-8", "replace"), value.encode("latin-1"))
    return Posted(fields, {})


def _multipart(body: bytes, content_type: str) -> Posted:
    _, options = parse_options_header(content_type)
    parts = _Parts()
    try:
        parser = MultipartParser(options.get(b"boundary", b""), parts.callbacks())
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise _malformed("Send multipart/form-data as RFC 7578 describes it.") from error
    if not parts.ended:
        raise _malformed("The body breaks off before its end.")
    return parts.posted()


@dataclass(slots=True)
class _Parts:
    """Collects what the multipart parser finds."""

    found: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    ended: bool = False
    _headers: dict[str, str] = field(default_factory=dict)
    _name: bytes = b""
    _value: bytes = b""
    _content: bytearray = field(default_factory=bytearray)

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_name,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_part_data": self._add_content,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def posted(self) -> Posted:
        fields: dict[str, bytes] = {}
        files: dict[str, PostedFile] = {}
        for headers, content in self.found:
            _, options = parse_options_header(headers.get("content-disposition", ""))
            name = options.get(b"name", b"").decode("utf-8", "replace")
            if b"filename" in options:
                given = options[b"filename"].decode("utf-8", "replace")
                kind = headers.get("content-type", "application/octet-stream")
                files.setdefault(name, PostedFile(given, kind, content))
            else:
                fields.setdefault(name, content)
        return Posted(fields, files)

    def _begin(self) -> None:
        if len(self.found) >= MAX_PARTS:
            raise ValueError(f"more than {MAX_PARTS} parts")
        self._headers = {}
        self._content = bytearray()

    def _add_name(self, chunk: bytes, start: int, end: int) -> None:
        self._name += chunk[start:end]

    def _add_value(self, chunk: bytes, start: int, end: int) -> None:
        self._value += chunk[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("latin-1")
        self._name = self._value = b""

    def _add_content(self, chunk: bytes, start: int, end: int) -> None:
        self._content += chunk[start:end]

    def _end(self) -> None:
        self.found.append((self._headers, bytes(self._content)))

    def _finish(self) -> None:
        self.ended = True


def _malformed(detail: str) -> Refused:
    return Refused(status=400, title="The body can't be read", detail=detail)
