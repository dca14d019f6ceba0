"""What makes a mail the same mail when it comes again: Message-ID and content, never the Message-ID alone.

Some senders use one Message-ID for several mails, others send none (docs of FreeScout #5591, #4740).
"""

import hashlib
import re

_LINE_END = rb"(?:\r\n|\r(?!\n)|\n)"
_HEAD_END = re.compile(_LINE_END + _LINE_END)
_HEAD = re.compile(rb"(?:[!-9;-~]+[ \t]*:[^\r\n]*(?:" + _LINE_END + rb"[ \t][^\r\n]*)*(?:" + _LINE_END + rb"|\Z))*")
"""Fields and their continuations. What follows is content: the blank line, or a line that is no field."""
_NAMES = (b"from", b"date", b"subject")
_BOUNDARY = re.compile(rb"""boundary\s*=\s*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))""", re.IGNORECASE)
MOST_BOUNDARIES = 20
MAX_HEAD = 256 * 1024


def mail_identity(raw: bytes) -> tuple[str | None, str]:
    """`(message_id, key)`: the Message-ID as written, and the key that is the same only for the same mail.

    The key holds the SHA-256 of From, Date, Subject and body; what mail servers add on the way (trace
    fields) does not count, and neither do the boundaries between parts: a mail program that sends the
    same mail once more makes up new ones.
    """
    head, body = _split(raw)
    fields = _fields(head)
    digest = hashlib.sha256()
    for name in _NAMES:
        digest.update(fields.get(name, b"") + b"\0")
    content = _without_boundaries(raw, body).replace(b"\r\n", b"\n").strip()
    # Where nothing can be told apart by fields or content, every byte counts: no mail may pass for another.
    digest.update(content if content or any(name in fields for name in _NAMES) else raw)
    message_id = fields.get(b"message-id", b"").decode("ascii", "replace").strip()[:998]
    return (message_id or None), f"{message_id or 'gen'} {digest.hexdigest()}"


def _without_boundaries(raw: bytes, body: bytes) -> bytes:
    if b"boundary" not in raw.lower():
        return body
    found = dict.fromkeys(quoted or bare for quoted, bare in _BOUNDARY.findall(raw))
    for boundary in list(found)[:MOST_BOUNDARIES]:
        body = body.replace(boundary, b"")
    return body


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """Up to the blank line, for the fields, and from the first line that is no field: a mail may have no head."""
    end, head = _HEAD_END.search(raw, 0, MAX_HEAD), _HEAD.match(raw, 0, MAX_HEAD)
    return raw if end is None else raw[: end.start()], raw[head.end() if head else 0 :]


def _fields(head: bytes) -> dict[bytes, bytes]:
    """The first field of each name, with runs of white space as one blank."""
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", head[:MAX_HEAD])
    found: dict[bytes, bytes] = {}
    for line in unfolded.splitlines():
        name, colon, value = line.partition(b":")
        if colon:
            found.setdefault(name.strip().lower(), b" ".join(value.split()))
    return found
