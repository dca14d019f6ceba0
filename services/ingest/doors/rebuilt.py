"""A mail put together again from the parts that a provider took it apart into, so that reading stays one path."""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from services.ingest.normalised import cleaned

_BREAKS = re.compile(r"[\r\n\x00]+")
_CONTENT_FIELDS = ("content-", "mime-version")
_TYPE = re.compile(r"^[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}$")


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the mail; with a `content_id` the HTML may show it."""

    name: str
    content_type: str
    content: bytes
    content_id: str | None = None


def rebuilt(
    fields: Iterable[tuple[str, str]], *, text: str | None, html: str | None, parts: Sequence[Part] = ()
) -> bytes:
    """The mail: the original fields, but for those that described the original content."""
    head = [
        f"{name}: {_BREAKS.sub(' ', cleaned(value)).strip()}".encode()
        for name, value in fields
        if re.fullmatch(r"[!-9;-~]{1,100}", name) and not name.lower().startswith(_CONTENT_FIELDS)
    ]
    bodies = [_text(kind, said) for kind, said in (("plain", text), ("html", html)) if said]
    body = _multipart("alternative", bodies) if len(bodies) > 1 else (bodies or [_text("plain", "")])[0]
    inline = [_file(part) for part in parts if part.content_id]
    attached = [_file(part) for part in parts if not part.content_id]
    if inline:
        body = _multipart("related", [body, *inline])
    if attached:
        body = _multipart("mixed", [body, *attached])
    return b"\r\n".join([*head, b"MIME-Version: 1.0", body])


def _text(kind: str, said: str) -> bytes:
    fields = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return fields.encode() + _encoded(cleaned(said).encode())


def _file(part: Part) -> bytes:
    kind = part.content_type.partition(";")[0].strip()
    fields = [
        f"Content-Type: {kind if _TYPE.match(kind) else 'application/octet-stream'}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: {'inline' if part.content_id else 'attachment'}; "
        f"filename*=UTF-8''{quote(cleaned(part.name), safe='')}",
    ]
    if part.content_id:
        fields.append(f"Content-ID: <{_BREAKS.sub('', cleaned(part.content_id)).strip('<> ')}>")
    return "\r\n".join([*fields, "", ""]).encode() + _encoded(part.content)


def _multipart(kind: str, parts: Sequence[bytes]) -> bytes:
    boundary = sha256(kind.encode() + b"".join(parts)).hexdigest()[:40].encode()
    lines = [b"Content-Type: multipart/" + kind.encode() + b'; boundary="' + boundary + b'"', b""]
    for part in parts:
        lines += [b"--" + boundary, part]
    return b"\r\n".join([*lines, b"--" + boundary + b"--", b""])


def _encoded(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")
