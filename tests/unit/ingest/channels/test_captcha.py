"""The CAPTCHA hook: what the provider is asked, and that its outage loses nobody's message."""

from urllib.parse import parse_qs

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.ingest.channels.captcha import SiteVerify
from services.ingest.channels.configuration import Captcha

CAPTCHA = Captcha(
    script="https://challenges.cloudflare.com/turnstile/v0/api.js",
    sources=("https://challenges.cloudflare.com",),
    element="cf-turnstile",
    field="cf-turnstile-response",
    site_key="site",
    verify="https://challenges.cloudflare.com/turnstile/v0/siteverify",
)


async def solved(answer: httpx.Response | Exception, given: str = "token") -> tuple[bool, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def provider(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    made = SiteVerify({"contact": "secret"}, registry=CollectorRegistry(), transport=httpx.MockTransport(provider))
    return await made.solved("contact", CAPTCHA, given, address="192.0.2.1"), asked


async def test_the_provider_is_asked_as_siteverify_wants_it() -> None:
    is_solved, (asked,) = await solved(httpx.Response(200, json={"success": True}))
    assert is_solved
    assert str(asked.url) == CAPTCHA.verify
    assert parse_qs(asked.content.decode()) == {"secret": ["secret"], "response": ["token"], "remoteip": ["192.0.2.1"]}


@pytest.mark.parametrize("status", [200, 400])
async def test_an_answer_that_the_provider_refuses_is_refused(status: int) -> None:
    refusal = httpx.Response(status, json={"success": False, "error-codes": ["timeout-or-duplicate"]})
    assert (await solved(refusal))[0] is False


@pytest.mark.parametrize("given", ["", "x" * 8001])
async def test_nobody_is_asked_about_no_answer_or_an_endless_one(given: str) -> None:
    assert await solved(httpx.Response(200, json={"success": True}), given) == (False, [])


@pytest.mark.parametrize(
    "answer", [httpx.ConnectTimeout("slow"), httpx.Response(502, text="<html>"), httpx.Response(200, json=[])]
)
async def test_a_provider_that_is_out_of_order_lets_the_message_through(answer: httpx.Response | Exception) -> None:
    assert (await solved(answer))[0] is True
