"""Senders that repeat an input until it is accepted, as mail servers, providers and other systems do."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from smtplib import SMTP, SMTPException
from typing import Any

import aio_pika
import httpx
from aio_pika.exceptions import AMQPError

from bench.account.inputs import Sent
from deploy.local.stack import Stack
from shared.commands import MessageSubmit, MessageSubmitData
from shared.envelope import CONTENT_TYPE
from shared.events import Contact
from shared.messaging import COMMANDS_EXCHANGE

UNREACHABLE = (httpx.TransportError, AMQPError, OSError, SMTPException, TimeoutError)
AGAIN_SECONDS = 0.3


class Senders:
    """`send` returns when the input was accepted. `replicas` are the (HTTP, SMTP) ports of ingest."""

    def __init__(
        self, stack: Stack, replicas: Sequence[tuple[int, int]], *, secrets: dict[str, str], at_a_time: int
    ) -> None:
        self._stack = stack
        self._replicas = replicas
        self._secrets = secrets
        self._turn = 0
        self._slots = asyncio.Semaphore(at_a_time)
        self._client = httpx.AsyncClient(timeout=20)
        self._bearer = {"authorization": f"Bearer {stack.token('system', subject='system:account')}"}
        self.attempts = 0

    async def send(self, sent: Sent) -> None:
        async with self._slots:
            while True:
                self._turn += 1
                http, smtp = self._replicas[self._turn % len(self._replicas)]
                self.attempts += 1
                try:
                    if await self._by(sent, http=http, smtp=smtp):
                        return
                except UNREACHABLE:
                    pass
                await asyncio.sleep(AGAIN_SECONDS)

    async def close(self) -> None:
        await self._client.aclose()

    async def _by(self, sent: Sent, *, http: int, smtp: int) -> bool:
        match sent.way:
            case "smtp":
                await asyncio.to_thread(_mail, sent.content, smtp)
                return True
            case "amqp":
                await self._publish(sent)
                return True
            case _:
                answer = await self._client.send(self._request(sent, f"http://127.0.0.1:{http}"))
        if answer.status_code in (429, 500, 502, 503, 504):
            return False
        if not answer.is_success:
            raise RuntimeError(f"{sent.way} was refused with {answer.status_code}: {answer.text[:300]}")
        return True

    def _request(self, sent: Sent, url: str) -> httpx.Request:
        content = sent.content
        key = {"idempotency-key": sent.mark}
        match sent.way:
            case "raw_mail":
                headers = {**self._bearer, "content-type": "message/rfc822"}
                return httpx.Request("POST", f"{url}/mail/support@svetilka.example", content=content, headers=headers)
            case "form":
                body: Any = {
                    "name": "Customer",
                    "email": f"customer{content['customer']}@example.org",
                    "topic": "technical",
                    "message": content["text"],
                }
                return httpx.Request("POST", f"{url}/forms/contact", json=body, headers=key)
            case "whatsapp":
                return self._whatsapp(content, url)
            case "telegram":
                return self._telegram(content, url)
            case "signed":
                return self._signed(sent, url)
        body = {"sender": {"email": f"customer{content['customer']}@example.org"}, "text": content["text"]}
        return httpx.Request("POST", f"{url}/messages", json=body, headers={**self._bearer, **key})

    def _whatsapp(self, content: Any, url: str) -> httpx.Request:
        sender = f"3864{content['customer']:07d}"
        message = {
            "from": sender,
            "id": f"wamid.{content['number']}",
            "timestamp": "1795424400",
            "type": "text",
            "text": {"body": content["text"]},
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "38615550100", "phone_number_id": "1234567890"},
            "contacts": [{"wa_id": sender, "profile": {"name": "Customer"}}],
            "messages": [message],
        }
        update = {
            "object": "whatsapp_business_account",
            "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
        }
        raw = json.dumps(update).encode()
        signature = hmac.digest(self._secrets["whatsapp"].encode(), raw, "sha256").hex()
        headers = {"x-hub-signature-256": f"sha256={signature}", "content-type": "application/json"}
        return httpx.Request("POST", f"{url}/webhooks/whatsapp/support", content=raw, headers=headers)

    def _telegram(self, content: Any, url: str) -> httpx.Request:
        person = {"id": 1000 + content["customer"], "is_bot": False, "first_name": "Customer"}
        message = {
            "message_id": content["number"],
            "from": person,
            "chat": {"id": person["id"], "type": "private", "first_name": "Customer"},
            "date": 1795424400,
            "text": content["text"],
        }
        headers = {"x-telegram-bot-api-secret-token": self._secrets["telegram"]}
        body = {"update_id": 5_000_000 + content["number"], "message": message}
        return httpx.Request("POST", f"{url}/webhooks/telegram/support", json=body, headers=headers)

    def _signed(self, sent: Sent, url: str) -> httpx.Request:
        customer = f"customer{sent.content['customer']}@example.org"
        raw = json.dumps({"channel": "forum", "sender": {"email": customer}, "text": sent.content["text"]}).encode()
        at = str(int(time.time()))
        key = base64.b64decode(self._secrets["signed"].removeprefix("whsec_"))
        mac = hmac.digest(key, f"{sent.mark}.{at}.".encode() + raw, "sha256")
        headers = {
            "webhook-id": sent.mark,
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
            "content-type": "application/json",
        }
        return httpx.Request("POST", f"{url}/webhooks/signed/forum", content=raw, headers=headers)

    async def _publish(self, sent: Sent) -> None:
        data = MessageSubmitData(
            sender=Contact(email=f"customer{sent.content['customer']}@example.org"), text=sent.content["text"]
        )
        command = MessageSubmit.asked(key=sent.mark, source="account", time=datetime.now(UTC), data=data)
        message = aio_pika.Message(
            command.encoded(), content_type=CONTENT_TYPE, delivery_mode=2, message_id=command.id, type=command.type
        )
        async with await aio_pika.connect(self._stack.amqp_url("integrator"), timeout=10) as connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            exchange = await channel.get_exchange(COMMANDS_EXCHANGE)
            await exchange.publish(message, routing_key=command.type, timeout=10)


def _mail(raw: bytes, port: int) -> None:
    with SMTP("127.0.0.1", port, timeout=20) as smtp:
        smtp.sendmail("customer@example.org", ["support@svetilka.example"], raw)
