"""Delivery notices written as JSON: Amazon SES (also by way of SNS), SendGrid and Mailgun."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from services.ingest.mail.bounces.recipients import MAX_RECIPIENTS

MAX_TEXT = 256 * 1024

_SES_KINDS = {"bounce": "failed", "complaint": "complaint", "delivery": "delivered", "deliverydelay": "delayed"}
_EVENT_KINDS = {
    "bounce": "failed",
    "bounced": "failed",
    "dropped": "failed",
    "failed": "failed",
    "blocked": "failed",
    "deferred": "delayed",
    "delivered": "delivered",
    "spamreport": "complaint",
    "complained": "complaint",
}

Notice = Mapping[str, str]
"""`recipient`, `action`, and where it is told `status`, `diagnostic` and `message_id`."""


def notices(text: str) -> list[Notice]:
    """The notices in a text that is JSON, whatever stands after it; empty when it is none."""
    found = _parsed(text)
    if isinstance(found, dict) and isinstance(found.get("Message"), str):
        found = _parsed(found["Message"])
    told = [found] if isinstance(found, dict) else found if isinstance(found, list) else []
    read: list[Notice] = []
    for one in told[:MAX_RECIPIENTS]:
        if isinstance(one, dict):
            read.extend(_of_ses(one) or _of_events(one))
    return read[:MAX_RECIPIENTS]


def _parsed(text: str) -> Any:
    start = text[:MAX_TEXT].lstrip("\ufeff \t\r\n")
    if not start.startswith(("{", "[")):
        return None
    try:
        return json.JSONDecoder().raw_decode(start)[0]
    except (ValueError, RecursionError):
        return None


def _of_ses(told: Mapping[str, Any]) -> list[Notice]:
    kind = str(told.get("notificationType") or told.get("eventType") or "").lower()
    mail, detail = told.get("mail"), told.get(kind if kind != "deliverydelay" else "deliveryDelay")
    if kind not in _SES_KINDS or not isinstance(mail, dict) or not isinstance(detail, dict):
        return []
    common = {"action": _SES_KINDS[kind], "message_id": _message_id(mail)}
    return [{**common, **one} for one in _ses_recipients(detail)]


def _ses_recipients(detail: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name in ("bouncedRecipients", "complainedRecipients", "delayedRecipients", "recipients"):
        people = detail.get(name)
        for one in people if isinstance(people, list) else ():
            if isinstance(one, str):
                yield {"recipient": one, "status": "", "diagnostic": str(detail.get("smtpResponse") or "")}
            elif isinstance(one, dict):
                kind = detail.get("complaintFeedbackType") or detail.get("delayType") or detail.get("bounceSubType")
                yield {
                    "recipient": str(one.get("emailAddress") or ""),
                    "status": str(one.get("status") or ""),
                    "diagnostic": str(one.get("diagnosticCode") or kind or ""),
                }


def _message_id(mail: Mapping[str, Any]) -> str:
    headers = mail.get("commonHeaders")
    if isinstance(headers, dict) and headers.get("messageId"):
        return str(headers["messageId"])
    for one in mail.get("headers") or ():
        if isinstance(one, dict) and str(one.get("name", "")).lower() == "message-id":
            return str(one.get("value") or "")
    return ""


def _of_events(told: Mapping[str, Any]) -> list[Notice]:
    data = told.get("event-data")
    event = data if isinstance(data, dict) else told
    kind, recipient = str(event.get("event") or "").lower(), event.get("email") or event.get("recipient")
    if kind not in _EVENT_KINDS or not isinstance(recipient, str):
        return []
    answer = event.get("delivery-status")
    answer = answer if isinstance(answer, dict) else event
    said = answer.get("message") or answer.get("reason") or answer.get("description") or answer.get("response") or ""
    code = answer.get("code") or ""
    return [
        {
            "recipient": recipient,
            "action": "delayed" if event.get("severity") == "temporary" else _EVENT_KINDS[kind],
            "status": str(answer.get("enhanced-code") or event.get("status") or ""),
            "diagnostic": f"{code} {said}".strip(),
            "message_id": str(event.get("smtp-id") or event.get("Message-Id") or ""),
        }
    ]
