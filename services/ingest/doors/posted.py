"""What a provider posted: fields and files as they are, byte for byte, from urlencoded or multipart bodies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from services.ingest.channels.multipart import Parts
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
    parts = Parts(at_most=MAX_PARTS)
    try:
        parser = MultipartParser(options.get(b"boundary", b""), parts.callbacks())
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise _malformed("Send multipart/form-data as RFC 7578 describes it.") from error
    if not parts.ended:
        raise _malformed("The body breaks off before its end.")
    return _posted(parts)


def _posted(parts: Parts) -> Posted:
    fields: dict[str, bytes] = {}
    files: dict[str, PostedFile] = {}
    for headers, content in parts.found:
        _, options = parse_options_header(headers.get("content-disposition", ""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            given = options[b"filename"].decode("utf-8", "replace")
            kind = headers.get("content-type", "application/octet-stream")
            files.setdefault(name, PostedFile(given, kind, content))
        else:
            fields.setdefault(name, content)
    return Posted(fields, files)


def _malformed(detail: str) -> Refused:
    return Refused(status=400, title="The body can't be read", detail=detail)
