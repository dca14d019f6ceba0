"""How every provider proves itself: over the raw bytes, with this account's secret, lately."""

import asyncio
import base64
import hmac
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from prometheus_client import CollectorRegistry

from services.ingest.channels.provider import Call, Provider
from services.ingest.channels.provider_table import PROVIDERS
from services.ingest.channels.providers.instagram import Instagram
from services.ingest.channels.providers.messenger import Messenger
from services.ingest.channels.providers.signed import Signed
from services.ingest.channels.providers.slack import Slack
from services.ingest.channels.providers.telegram import Telegram
from services.ingest.channels.providers.twilio import signature
from services.ingest.channels.providers.twilio_sms import TwilioSms
from services.ingest.channels.providers.twilio_voice import TwilioVoice, VoiceAccount
from services.ingest.channels.webhook import Webhooks
from tests.unit.ingest.channels.channel_fakes import FakeInbox, application, client_of
from tests.unit.ingest.channels.provider_samples import (
    EVERYTHING,
    NOW,
    PUBLIC,
    SECONDS,
    SECRETS,
    SMS,
    Sample,
    address,
    call,
    meta,
    own,
    secrets_of,
    sent,
    signed,
    slack,
    sms,
)

ONE_EACH = tuple({sample.provider: sample for sample in EVERYTHING}.values())
SIGNING = [sample for sample in ONE_EACH if sample.provider is not Telegram]
TIMED = [sample for sample in ONE_EACH if sample.provider in (Slack, Signed)]


def wrong(sample: Sample, given: Call, **late: float) -> str | None:
    provider: Provider[Any] = sample.provider()
    return provider.verify(given, secrets_of(sample.provider), now=NOW + timedelta(**late))


def name(sample: Sample) -> str:
    return sample.provider.name


def test_every_provider_is_here() -> None:
    assert {sample.provider for sample in ONE_EACH} == set(PROVIDERS)


@pytest.mark.parametrize("sample", ONE_EACH, ids=name)
def test_what_the_provider_sends_is_taken(sample: Sample) -> None:
    assert wrong(sample, call(sample)) is None


@pytest.mark.parametrize("sample", ONE_EACH, ids=name)
def test_without_or_with_another_proof_it_is_not(sample: Sample) -> None:
    given = call(sample)
    assert wrong(sample, replace(given, headers={}))
    for header, proof in given.headers.items():
        if "signature" in header or "token" in header:
            for forged in ("", proof[:-2], proof + "=", proof[::-1], "č\udcff", proof.swapcase()):
                assert wrong(sample, replace(given, headers={**given.headers, header: forged})), forged


@pytest.mark.parametrize("sample", SIGNING, ids=name)
def test_a_changed_byte_is_noticed(sample: Sample) -> None:
    given = call(sample)
    assert wrong(sample, replace(given, body=given.body.replace(b"e", b"f", 1)))
    assert wrong(sample, replace(given, body=given.body + b"&x=1"))


@pytest.mark.parametrize("sample", TIMED, ids=name)
def test_an_old_call_and_one_from_the_future_are_not_taken(sample: Sample) -> None:
    given = call(sample)
    assert wrong(sample, given, minutes=3) is None
    assert wrong(sample, given, minutes=5)
    assert wrong(sample, given, minutes=-7)


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "9" * 400, "١٢٣"])
def test_a_time_that_is_none_is_not_taken(timestamp: str) -> None:
    given = call(slack(user="U1", text="x", ts="1.1"))
    assert wrong(slack(), replace(given, headers={**given.headers, "x-slack-request-timestamp": timestamp}))


