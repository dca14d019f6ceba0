"""Notify with a relay and an SMS provider to talk to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.integration.notify.providers import Relay, SmsProvider, relay, sms_provider
from tests.site import Running, Site

Start = Callable[..., Awaitable[Running]]
QUICK = {"send_poll_seconds": 0.05, "retry_first_seconds": 0.05, "retry_longest_seconds": 0.1}


@pytest.fixture(name="relay")
async def _relay() -> AsyncIterator[Relay]:
    async with relay() as made:
        yield made


@pytest.fixture(name="sms")
async def _sms() -> AsyncIterator[SmsProvider]:
    async with sms_provider() as made:
        yield made


@pytest.fixture
def start(site: Site, relay: Relay, sms: SmsProvider) -> Start:
    """Starts notify; settings can be given."""

    async def started(**changes: Any) -> Running:
        known = {"relay_host": "127.0.0.1", "relay_port": relay.port, **QUICK, **sms.settings()}
        return await site.start("notify", **{**known, **changes})

    return started
