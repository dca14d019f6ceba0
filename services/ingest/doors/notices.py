"""Mails that stand for one that could not be taken whole: its head, and a text that says so."""

import hashlib
import re

_FIELD = re.compile(rb"^(?P<name>[!-9;-~]+)[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.MULTILINE)
_CONTENT_FIELDS = (b"content-", b"mime-version")
MAX_FIELDS = 500


def too_large(head: bytes, *, size: int, limit: int, where: str) -> tuple[bytes, str]:
    """`(mail, key)` for a mail of `size` bytes; the key is the same whenever the same mail is met again."""
    text = (
        f"This mail has {size} bytes; at most {limit} are taken in. Only its head is here.\n"
        f"The whole mail is still in the mailbox: {where}.\n"
    )
    return _notice(head, text), f"oversize {hashlib.sha256(head).hexdigest()} {size}"


def not_fetched(head: bytes, *, reason: str, where: str, place: str) -> tuple[bytes, str]:
    """`(mail, key)` for a mail that the server could not hand over."""
    text = (
        f"The mail server could not hand this mail over: {reason}.\n"
        f"{'Only its head is here. ' if head else ''}The mail is still in the mailbox: {where}.\n"
    )
    head = head or b"Subject: A mail that could not be fetched\r\n"
    return _notice(head, text), f"odd {hashlib.sha256(head).hexdigest()} {place}"


def _notice(head: bytes, text: str) -> bytes:
    kept = [
        found[0].rstrip(b"\r\n")
        for found, _ in zip(_FIELD.finditer(head), range(MAX_FIELDS), strict=False)
        if not found["name"].lower().startswith(_CONTENT_FIELDS)
    ]
    fields = (b"MIME-Version: 1.0", b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: 8bit")
    return b"\r\n".join([*kept, *fields, b"", text.replace("\n", "\r\n").encode()])