def test_twilios_documented_example_holds() -> None:
    form = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675310"),
        ("Digits", "1234"),
        ("From", "+14158675310"),
        ("To", "+18005551212"),
    ]
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert signature(url, form, token="12345") == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_standard_webhooks_documented_example_holds() -> None:
    secrets = Signed.secrets.model_validate({"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    at = NOW.fromtimestamp(1614265330, NOW.tzinfo)
    assert Signed().verify(Call("", {}, headers, b'{"test": 2432232314}'), secrets, now=at) is None


def test_twilio_signs_with_or_without_the_usual_port() -> None:
    sample = sms()
    given = call(sample)
    proof = signature(address(TwilioSms).replace(".example/", ".example:443/"), given.form(), token="the-auth-token")
    assert wrong(sample, replace(given, headers={"x-twilio-signature": proof})) is None
    assert wrong(sample, replace(given, url=given.url + "?x=1"))


def test_several_signatures_may_stand_side_by_side_while_a_secret_is_exchanged() -> None:
    given = call(own())
    proof = given.headers["webhook-signature"]
    assert wrong(own(), replace(given, headers={**given.headers, "webhook-signature": f"v1,AAAA {proof} v2,x"})) is None
    assert wrong(own(), replace(given, headers={**given.headers, "webhook-id": "msg_2"}))


class Hook:
    """The webhooks of all providers, each with the account `main`."""

    def __init__(self) -> None:
        self.inbox = FakeInbox()
        self.registry = CollectorRegistry()
        hooks = Webhooks(self.inbox, public_url=PUBLIC, registry=self.registry, clock=lambda: NOW)  # type: ignore[arg-type]
        app = application(APIRouter())
        for provider in PROVIDERS:
            account = VoiceAccount(greeting="Hello") if provider is TwilioVoice else provider.account()
            app.include_router(hooks.routes(provider(), {"main": account, "bare": account}, self._secrets(provider)))
        self.client = client_of(app)

    def _secrets(self, provider: type[Provider[Any]]) -> dict[str, Any]:
        return {"main": secrets_of(provider)}

    async def post(self, sample: Sample, *, body: bytes | None = None, account: str = "main") -> httpx.Response:
        content = sample.body() if body is None else body
        headers = {**signed(sample.provider, content), **sample.headers}
        return await self.client.post(f"/webhooks/{sample.provider.name}/{account}", content=content, headers=headers)


@pytest.fixture
async def hook() -> Any:
    made = Hook()
    async with made.client:
        yield made


@pytest.mark.parametrize("sample", EVERYTHING, ids=name)
async def test_every_sample_is_answered_and_stored_once(hook: Hook, sample: Sample) -> None:
    answers = [await hook.post(sample) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {200}
    stored = len(hook.inbox.stored)
    await hook.post(sample)
    assert len(hook.inbox.stored) == stored


@pytest.mark.parametrize("sample", ONE_EACH, ids=name)
async def test_forged_calls_are_refused_counted_and_never_stored(hook: Hook, sample: Sample) -> None:
    answer = await hook.client.post(f"/webhooks/{sample.provider.name}/main", content=sample.body())
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert hook.inbox.stored == {}
    labels = {"provider": sample.provider.name, "account": "main"}
    assert hook.registry.get_sample_value("kartica_webhook_refused_total", labels) == 1


@pytest.mark.parametrize("sample", ONE_EACH, ids=name)
async def test_accounts_that_do_not_exist_or_have_no_secrets_take_nothing(hook: Hook, sample: Sample) -> None:
    assert (await hook.post(sample, account="other")).status_code == 404
    assert (await hook.post(sample, account="bare")).status_code == 503


@pytest.mark.parametrize("sample", ONE_EACH, ids=name)
async def test_what_could_not_be_stored_is_asked_for_again(hook: Hook, sample: Sample) -> None:
    hook.inbox.broken = True
    assert (await hook.post(sample)).status_code == 503


async def test_a_hundred_updates_of_one_call_are_stored_each_once(hook: Hook) -> None:
    sample = meta(Messenger, *(sent(message={"mid": f"m_{n}", "text": str(n)}) for n in range(100)))
    assert (await hook.post(sample)).json() == {"received": 100, "ignored": 0}
    assert len(hook.inbox.stored) == 100


@pytest.mark.parametrize("provider", [Messenger, Instagram])
async def test_metas_handshake_is_answered_with_its_challenge(hook: Hook, provider: type[Provider[Any]]) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "the-verify-token", "hub.challenge": "115820"}
    answer = await hook.client.get(f"/webhooks/{provider.name}/main", params=asked)
    assert (answer.status_code, answer.text) == (200, "115820")
    wrong = await hook.client.get(f"/webhooks/{provider.name}/main", params={**asked, "hub.verify_token": "x"})
    assert wrong.status_code == 403


async def test_xs_handshake_is_answered_with_its_token_signed(hook: Hook) -> None:
    answer = await hook.client.get("/webhooks/x/main", params={"crc_token": "abc", "nonce": "n"})
    digest = base64.b64encode(hmac.digest(SECRETS["x"]["consumer_secret"].encode(), b"abc", "sha256")).decode()
    assert answer.json() == {"response_token": f"sha256={digest}"}
    assert (await hook.client.get("/webhooks/x/main")).status_code == 403


async def test_slacks_handshake_is_signed_and_answered_with_its_challenge(hook: Hook) -> None:
    sample = Sample(Slack, {"type": "url_verification", "challenge": "3eZbrw1aB", "token": "old"})
    assert (await hook.post(sample)).text == "3eZbrw1aB"
    assert (await hook.client.post("/webhooks/slack/main", content=sample.body())).status_code == 401
    assert hook.inbox.stored == {}


async def test_a_body_that_is_too_large_is_refused_before_it_is_checked(hook: Hook) -> None:
    answer = await hook.client.post("/webhooks/twilio_sms/main", content=b"a" * (TwilioSms.max_body + 1))
    assert answer.status_code == 413


async def test_a_call_that_comes_back_under_another_signature_time_is_the_same_input(hook: Hook) -> None:
    sample = slack(user="U1", text="x", ts=f"{SECONDS}.1")
    await hook.post(sample)
    later = signed(Slack, sample.body(), at=SECONDS + 30) | {"x-slack-retry-num": "1"}
    answer = await hook.client.post("/webhooks/slack/main", content=sample.body(), headers=later)
    assert answer.status_code == 200
    assert len(hook.inbox.stored) == 1


async def test_twilio_is_answered_in_its_own_language(hook: Hook) -> None:
    answer = await hook.post(sms())
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.endswith("<Response/>")


async def test_a_message_of_your_own_that_does_not_hold_is_told_why(hook: Hook) -> None:
    answer = await hook.post(own(text=""))
    assert answer.status_code == 422
    assert "text" in answer.json()["detail"]
    assert (await hook.post(own(act="edit"))).status_code == 422


async def test_calls_at_the_same_time_store_each_update_once(hook: Hook) -> None:
    samples = [Sample(TwilioSms, {**SMS, "MessageSid": f"SM{n % 5:032d}"}) for n in range(20)]
    answers = await asyncio.gather(*(hook.post(sample) for sample in samples))
    assert {answer.status_code for answer in answers} == {200}
    assert len(hook.inbox.stored) == 5
