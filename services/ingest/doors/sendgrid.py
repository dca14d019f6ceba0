"""SendGrid's Inbound Parse, with "POST the raw, full MIME message" or without.

Proven by its signature (a security policy with `signature`: ECDSA over timestamp and raw body), by a
secret path, by basic authentication in the URL; all that are set have to be right.
"""

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from services.ingest.doors import posted
from services.ingest.doors.configuration import MailWebhookSecrets
from services.ingest.doors.posted import Posted
from services.ingest.doors.providers import Call, ProvidedMail, has_path_or_password, not_proven
from services.ingest.doors.rebuilt import Part, rebuilt

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
OLDEST = timedelta(hours=80)
"""SendGrid repeats for three days; a replay brings a mail that is here already, for the body is signed."""
NEWEST = timedelta(minutes=15)
_FIELD = re.compile(r"^([!-9;-~]+)[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.MULTILINE)


def mail(call: Call, secrets: MailWebhookSecrets, *, now: datetime) -> ProvidedMail:
    """The mail of a call that is proven."""
    proofs = []
    if secrets.public_key is not None:
        proofs.append(_is_signed(call, secrets.public_key, now=now))
    if secrets.path is not None or secrets.password is not None:
        proofs.append(has_path_or_password(call, secrets))
    if not proofs or not all(proofs):
        raise not_proven("Attach the security policy, or put the secret path or user and password into the URL.")
    form = posted.parse(call.body, call.content_type)
    raw = form.fields.get("email")
    if raw is None and "email" in form.files:
        raw = form.files["email"].content
    envelope: Any = form.json("envelope")
    envelope = envelope if isinstance(envelope, dict) else {}
    to = envelope.get("to")
    return ProvidedMail(
        raw=raw if raw is not None else _rebuilt(form),
        sender=str(envelope.get("from") or ""),
        recipients=tuple(str(one) for one in to) if isinstance(to, list) else (),
        is_rebuilt=raw is None,
    )


def _is_signed(call: Call, public_key: str, *, now: datetime) -> bool:
    timestamp = call.headers.get(TIMESTAMP, "")
    try:
        key = load_der_public_key(base64.b64decode("".join(_bare(public_key).split())))
        signature = base64.b64decode(call.headers.get(SIGNATURE, ""))
        age = now - datetime.fromtimestamp(int(timestamp), UTC)
        if not isinstance(key, EllipticCurvePublicKey) or not -NEWEST <= age <= OLDEST:
            return False
        key.verify(signature, timestamp.encode() + call.body, ECDSA(SHA256()))
    except (InvalidSignature, binascii.Error, ValueError, OverflowError, OSError):
        return False
    return True


def _bare(key: str) -> str:
    return re.sub(r"-----[A-Z ]+-----", "", key)


def _rebuilt(form: Posted) -> bytes:
    charsets: Any = form.json("charsets")
    charsets = charsets if isinstance(charsets, dict) else {}

    def said(name: str) -> str:
        return form.text(name, str(charsets.get(name, "utf-8")))

    fields = [(name, value) for name, value in _FIELD.findall(said("headers"))]
    if not fields:
        fields = [(name.title(), said(name)) for name in ("from", "to", "cc", "subject") if said(name)]
    return rebuilt(fields, text=said("text"), html=said("html") or None, parts=_parts(form))


def _parts(form: Posted) -> list[Part]:
    shown: Any = form.json("content-ids")
    ids = {str(name): str(cid) for cid, name in shown.items()} if isinstance(shown, dict) else {}
    return [
        Part(file.name, file.content_type, file.content, ids.get(name))
        for name, file in form.files.items()
        if name.startswith("attachment")
    ]
