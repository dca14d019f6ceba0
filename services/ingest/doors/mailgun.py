"""Mailgun's routes, `forward("https://…/webhooks/mail/<name>/mime")` (raw) or without `/mime` (parsed).

Signed is only timestamp and token, not the mail. A token that comes again is therefore good for the same
mail alone. Mailgun repeats a call for eight hours with the signature it had, so the timestamp may be old.
"""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

from services.ingest.doors import posted
from services.ingest.doors.configuration import MailWebhookSecrets
from services.ingest.doors.posted import Posted
from services.ingest.doors.providers import Call, ProvidedMail, not_proven
from services.ingest.doors.rebuilt import Part, rebuilt

OLDEST = timedelta(hours=12)
NEWEST = timedelta(minutes=15)


def mail(call: Call, secrets: MailWebhookSecrets, *, now: datetime) -> ProvidedMail:
    """The mail of a signed call."""
    form = posted.parse(call.body, call.content_type)
    token = _proven(form, secrets, now=now)
    raw = form.fields.get("body-mime")
    if raw is None and "body-mime" in form.files:
        raw = form.files["body-mime"].content
    return ProvidedMail(
        raw=raw if raw is not None else _rebuilt(form),
        sender=form.text("sender"),
        recipients=tuple(one.strip() for one in form.text("recipient").split(",") if one.strip()),
        is_rebuilt=raw is None,
        token=token,
    )


def _proven(form: Posted, secrets: MailWebhookSecrets, *, now: datetime) -> str:
    timestamp, token, signature = (form.text(name) for name in ("timestamp", "token", "signature"))
    key = secrets.signing_key.get_secret_value() if secrets.signing_key else ""
    expected = hmac.digest(key.encode(), f"{timestamp}{token}".encode("utf-8", "replace"), "sha256").hex()
    right = hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
    if not key or not token or not right:
        raise not_proven("Sign timestamp and token with this account's HTTP webhook signing key (HMAC-SHA256).")
    try:
        age = now - datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise not_proven("`timestamp` is no time in seconds.") from error
    if not -NEWEST <= age <= OLDEST:
        raise not_proven("The signature is too old, or the clocks differ; check the server's clock.")
    return token


def _rebuilt(form: Posted) -> bytes:
    headers = form.json("message-headers")
    fields = [(str(one[0]), str(one[1])) for one in headers or () if isinstance(one, list) and len(one) == 2]
    if not fields:
        fields = [(name.title(), form.text(name)) for name in ("from", "subject") if form.text(name)]
        fields.append(("To", form.text("recipient")))
    text = form.text("body-plain")
    return rebuilt(fields, text=text, html=form.text("body-html") or None, parts=_parts(form))


def _parts(form: Posted) -> list[Part]:
    shown: Any = form.json("content-id-map")
    ids = {str(name): str(cid) for cid, name in shown.items()} if isinstance(shown, dict) else {}
    return [
        Part(file.name, file.content_type, file.content, ids.get(name))
        for name, file in form.files.items()
        if name.startswith("attachment")
    ]
