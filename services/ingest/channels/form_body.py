"""What a form sent: fields and files, whether as urlencoded text, multipart or JSON."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qsl

from pydantic import BeforeValidator, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import from_json
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from services.ingest.channels.plain_text import one_line, readable
from services.ingest.normalised import File
from shared.envelope import Frozen
from shared.errors import Refused

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MAX_FIELDS = 100


def _decoded(given: object) -> bytes:
    try:
        return base64.b64decode(given if isinstance(given, str) else "?", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


class EncodedFile(Frozen):
    """A file in JSON; what is not base64 is refused, not guessed."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    content_type: Annotated[str, StringConstraints(max_length=127)] = "application/octet-stream"
    content: Annotated[bytes, BeforeValidator(_decoded)]


_FILES = TypeAdapter(tuple[EncodedFile, ...])


@dataclass(frozen=True, slots=True)
class Submission:
    """Fields by name, cleaned, the first of each; and the files that are not empty."""

    values: Mapping[str, str]
    files: tuple[File, ...] = ()

    def fingerprint(self, *, without: frozenset[str] = frozenset()) -> str:
        """The same for the same content, whatever order, boundary or encoding it came in."""
        digest = hashlib.sha256()
        for name, value in sorted(self.values.items()):
            if name not in without:
                digest.update(f"{name}\0{value}\0".encode())
        for file in self.files:
            digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.content).digest())
        return digest.hexdigest()[:32]


def media_type(content_type: str) -> str:
    """`text/plain; charset=x` without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def parse(body: bytes, content_type: str) -> Submission:
    """The submission; `Refused` with 415, 400 or 422 when it is not one."""
    match media_type(content_type):
        case "application/x-www-form-urlencoded":
            return _urlencoded(body)
        case "multipart/form-data":
            return _multipart(body, content_type)
        case "application/json":
            return _json(body)
        case other:
            detail = f"Send {URLENCODED}, {MULTIPART} or {JSON}, not {one_line(other, limit=80) or 'nothing'}."
            raise Refused(status=415, title="Unsupported media type", detail=detail)


def _urlencoded(body: bytes) -> Submission:
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise _malformed(f"Send at most {MAX_FIELDS} urlencoded fields.") from error
    return Submission(_first(pairs))


def _first(pairs: list[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(readable(name), readable(value))
    return values


def _json(body: bytes) -> Submission:
    try:
        content = from_json(body)
    except ValueError as error:
        raise _malformed("Send one JSON object in UTF-8.") from error
    if not isinstance(content, dict):
        raise _malformed("Send one JSON object in UTF-8.")
    files = content.pop("files", None) or ()
    wrong = sorted(str(name) for name, value in content.items() if not isinstance(value, str | None))
    if wrong or len(content) > MAX_FIELDS:
        detail = f"Send texts, at most {MAX_FIELDS}; these are none: {one_line(', '.join(wrong), limit=200)}."
        raise Refused(status=422, title="The fields do not hold", detail=detail)
    try:
        encoded = _FILES.validate_python(files)
    except ValidationError as error:
        detail = "Send `files` as a list of objects with `name`, `content_type` and `content` (base64)."
        raise Refused(status=422, title="The files do not hold", detail=detail) from error
    return Submission(
        _first([(name, value) for name, value in content.items() if value is not None]),
        tuple(_file(file.name, file.content_type, file.content) for file in encoded),
    )


def _multipart(body: bytes, content_type: str) -> Submission:
    _, options = parse_options_header(content_type)
    parts = _Parts()
    try:
        parser = MultipartParser(options.get(b"boundary", b""), parts.callbacks())
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise _malformed("Send multipart/form-data as RFC 7578 describes it.") from error
    if not parts.ended:
        raise _malformed("The multipart body breaks off before its end.")
    return parts.submission()


@dataclass(slots=True)
class _Parts:
    """Collects what the multipart parser finds."""

    found: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    ended: bool = False
    _headers: dict[str, str] = field(default_factory=dict)
    _name: bytes = b""
    _value: bytes = b""
    _content: bytearray = field(default_factory=bytearray)

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_name,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_part_data": self._add_content,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def submission(self) -> Submission:
        pairs: list[tuple[str, str]] = []
        files: list[File] = []
        for headers, content in self.found:
            _, options = parse_options_header(headers.get("content-disposition", ""))
            name = options.get(b"name", b"").decode("utf-8", "replace")
            if b"filename" not in options:
                pairs.append((name, content.decode("utf-8", "replace")))
            elif content or options[b"filename"]:  # a browser sends a part without name for "no file chosen"
                given = options[b"filename"].decode("utf-8", "replace")
                files.append(_file(given, headers.get("content-type", ""), content))
        return Submission(_first(pairs), tuple(files))

    def _begin(self) -> None:
        if len(self.found) >= MAX_FIELDS:
            raise ValueError(f"more than {MAX_FIELDS} parts")
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


def _file(name: str, content_type: str, content: bytes) -> File:
    base = one_line(name.replace("\\", "/").rsplit("/", 1)[-1], limit=200)
    kind = media_type(content_type)
    return File(name=base or "file", content_type=kind or "application/octet-stream", content=content)


def _malformed(detail: str) -> Refused:
    return Refused(status=400, title="The body can't be read", detail=detail)
