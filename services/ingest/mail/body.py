"""The parts of a mail (RFC 2045 to 2049): its text, its HTML and its files, as far as they can be read."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.message import Message
from email.utils import collapse_rfc2231_value

from services.ingest.mail import html as markup
from services.ingest.mail.charsets import decode
from services.ingest.mail.headers import Headers
from services.ingest.normalised import File, cleaned

MAX_PARTS = 500
MAX_FILES = 100
MAX_DEPTH = 20
MAX_NAME = 200

_PATH_OR_CONTROL = re.compile(r"^.*[/\\]|[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", re.DOTALL)
_EXTENSIONS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "message/delivery-status": ".txt",
}


@dataclass(slots=True)
class Body:
    """What the parts come to. `text` is the plain text, or the text of the HTML where there is none."""

    plain: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)

    @property
    def html(self) -> str:
        return "\n".join(self.pages)

    @property
    def text(self) -> str:
        plain = "\n\n".join(text for text in (one.strip() for one in self.plain) if text)
        return plain or (markup.text_of(self.html) if self.pages else "")


def read_body(message: "Message[str, str]", *, languages: Sequence[str] = ()) -> Body:
    """Reads every part; one that can't be decoded is kept as a file with the bytes that it has."""
    body = Body()
    for part, alternative in _leaves(message):
        if len(body.files) >= MAX_FILES:
            break
        kind = part.get_content_type()
        if _is_file(part, kind) or (alternative and kind not in ("text/plain", "text/html")):
            body.files.append(_file(part, kind, languages))
        elif kind == "text/html":
            content = _bytes(part)
            charset = _charset(part) or markup.declared_charset(content)
            body.pages.append(cleaned(decode(content, charset, languages=languages)))
        else:
            body.plain.append(_lines(decode(_bytes(part), _charset(part), languages=languages)))
    body.files = _named_apart(_placed(body))
    return body


def _leaves(message: "Message[str, str]") -> Iterator[tuple["Message[str, str]", bool]]:
    """The parts that have no parts of their own, and whether they stand in a multipart/alternative."""
    stack: list[tuple[Message[str, str], bool, int]] = [(message, False, 0)]
    seen = 0
    while stack and seen < MAX_PARTS:
        part, alternative, depth = stack.pop()
        seen += 1
        payload = part.get_payload()
        kind = part.get_content_type()
        if kind.startswith("multipart/") and isinstance(payload, list) and depth < MAX_DEPTH:
            inside = alternative or kind == "multipart/alternative"
            stack += [(child, inside, depth + 1) for child in reversed(payload) if isinstance(child, Message)]
        else:
            yield part, alternative


def _is_file(part: "Message[str, str]", kind: str) -> bool:
    disposition = str(part.get("content-disposition", "")).strip().lower()
    if disposition.startswith("attachment"):
        return True
    if kind in ("text/plain", "text/html") or (kind.startswith("multipart/") and not part.is_multipart()):
        return bool(_raw_name(part)) and disposition != "" and not disposition.startswith("inline")
    return not (kind.startswith("text/") and not _raw_name(part) and kind in ("text/enriched", "text/x-amp-html"))


def _file(part: "Message[str, str]", kind: str, languages: Sequence[str]) -> File:
    content = _enclosed(part) if part.is_multipart() else _bytes(part)
    content_id = str(part.get("content-id", "")).strip().strip("<>")
    return File(
        name=_name(part, kind, languages), content_type=kind, content=content, content_id=cleaned(content_id) or None
    )


def _placed(body: Body) -> list[File]:
    shown = markup.shows(body.html, [file.content_id or "" for file in body.files])
    return [file.model_copy(update={"inline": True}) if file.content_id in shown else file for file in body.files]


def _named_apart(files: Sequence[File]) -> list[File]:
    """Files of one name get numbers: `image.png`, `image (2).png`."""
    seen: dict[str, int] = {}
    named = []
    for file in files:
        count = seen[file.name.lower()] = seen.get(file.name.lower(), 0) + 1
        stem, dot, extension = file.name.rpartition(".")
        name = f"{stem} ({count}).{extension}" if dot else f"{file.name} ({count})"
        named.append(file if count == 1 else file.model_copy(update={"name": name}))
    return named


def _name(part: "Message[str, str]", kind: str, languages: Sequence[str]) -> str:
    known = Headers(part, languages=languages).words(_raw_name(part, languages))
    name = _PATH_OR_CONTROL.sub("", cleaned(known)).strip().strip(".")
    if not name:
        digest = hashlib.sha256(_bytes(part)).hexdigest()[:8]
        return f"file-{digest}{_EXTENSIONS.get(kind, '')}"
    stem, dot, extension = name.rpartition(".")
    return name if len(name) <= MAX_NAME else f"{stem[: MAX_NAME - 20]}{dot}{extension[:19]}"


def _raw_name(part: "Message[str, str]", languages: Sequence[str] = ()) -> str:
    headers = Headers(part, languages=languages)
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        try:
            readable: Message[str, str] = Message()
            readable[header] = headers.first(header)  # the standard library gives raw bytes as question marks
            value = readable.get_param(parameter, None, header)
            if isinstance(value, tuple):
                return _rfc2231(value)
            if value:
                return str(value)
        except (ValueError, LookupError, TypeError, IndexError, HeaderParseError):
            continue
    return ""


def _rfc2231(value: tuple[str | None, str | None, str]) -> str:
    try:
        raw = value[2].encode("latin-1")
        return decode(raw, value[0])
    except UnicodeEncodeError:
        return collapse_rfc2231_value(value)


def _bytes(part: "Message[str, str]") -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AssertionError):
        content = None
    if isinstance(content, bytes):
        return content
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def _enclosed(part: "Message[str, str]") -> bytes:
    """A mail within the mail, as it was (message/rfc822), or the fields of a report."""
    payload = part.get_payload()
    parts = [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []
    try:
        return b"\r\n".join(child.as_bytes() for child in parts)
    except Exception:  # the generator of the standard library fails on some mails that its parser reads
        return b"\r\n".join(
            "".join(f"{name}: {value}\r\n" for name, value in child.raw_items()).encode("utf-8", "surrogateescape")
            + b"\r\n"
            + _bytes(child)
            for child in parts
        )


def _charset(part: "Message[str, str]") -> str | None:
    try:
        value = part.get_param("charset")
    except (ValueError, LookupError, TypeError, IndexError, HeaderParseError):
        return None
    return str(value[2] if isinstance(value, tuple) else value) if value else None


def _lines(text: str) -> str:
    return cleaned(text).replace("\r\n", "\n").replace("\r", "\n")
