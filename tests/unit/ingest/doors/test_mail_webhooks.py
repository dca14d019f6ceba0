"""The webhooks of Mailgun, Postmark and SendGrid, as their documentation describes the calls."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any, cast
from urllib.parse import urlencode

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from services.ingest.doors import mailgun, postmark, sendgrid
from services.ingest.doors.configuration import MailWebhook, MailWebhookSecrets
from services.ingest.doors.providers import Call, Provider
from services.ingest.doors.rebuilt import Part, rebuilt
from services.ingest.doors.token_store import UsedTokens
from services.ingest.doors.webhooks import MailWebhooks
from services.ingest.inbox.inputs import Received
from services.ingest.mail.reader import MailReader
from shared import problems
from shared.errors import Refused
from shared.reply_token import ReplyTokens
from tests.unit.ingest.doors.mail_fakes import MAILBOXES, SALES, SUPPORT, MemoryInbox, as_inbox

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
RAW = b"From: Janez <janez@kupec.example>\r\nTo: support@svetilka.example\r\nSubject: \xc8.\r\n\r\nNe sveti.\r\n"
KEY, PATH, PASSWORD = "signing-key-of-mailgun", "a-path-that-nobody-guesses", "long password"
SIGNING = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(
    SIGNING.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()
SECRETS = {
    "mailgun": MailWebhookSecrets(signing_key=KEY),
    "postmark": MailWebhookSecrets(path=PATH, user="kartica", password=PASSWORD),
    "sendgrid": MailWebhookSecrets(public_key=PUBLIC),
    "sendgrid-path": MailWebhookSecrets(path=PATH),
}
WEBHOOKS = {
    "mailgun": MailWebhook(provider="mailgun", otherwise=SALES),
    "postmark": MailWebhook(provider="postmark", otherwise=SALES),
    "sendgrid": MailWebhook(provider="sendgrid", otherwise=SALES),
    "sendgrid-path": MailWebhook(provider="sendgrid", otherwise=SALES),
    "unset": MailWebhook(provider="postmark", otherwise=SALES),
}


class Tokens:
    """Tokens in memory."""

    def __init__(self) -> None:
        self.used: dict[str, str] = {}

    async def is_for(self, webhook: str, token: str, mail: str, *, at: datetime) -> bool:
        return self.used.setdefault(token, mail) == mail


@pytest.fixture
def inbox() -> MemoryInbox:
    return MemoryInbox()


@pytest.fixture
async def client(inbox: MemoryInbox) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    webhooks = MailWebhooks(
        WEBHOOKS,
        SECRETS,
        MAILBOXES,
        as_inbox(inbox),
        cast(UsedTokens, Tokens()),
        max_bytes=200_000,
        registry=CollectorRegistry(),
        clock=lambda: NOW,
    )
    app.include_router(webhooks.router())
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://kartica.test/webhooks/mail") as made:
        yield made


def signed(at: datetime = NOW, *, token: str = "t" * 50, key: str = KEY) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": signature}


def the_only(inbox: MemoryInbox) -> Received:
    (received,) = inbox.received.values()
    return received


def read(raw: bytes) -> Any:
    """As the reader of the channel sees it."""
    received = Received("email", SUPPORT, "k", raw, "message/rfc822", NOW)
    return MailReader(ReplyTokens.parse("a:" + "0" * 32), MAILBOXES.addresses, ("sl",)).read(received)


# --- Mailgun


async def test_raw_mail_of_mailgun_is_stored_byte_for_byte(client: httpx.AsyncClient, inbox: MemoryInbox) -> None:
    form = {"recipient": "Support+abc@svetilka.example", "sender": "bounce@kupec.example", **signed()}
    for body, kind in [
        (urlencode({**form, "body-mime": RAW}), "application/x-www-form-urlencoded"),
        *[multipart(fields={**form, "body-mime": RAW})],
    ]:
        answer = await client.post("/mailgun/mime", content=body, headers={"content-type": kind})
        assert answer.status_code == 200
    received = the_only(inbox)
    assert (received.body, received.account, received.channel) == (RAW, SUPPORT, "email")
    assert received.envelope["mail_from"] == "bounce@kupec.example"
    assert received.envelope["rcpt_to"] == ["Support+abc@svetilka.example"]
    assert not received.envelope["rebuilt"]


def multipart(*, fields: dict[str, Any], files: dict[str, tuple[str, bytes, str]] | None = None) -> tuple[bytes, str]:
    boundary = "b0undary"
    parts = []
    for name, value in fields.items():
        content = value if isinstance(value, bytes) else str(value).encode()
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + content)
    for name, (filename, content, kind) in (files or {}).items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
        parts.append(f"--{boundary}\r\n".encode() + head.encode() + content)
    return b"\r\n".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


async def test_parsed_mail_of_mailgun_is_put_together_again(client: httpx.AsyncClient, inbox: MemoryInbox) -> None:
    headers = [
        ["Received", "from kupec.example"],
        ["From", "Šime <sime@kupec.example>"],
        ["Subject", "Žarnica ne dela\r\nBcc: evil@x.example"],
        ["Message-Id", "<1@kupec.example>"],
        ["In-Reply-To", "<0@svetilka.example>"],
        ["Content-Type", 'multipart/mixed; boundary="gone"'],
    ]
    body, kind = multipart(
        fields={
            "recipient": SUPPORT,
            "sender": "sime@kupec.example",
            "message-headers": json.dumps(headers),
            "body-plain": "Glej sliko.",
            "body-html": '<p>Glej <img src="cid:slika"></p>',
            "content-id-map": json.dumps({"<slika>": "attachment-2"}),
            **signed(),
        },
        files={
            "attachment-1": ("račun.pdf", b"%PDF", "application/pdf"),
            "attachment-2": ("slika.png", b"\x89PNG", "image/png"),
        },
    )
    answer = await client.post("/mailgun", content=body, headers={"content-type": kind})
    assert answer.status_code == 200
    message = read(the_only(inbox).body)
    assert message.sender.email == "sime@kupec.example"
    assert message.sender.name == "Šime"
    assert message.title == "Žarnica ne dela Bcc: evil@x.example"
    assert "Glej sliko." in message.text
    assert {(one.name, one.content, one.inline) for one in message.attachments} == {
        ("račun.pdf", b"%PDF", False),
        ("slika.png", b"\x89PNG", True),
    }
    assert message.thread.in_reply_to == ("<0@svetilka.example>",)


@pytest.mark.parametrize(
    "proof",
    [
        {},
        signed(key="another key"),
        {**signed(), "signature": ""},
        {**signed(), "token": "another"},
        signed(NOW - timedelta(hours=13)),
        signed(NOW + timedelta(hours=1)),
        {**signed(), "signature": "\u0161"},
    ],
)
async def test_call_that_mailgun_did_not_sign_is_refused(
    proof: dict[str, str], client: httpx.AsyncClient, inbox: MemoryInbox
) -> None:
    answer = await client.post("/mailgun", data={"recipient": SUPPORT, "body-mime": "x", **proof})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert not inbox.received


async def test_token_is_good_for_its_own_mail_only_however_late_mailgun_repeats_it(
    client: httpx.AsyncClient, inbox: MemoryInbox
) -> None:
    form = {"recipient": SUPPORT, "body-mime": RAW.decode("latin-1"), **signed(NOW - timedelta(hours=8))}
    assert (await client.post("/mailgun", data=form)).status_code == 200
    repeated = await client.post("/mailgun", data=form)
    assert repeated.json()["inputs"][0]["repeated"]
    assert (await client.post("/mailgun", data={**form, "body-mime": "Subject: forged\r\n\r\nx"})).status_code == 401
    assert len(inbox.received) == 1


# --- Postmark


def inbound(**changes: Any) -> dict[str, Any]:
    return {
        "FromName": "Janez",
        "From": "janez@kupec.example",
        "FromFull": {"Email": "janez@kupec.example", "Name": "Janez", "MailboxHash": ""},
        "To": f"Podpora <{SUPPORT}>",
        "ToFull": [{"Email": SUPPORT, "Name": "Podpora", "MailboxHash": ""}],
        "OriginalRecipient": "7abc@inbound.postmarkapp.com",
        "Subject": "Žarnica",
        "MessageID": "22c74902-a0c1-4511-804f-341342852c90",
        "Date": "Sun, 22 Nov 2026 10:00:00 +0100",
        "TextBody": "Ne sveti.",
        "HtmlBody": "<p>Ne sveti.</p>",
        "Headers": [{"Name": "Message-ID", "Value": "<1@kupec.example>"}, {"Name": "X-Spam-Score", "Value": "-0.8"}],
        "Attachments": [
            {
                "Name": "slika.png",
                "Content": base64.b64encode(b"\x89PNG").decode(),
                "ContentType": "image/png",
                "ContentLength": 4,
                "ContentID": "",
            }
        ],
        **changes,
    }


AUTH = httpx.BasicAuth("kartica", PASSWORD)


async def test_mail_of_postmark_is_put_together_again(client: httpx.AsyncClient, inbox: MemoryInbox) -> None:
    answer = await client.post(f"/postmark/{PATH}", json=inbound(), auth=AUTH)
    assert answer.status_code == 200
    received = the_only(inbox)
    assert received.account == SUPPORT, "the address in To counts, for Postmark's own is none of ours"
    message = read(received.body)
    assert (message.title, message.text) == ("Žarnica", "Ne sveti.")
    assert message.thread.message_id == "<1@kupec.example>"
    assert [one.name for one in message.attachments] == ["slika.png"]


async def test_raw_mail_of_postmark_is_taken_as_it_is(client: httpx.AsyncClient, inbox: MemoryInbox) -> None:
    raw = "Subject: Žarnica\r\n\r\nNe sveti.\r\n"
    await client.post(f"/postmark/{PATH}", json=inbound(RawEmail=raw), auth=AUTH)
    assert the_only(inbox).body == raw.encode()


@pytest.mark.parametrize(
    ("path", "auth"),
    [
        (f"/postmark/{PATH}", None),
        ("/postmark/another-path-of-some-length", AUTH),
        ("/postmark", AUTH),
        (f"/postmark/{PATH}", httpx.BasicAuth("kartica", "guessed")),
        (f"/postmark/{PATH}", httpx.BasicAuth("š", PASSWORD)),
    ],
)
async def test_call_of_postmark_without_all_its_secrets_is_refused(
    path: str, auth: httpx.BasicAuth | None, client: httpx.AsyncClient, inbox: MemoryInbox
) -> None:
    answer = await client.post(path, json=inbound(), auth=auth if auth is not None else httpx.USE_CLIENT_DEFAULT)
    assert answer.status_code == 401
    assert not inbox.received


async def test_mail_for_nobody_of_ours_goes_to_the_mailbox_for_all_else(
    client: httpx.AsyncClient, inbox: MemoryInbox
) -> None:
    await client.post(f"/postmark/{PATH}", json=inbound(ToFull=[], OriginalRecipient="x@y.example"), auth=AUTH)
    assert the_only(inbox).account == SALES


# --- SendGrid


def signature_of(body: bytes, at: datetime = NOW) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    signature = SIGNING.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {sendgrid.SIGNATURE: base64.b64encode(signature).decode(), sendgrid.TIMESTAMP: timestamp}


async def test_signed_raw_mail_of_sendgrid_is_stored_byte_for_byte(
    client: httpx.AsyncClient, inbox: MemoryInbox
) -> None:
    envelope = {"to": [SUPPORT, SALES], "from": "janez@kupec.example"}
    body, kind = multipart(fields={"email": RAW, "envelope": json.dumps(envelope)})
    headers = {"content-type": kind, **signature_of(body)}
    answer = await client.post("/sendgrid", content=body, headers=headers)
    assert answer.status_code == 200
    assert [one.body for one in inbox.received.values()] == [RAW, RAW]
    assert {one.account for one in inbox.received.values()} == {SUPPORT, SALES}
    forged = await client.post("/sendgrid", content=body.replace(b"sveti", b"dela!"), headers=headers)
    assert forged.status_code == 401
    late = {"content-type": kind, **signature_of(body, NOW - timedelta(days=4))}
    assert (await client.post("/sendgrid", content=body, headers=late)).status_code == 401


async def test_parsed_mail_of_sendgrid_is_put_together_again(client: httpx.AsyncClient, inbox: MemoryInbox) -> None:
    body, kind = multipart(
        fields={
            "headers": "From: Janez <janez@kupec.example>\nSubject: Zarnica\n ne dela\nMessage-ID: <1@kupec.example>\n",
            "text": "Ne sveti več.".encode("iso-8859-2"),
            "charsets": json.dumps({"text": "iso-8859-2", "headers": "utf-8"}),
            "envelope": json.dumps({"to": [SUPPORT], "from": "janez@kupec.example"}),
            "content-ids": "{}",
        },
        files={"attachment1": ("a.txt", b"a", "text/plain")},
    )
    answer = await client.post(f"/sendgrid-path/{PATH}", content=body, headers={"content-type": kind})
    assert answer.status_code == 200
    message = read(the_only(inbox).body)
    assert (message.title, message.text) == ("Zarnica ne dela", "Ne sveti več.")
    assert [one.name for one in message.attachments] == ["a.txt"]


@pytest.mark.parametrize("charset", ["idna", "punycode", "rot13", "undefined", "x\0y", "utf-7", "no such", ""])
async def test_a_charset_that_is_none_loses_no_mail_of_sendgrid(
    client: httpx.AsyncClient, inbox: MemoryInbox, charset: str
) -> None:
    body, kind = multipart(
        fields={
            "headers": "From: Janez <janez@kupec.example>\nSubject: Zarnica\n",
            "text": b"\xff\xfe..a" + b"." * 100 + b"Ne sveti",
            "charsets": json.dumps({"text": charset}),
            "envelope": json.dumps({"to": [SUPPORT], "from": "janez@kupec.example"}),
        },
    )
    answer = await client.post(f"/sendgrid-path/{PATH}", content=body, headers={"content-type": kind})
    assert answer.status_code == 200
    assert "Ne sveti" in read(the_only(inbox).body).text


# --- all of them


async def test_webhook_without_secrets_asks_to_come_again(client: httpx.AsyncClient) -> None:
    assert (await client.post("/unset", json={})).status_code == 503
    assert (await client.post("/unknown", json={})).status_code == 404


async def test_mail_that_could_not_be_stored_is_asked_for_again(client: httpx.AsyncClient, inbox: MemoryInbox) -> None:
    inbox.fails = 1
    assert (await client.post(f"/postmark/{PATH}", json=inbound(), auth=AUTH)).status_code == 503
    assert (await client.post(f"/postmark/{PATH}", json=inbound(), auth=AUTH)).status_code == 200


async def test_call_that_is_too_large_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.post("/mailgun", content=b"x" * 400_000)).status_code == 413


PROVIDERS: list[tuple[Provider, MailWebhookSecrets, str]] = [
    (mailgun.mail, SECRETS["mailgun"], "multipart/form-data; boundary=b"),
    (mailgun.mail, SECRETS["mailgun"], "application/x-www-form-urlencoded"),
    (postmark.mail, MailWebhookSecrets(path=PATH), "application/json"),
    (sendgrid.mail, MailWebhookSecrets(path=PATH), "multipart/form-data; boundary=b"),
]


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=300), which=st.sampled_from(PROVIDERS))
def test_any_bytes_are_a_mail_or_refused(body: bytes, which: tuple[Provider, MailWebhookSecrets, str]) -> None:
    provider, secrets, kind = which
    status = 200
    try:
        provider(Call(body=body, headers={"content-type": kind}, path=PATH), secrets, now=NOW)
    except Refused as refusal:
        status = refusal.status
    assert status in (200, 400, 401, 415)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(sorted(inbound())), json_values, max_size=6))
def test_any_shape_of_postmarks_json_gives_a_mail(changes: dict[str, Any]) -> None:
    body = json.dumps(inbound(**changes)).encode()
    made = postmark.mail(Call(body=body, headers={}, path=PATH), MailWebhookSecrets(path=PATH), now=NOW)
    assert made.raw


@given(
    fields=st.lists(st.tuples(st.text(max_size=20), st.text(max_size=40)), max_size=5),
    text=st.text(max_size=100),
    html=st.none() | st.text(min_size=1, max_size=60),
    parts=st.lists(
        st.builds(
            Part, st.text(max_size=20), st.text(max_size=20), st.binary(max_size=50), st.none() | st.text(max_size=9)
        ),
        max_size=3,
    ),
)
@settings(max_examples=60, deadline=None)
def test_whatever_the_parts_hold_they_make_one_mail_with_all_files(
    fields: list[tuple[str, str]], text: str, html: str | None, parts: list[Part]
) -> None:
    raw = rebuilt([*fields, ("Subject", "x")], text=text, html=html, parts=parts)
    message = message_from_bytes(raw, policy=default)
    found = [part.get_payload(decode=True) for part in message.walk() if part.get_content_disposition()]
    assert sorted(found, key=repr) == sorted((part.content for part in parts), key=repr)
    assert message.get_all("Subject") is not None
