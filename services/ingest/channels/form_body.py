"""What a form sent: fields and files, whether as urlencoded text, multipart or JSON."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import parse_qsl

from pydantic import BeforeValidator, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import from_json
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from services.ingest.channels.multipart import MAX_FIELDS, Parts
from services.ingest.channels.plain_text import one_line, readable
from services.ingest.normalised import File
from shared.envelope import Frozen
from shared.errors import Refused

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


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
    """Fields by name, cleaned, the first of each; all of those that came more than once; files that are not empty."""

    values: Mapping[str, str]
    files: tuple[File, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]], files: tuple[File, ...] = ()) -> "Submission":
        texts: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            texts[readable(name)] = (*texts.get(readable(name), ()), readable(value))
        first = {name: values[0] for name, values in texts.items()}
        return cls(first, files, {name: values for name, values in texts.items() if len(values) > 1})

    def all(self, name: str) -> tuple[str, ...]:
        """Every text under this name, in the order that they came in."""
        return self.lists.get(name) or ((self.values[name],) if name in self.values else ())

    def fingerprint(self, *, without: frozenset[str] = frozenset()) -> str:
        """The same for the same content, whatever order, boundary or encoding it came in."""
        digest = hashlib.sha256()
        for name in sorted(self.values):
            if name not in without:
                digest.update("\0".join((name, *self.all(name), "")).encode())
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
    return Submission.of(pairs)


def _json(body: bytes) -> Submission:
    try:
        content = from_json(body)
    except ValueError as error:
        raise _malformed("Send one JSON object in UTF-8.") from error
    if not isinstance(content, dict):
        raise _malformed("Send one JSON object in UTF-8.")
    files = content.pop("files", None) or ()
    pairs = [(name, text) for name, value in content.items() for text in _texts(value)]
    wrong = sorted(name for name, text in pairs if text is None)
    if wrong or len(pairs) > MAX_FIELDS:
        detail = f"Send texts, numbers, true, false or lists of texts, at most {MAX_FIELDS}; these are none: "
        raise Refused(
            status=422, title="The fields do not hold", detail=f"{detail}{one_line(', '.join(wrong), limit=200)}."
        )
    try:
        encoded = _FILES.validate_python(files)
    except ValidationError as error:
        detail = "Send `files` as a list of objects with `name`, `content_type` and `content` (base64)."
        raise Refused(status=422, title="The files do not hold", detail=detail) from error
    return Submission.of(
        [(name, text) for name, text in pairs if text is not None],
        tuple(_file(file.name, file.content_type, file.content) for file in encoded),
    )


def _texts(value: object) -> list[str | None]:
    """The value as a page would send it; None for what a page could not send."""
    match value:
        case None:
            return []
        case bool():
            return ["true" if value else "false"]
        case str():
            return [value]
        case int() | float() if abs(value) < 10**15:
            return [f"{value:.15f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)]
        case list() if all(isinstance(one, str) for one in value):
            return list(value)
        case _:
            return [None]


def _multipart(body: bytes, content_type: str) -> Submission:
    _, options = parse_options_header(content_type)
    parts = Parts()
    try:
        parser = MultipartParser(options.get(b"boundary", b""), parts.callbacks())
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise _malformed("Send multipart/form-data as RFC 7578 describes it.") from error
    if not parts.ended:
        raise _malformed("The multipart body breaks off before its end.")
    return Submission.of(parts.fields(), tuple(_file(*file) for file in parts.files()))


def _file(name: str, content_type: str, content: bytes) -> File:
    base = one_line(name.replace("\\", "/").rsplit("/", 1)[-1], limit=200)
    kind = media_type(content_type)
    return File(name=base or "file", content_type=kind or "application/octet-stream", content=content)


def _malformed(detail: str) -> Refused:
    return Refused(status=400, title="The body can't be read", detail=detail)
