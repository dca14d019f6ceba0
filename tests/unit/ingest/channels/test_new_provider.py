"""The example in docs/developer.md: a new provider is one class, and the frame does the rest."""

import base64
import hmac
import json
import re
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from prometheus_client import CollectorRegistry

from services.ingest.channels.provider import Account
from services.ingest.channels.webhook import Webhooks
from tests.unit.ingest.channels.channel_fakes import FakeInbox, application, client_of

GUIDE = Path(__file__).parents[4] / "docs" / "developer.md"
IMPORTS = """
import base64, hmac
from collections.abc import Iterable
from datetime import datetime
from pydantic import SecretStr
from services.ingest.channels.json_shapes import ident, inner, moment, objects, parsed, text
from services.ingest.channels.plain_text import readable
from services.ingest.channels.provider import Account, Call, Provider, Update, is_same, key_of, person, stored
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Normalised, ThreadHints
from shared.config import Strict
"""


def example() -> str:
    section = GUIDE.read_text(encoding="utf-8").partition("## Add a channel")[2]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


async def test_the_example_is_a_provider_of_some_thirty_lines() -> None:
    code = example()
    assert len([line for line in code.splitlines() if line.strip()]) <= 33
    made: dict[str, Any] = {}
    exec(IMPORTS + code, made)
    line, inbox = made["Line"](), FakeInbox()
    secrets = {"main": line.secrets.model_validate({"channel_secret": "the-secret"})}
    webhooks = Webhooks(inbox, public_url="https://x", registry=CollectorRegistry())  # type: ignore[arg-type]
    app = application(APIRouter())
    app.include_router(webhooks.routes(line, {"main": Account()}, secrets))
    message = {"type": "message", "webhookEventId": "01E", "timestamp": 1763888400000, "source": {"userId": "U1"}}
    events = [message | {"message": {"id": "m1", "type": "text", "text": "Luč ne sveti"}}, {"type": "follow"}]
    body = json.dumps({"events": events}).encode()
    proof = base64.b64encode(hmac.digest(b"the-secret", body, "sha256")).decode()
    async with client_of(app) as client:
        answer = await client.post("/webhooks/line/main", content=body, headers={"x-line-signature": proof})
        forged = await client.post("/webhooks/line/main", content=body, headers={"x-line-signature": "x"})
    assert (answer.json(), forged.status_code) == ({"received": 1, "ignored": 1}, 401)
    said = line.read(inbox.only)
    assert (said.text, said.thread.conversation, said.channel_id) == ("Luč ne sveti", "U1", "m1")
    assert (inbox.only.channel, inbox.only.key) == ("line", "01E")
