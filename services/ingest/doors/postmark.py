"""Postmark's inbound webhook, JSON with or without `RawEmail`.

Postmark signs nothing: the call is proven by a secret path, basic authentication in the URL, or both.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from services.ingest.doors.configuration import MailWebhookSecrets
from services.ingest.doors.providers import Call, ProvidedMail, has_path_or_password, not_proven
from services.ingest.doors.rebuilt import Part, rebuilt
from shared.errors import Refused

_OWN = ("From", "To", "Cc", "ReplyTo", "Subject", "Date")


def mail(call: Call, secrets: MailWebhookSecrets, *, now: datetime) -> ProvidedMail:
    """The mail of a call that knows the secret."""
    if not has_path_or_password(call, secrets):
        raise not_proven("Put the secret path, or user and password, into the webhook's URL.")
    content = _object(call.body)
    raw = content.get("RawEmail")
    recipients = _recipients(content)
    full = content.get("FromFull")
    sender = full.get("Email") if isinstance(full, dict) else content.get("From")
    is_raw = isinstance(raw, str) and bool(raw)
    return ProvidedMail(
        raw=str(raw).encode("utf-8", "surrogatepass") if is_raw else _rebuilt(content),
        sender=str(sender or ""),
        recipients=recipients,
        is_rebuilt=not is_raw,
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        content = from_json(body)
    except ValueError as error:
        raise Refused(status=400, title="Not JSON", detail="Send a JSON object in UTF-8.") from error
    if not isinstance(content, dict):
        raise Refused(status=400, title="Not an object", detail="Send a JSON object in UTF-8.")
    return content


def _recipients(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Whom the envelope named first; then everybody in To and Cc, for a forwarded mailbox has another envelope."""
    found = [content.get("OriginalRecipient")]
    for name in ("ToFull", "CcFull", "BccFull"):
        listed = content.get(name)
        for one in listed if isinstance(listed, list) else ():
            found.append(one.get("Email") if isinstance(one, dict) else None)
    return tuple(dict.fromkeys(str(one) for one in found if one))


def _rebuilt(content: Mapping[str, Any]) -> bytes:
    listed = content.get("Headers")
    fields = [
        (str(one.get("Name")), str(one.get("Value")))
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
    ]
    there = {name.lower() for name, _ in fields}
    for name in _OWN:
        shown = "Reply-To" if name == "ReplyTo" else name
        if shown.lower() not in there and content.get(name):
            fields.append((shown, str(content[name])))
    if "message-id" not in there and content.get("MessageID"):
        fields.append(("Message-ID", f"<{content['MessageID']}@inbound.postmarkapp.com>"))
    text, html = content.get("TextBody"), content.get("HtmlBody")
    return rebuilt(fields, text=str(text or ""), html=str(html) if html else None, parts=_parts(content))


def _parts(content: Mapping[str, Any]) -> list[Part]:
    listed = content.get("Attachments")
    found = []
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            cid = str(one.get("ContentID") or "") or None
            kind = str(one.get("ContentType") or "application/octet-stream")
            found.append(Part(str(one.get("Name") or "file"), kind, _decoded(one.get("Content")), cid))
    return found


def _decoded(given: object) -> bytes:
    try:
        return base64.b64decode(given if isinstance(given, str) else "")
    except (binascii.Error, ValueError):
        return str(given).encode()
