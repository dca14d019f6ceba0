"""The WhatsApp Cloud webhook: the handshake, the signature, and what is stored."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.ingest.channels.providers.meta import MetaSecrets, signature_is_valid
from services.ingest.channels.providers.whatsapp import WhatsApp, WhatsAppAccount, read
from services.ingest.channels.webhook import ANSWERS, Webhooks
from tests.unit.ingest.channels.channel_fakes import Clock, FakeInbox, application, client_of

SECRETS = {
    name: MetaSecrets(app_secret=SecretStr(f"{name}-app-secret"), verify_token=SecretStr(f"{name}-verify-token"))
    for name in ("support", "sales")
}
ACCOUNTS = {
    "support": WhatsAppAccount(),
    "sales": WhatsAppAccount(phone_number_ids=("1122334455",)),
    "new": WhatsAppAccount(),
}
BODY = '{"emoji":"🛋️","accent":"č"}'.encode()


def signed(body: bytes, *, account: str = "support") -> str:
    return "sha256=" + hmac.digest(f"{account}-app-secret".encode(), body, "sha256").hex()


def message(id: str = "wamid.1", *, text: str = "Luč ne sveti 😢", **more: Any) -> dict[str, Any]:
    return {"from": "38640123456", "id": id, "timestamp": "1763888400", "type": "text", "text": {"body": text}, **more}


def update(*messages: Mapping[str, Any], number: str = "1122334455", **value: Any) -> dict[str, Any]:
    contact = {"profile": {"name": "Iva Novak"}, "wa_id": "38640123456"}
    metadata = {"display_phone_number": "38615550100", "phone_number_id": number}
    content = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": [contact], **value}
    if messages:
        content["messages"] = list(messages)
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": content}]}],
    }


class Hook:
    """The webhook with its inbox."""

    def __init__(self) -> None:
        self.inbox = FakeInbox()
        self.registry = CollectorRegistry()
        webhooks = Webhooks(self.inbox, public_url="http://x", registry=self.registry, clock=Clock())  # type: ignore[arg-type]
        self.client = client_of(application(webhooks.routes(WhatsApp(), ACCOUNTS, SECRETS)))

    async def post(
        self, content: object, *, account: str = "support", signature: str | None = None, **headers: str
    ) -> httpx.Response:
        body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        given = {"X-Hub-Signature-256": signature or signed(body, account=account), **headers}
        return await self.client.post(f"/webhooks/whatsapp/{account}", content=body, headers=given)

    def refused(self, account: str = "support") -> float | None:
        labels = {"provider": "whatsapp", "account": account}
        return self.registry.get_sample_value("kartica_webhook_refused_total", labels)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    async with made.client:
        yield made


@pytest.mark.parametrize(
    ("signature", "valid"),
    [
        (signed(BODY), True),
        (None, False),
        ("", False),
        ("sha256=", False),
        (signed(BODY).removeprefix("sha256="), False),
        (signed(BODY).replace("sha256", "sha1"), False),
        (signed(BODY).upper(), False),
        (signed(BODY)[:-1] + ("0" if signed(BODY)[-1] != "0" else "1"), False),
        (signed(BODY + b" "), False),
        (signed(json.dumps(json.loads(BODY)).encode()), False),
        (signed(BODY, account="sales"), False),
        ("sha256=č\udcff", False),
    ],
    ids=[
        "valid", "missing", "empty", "prefix only", "no prefix", "other algorithm", "upper case", "last digit",
        "other body", "re-serialised body", "other account", "not ascii",
    ],
)  # fmt: skip
def test_a_signature_is_that_of_the_raw_body_with_the_accounts_secret(signature: str | None, valid: bool) -> None:
    assert signature_is_valid(BODY, signature, secret="support-app-secret") is valid


async def test_a_signed_message_is_stored_before_the_answer(hook: Hook) -> None:
    answer = await hook.post(update(message()))
    assert (answer.status_code, answer.json()) == (200, {"received": 1, "ignored": 0})
    received = hook.inbox.only
    assert (received.channel, received.account, received.key) == ("whatsapp", "support", "wamid.1")
    assert read(received).text == "Luč ne sveti 😢"


async def test_forged_bodies_are_refused_counted_and_never_stored(hook: Hook) -> None:
    content = update(message())
    answers = [
        await hook.post(content, signature="sha256=" + "0" * 64),
        await hook.post(content, signature=signed(b"another body")),
        await hook.post(content, signature=signed(json.dumps(content, ensure_ascii=False).encode(), account="sales")),
        await hook.client.post("/webhooks/whatsapp/support", json=content),
    ]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert hook.inbox.stored == {}
    assert hook.refused() == 4


async def test_a_second_delivery_stores_nothing_new(hook: Hook) -> None:
    for _ in range(2):
        assert (await hook.post(update(message()))).status_code == 200
    assert len(hook.inbox.stored) == 1


async def test_a_body_with_several_messages_is_an_input_for_each(hook: Hook) -> None:
    other = message("wamid.2", text="Second") | {"from": "38631000000"}
    answer = await hook.post(update(message(), other, statuses=[{"id": "wamid.0", "status": "read"}]))
    assert answer.json() == {"received": 2, "ignored": 1}
    first, second = (read(received) for received in hook.inbox.stored.values())
    assert (first.text, first.sender.name) == ("Luč ne sveti 😢", "Iva Novak")
    assert (second.text, second.sender.name, second.sender.phone) == ("Second", None, "+38631000000")


async def test_statuses_and_notices_are_accepted_and_counted_but_are_no_messages(hook: Hook) -> None:
    notice = {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "account_update", "value": {}}]}]}
    for content in (
        update(statuses=[{"id": "wamid.0", "status": "sent"}]),
        notice,
        {},
        {"entry": "x"},
        {"entry": [{}]},
    ):
        answer = await hook.post(content)
        assert (answer.status_code, answer.json()) == (200, {"received": 0, "ignored": 1})
    assert hook.inbox.stored == {}
    counted = [
        hook.registry.get_sample_value("kartica_webhook_updates_total", {"provider": "whatsapp", "kind": kind})
        for kind in ("status", "notice", "unknown")
    ]
    assert counted == [1, 1, 3]


async def test_an_account_takes_messages_to_its_own_numbers_only(hook: Hook) -> None:
    taken = await hook.post(update(message()), account="sales")
    other = await hook.post(update(message("wamid.2"), number="99999"), account="sales")
    assert (taken.json()["received"], other.json()["ignored"]) == (1, 1)
    assert len(hook.inbox.stored) == 1


async def test_signed_bodies_that_are_not_json_objects_are_told_so(hook: Hook) -> None:
    for body in (b"", b"{", b"[]", b"\xff", b"[" * 10_000):
        assert (await hook.post(body)).status_code == 400
    assert hook.inbox.stored == {}


async def test_accounts_that_do_not_exist_or_have_no_secrets_take_nothing(hook: Hook) -> None:
    assert (await hook.post(update(message()), account="other")).status_code == 404
    assert (await hook.post(update(message()), account="new")).status_code == 503


async def test_what_could_not_be_stored_is_asked_for_again(hook: Hook) -> None:
    hook.inbox.broken = True
    assert (await hook.post(update(message()))).status_code == 503


@pytest.mark.parametrize(
    ("mode", "token", "challenge", "status"),
    [
        ("subscribe", "support-verify-token", "1158201444", 200),
        ("subscribe", "sales-verify-token", "1158201444", 403),
        ("subscribe", "", "1158201444", 403),
        ("unsubscribe", "support-verify-token", "1158201444", 403),
        ("subscribe", "support-verify-token", "", 403),
        ("subscribe", "support-verify-token", "x" * 257, 403),
    ],
)
async def test_the_handshake_echoes_the_challenge_to_who_knows_the_token(
    hook: Hook, mode: str, token: str, challenge: str, status: int
) -> None:
    asked = {"hub.mode": mode, "hub.verify_token": token, "hub.challenge": challenge}
    answer = await hook.client.get("/webhooks/whatsapp/support", params=asked)
    assert answer.status_code == status
    if status == 200:
        assert answer.text == challenge
        assert answer.headers["content-type"].startswith("text/plain")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda one: (
        st.lists(one, max_size=3)
        | st.dictionaries(
            st.sampled_from(["entry", "changes", "value", "messages", "statuses", "contacts", "field", "id", "from"])
            | st.text(max_size=5),
            one,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(content=st.dictionaries(st.sampled_from(["entry", "object"]), ANYTHING) | ANYTHING)
def test_whatever_is_signed_gets_a_documented_answer(content: object) -> None:
    async def post() -> int:
        hook = Hook()
        async with hook.client:
            status = (await hook.post(json.dumps(content).encode())).status_code
        for received in hook.inbox.stored.values():
            read(received)
        return status

    assert asyncio.run(post()) in (200, *ANSWERS)


async def test_a_body_larger_than_any_update_is_refused_before_it_is_checked(hook: Hook) -> None:
    body = b" " * (WhatsApp.max_body + 1)
    answer = await hook.post(body)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert hook.inbox.stored == {}
