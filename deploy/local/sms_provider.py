"""A local stand-in for Twilio's Messages API: checks what the real one checks, keeps what was sent, sends nothing.

`python -m deploy.local.sms_provider --port 8190 --account-sid AC... --auth-token ...`, then GET /sent.
"""

import argparse
import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

E164 = re.compile(r"^\+[1-9]\d{1,14}$")
SENDER = re.compile(r"^(\+[1-9]\d{1,14}|[A-Za-z0-9 ]{1,11}|\d{3,8})$")
SERVICE_SID = re.compile(r"^MG[0-9a-f]{32}$")
MAX_BODY = 1600
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")
UNREACHABLE = "+15005550001"
OPTED_OUT = "+15005550004"
"""Twilio's own magic numbers: what it answers to them with test credentials."""


def create_app(account_sid: str, auth_token: str) -> FastAPI:
    """The endpoint of one account. What it accepted is at GET /sent, the newest last."""
    app = FastAPI(title="SMS provider (local stand-in)", docs_url=None, redoc_url=None, openapi_url=None)
    sent: list[dict[str, Any]] = []
    app.state.sent = sent

    @app.post("/2010-04-01/Accounts/{sid}/Messages.json")
    async def messages(sid: str, request: Request) -> JSONResponse:
        if not _authenticated(request.headers.get("authorization", ""), account_sid, auth_token):
            return _problem(401, 20003, "Authenticate")
        if sid != account_sid:
            return _problem(
                404, 20404, f"The requested resource /2010-04-01/Accounts/{sid}/Messages.json was not found"
            )
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return _problem(400, 21604, "A 'To' phone number is required.")
        fields = {
            name: values[-1] for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()
        }
        refused = _refused(fields)
        if refused is not None:
            return refused
        accepted = _message(account_sid, fields)
        sent.append(accepted)
        return JSONResponse(accepted, status_code=201)

    @app.get("/sent")
    async def what_was_sent() -> list[dict[str, Any]]:
        return sent

    return app


def segments(body: str) -> int:
    """As the provider bills them: 160 or 153 septets, 70 or 67 UTF-16 units."""
    if all(letter in GSM_7 or letter in GSM_7_EXTENSION for letter in body):
        widths, single, joined = [2 if letter in GSM_7_EXTENSION else 1 for letter in body], 160, 153
    else:
        widths, single, joined = [len(letter.encode("utf-16-le")) // 2 for letter in body], 70, 67
    if sum(widths) <= single:
        return 1
    count, used = 1, 0
    for width in widths:
        count, used = (count + 1, width) if used + width > joined else (count, used + width)
    return count


def _authenticated(header: str, account_sid: str, auth_token: str) -> bool:
    scheme, _, credentials = header.partition(" ")
    try:
        given = base64.b64decode(credentials, validate=True)
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(given, f"{account_sid}:{auth_token}".encode())


def _refused(fields: Mapping[str, str]) -> JSONResponse | None:
    to, body = fields.get("To", ""), fields.get("Body", "")
    if not to:
        return _problem(400, 21604, "A 'To' phone number is required.")
    if not E164.match(to) or to == UNREACHABLE:
        return _problem(400, 21211, f"Invalid 'To' Phone Number: {to[:-4]}XXXX")
    if "From" not in fields and "MessagingServiceSid" not in fields:
        return _problem(400, 21603, "A 'From' phone number is required.")
    if "MessagingServiceSid" in fields and not SERVICE_SID.match(fields["MessagingServiceSid"]):
        return _problem(400, 21701, "The Messaging Service does not exist")
    if "From" in fields and not SENDER.match(fields["From"]):
        return _problem(400, 21212, f"Invalid From Number (caller ID): {fields['From']}")
    if not body:
        return _problem(400, 21602, "Message body is required.")
    if len(body) > MAX_BODY:
        return _problem(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if to == OPTED_OUT:
        return _problem(400, 21610, "Attempt to send to unsubscribed recipient")
    return None


def _message(account_sid: str, fields: Mapping[str, str]) -> dict[str, Any]:
    sid = f"SM{secrets.token_hex(16)}"
    now = format_datetime(datetime.now(UTC))
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": fields["Body"],
        "date_created": now,
        "date_sent": None,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": fields.get("From"),
        "messaging_service_sid": fields.get("MessagingServiceSid"),
        "num_media": "0",
        # With a messaging service the sender is chosen later, and the provider answers 0.
        "num_segments": "0" if "MessagingServiceSid" in fields else str(segments(fields["Body"])),
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "accepted" if "MessagingServiceSid" in fields else "queued",
        "subresource_uris": {"media": f"/2010-04-01/Accounts/{account_sid}/Messages/{sid}/Media.json"},
        "to": fields["To"],
        "uri": f"/2010-04-01/Accounts/{account_sid}/Messages/{sid}.json",
    }


def _problem(status: int, code: int, message: str) -> JSONResponse:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return JSONResponse({"code": code, "message": message, "more_info": more, "status": status}, status_code=status)


def main() -> None:
    """Serves until it is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8190)
    parser.add_argument("--account-sid", required=True)
    parser.add_argument("--auth-token", required=True)
    options = parser.parse_args()
    app = create_app(options.account_sid, options.auth_token)
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
