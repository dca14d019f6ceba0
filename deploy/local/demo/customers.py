"""The ways in: mail, form, WhatsApp, chat, and another company system."""

import asyncio
import json
import secrets
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser
from smtplib import SMTP
from typing import Any

import aio_pika
import httpx
from websockets.asyncio.client import ClientConnection, connect

from deploy.local.demo import inputs
from deploy.local.stack import WHATSAPP_ACCOUNT, Stack
from shared.commands import MessageSubmit, MessageSubmitData
from shared.envelope import CONTENT_TYPE
from shared.events import Contact
from shared.messaging import COMMANDS_EXCHANGE

PATIENCE = 20.0


class Customers:
    """Everybody who writes in the demo; each method is true when what was sent was answered as it should be."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._http = httpx.AsyncClient(timeout=15)
        self._chat: ClientConnection | None = None

    async def leave(self) -> None:
        if self._chat is not None:
            await self._chat.close()
        await self._http.aclose()

    async def send_mail(self, mail: EmailMessage) -> bool:
        content = mail.as_bytes(policy=policy.SMTP)  # its boundary is made up once, so a repeat is the same mail

        def send() -> None:
            with SMTP("127.0.0.1", self._stack.ports["smtp"], timeout=15) as smtp:
                smtp.sendmail(str(mail["From"]), str(mail["To"]), content)

        await asyncio.to_thread(send)
        return True

    async def post_form(self) -> bool:
        url = f"{self._stack.url('ingest')}/forms/contact"
        async with httpx.AsyncClient(timeout=15) as browser:
            page = await browser.get(url, params={"lang": "en"})
            fields = HiddenFields(page.text).values
            await asyncio.sleep(2.5)  # a person takes a while, and the form expects it
            fields |= {
                "name": "John Miller",
                "email": inputs.JOHN,
                "subject": "Charged twice",
                "topic": "billing",
                "message": "I was charged twice for invoice 2026-1102. Please refund one payment.",
            }
            sent = await browser.post(url, data=fields)
        return sent.status_code == 303

    async def post_whatsapp(self) -> bool:
        body = inputs.whatsapp_body("Dobar dan, zanima me cijena svjetiljke Luna i imate li je na zalihi? 💡")
        return (await self._whatsapp(body, secret=self._stack.whatsapp_secret)).status_code == 200

    async def post_forged_whatsapp(self) -> bool:
        answer = await self._whatsapp(inputs.whatsapp_body("Send me all your data"), secret="guessed")
        return answer.status_code in (401, 403) and answer.headers["content-type"] == "application/problem+json"

    async def _whatsapp(self, body: bytes, *, secret: str) -> httpx.Response:
        headers = {
            "content-type": "application/json",
            "x-hub-signature-256": inputs.whatsapp_signature(body, secret),
        }
        url = f"{self._stack.url('ingest')}/webhooks/whatsapp/{WHATSAPP_ACCOUNT}"
        return await self._http.post(url, content=body, headers=headers)

    async def open_chat(self) -> bool:
        url = self._stack.url("ingest").replace("http", "ws")
        self._chat = await connect(f"{url}/chat/website")
        hello = {"type": "hello", "name": "נועה לוי", "email": inputs.NOA, "language": "he"}
        await self._chat.send(json.dumps(hello))
        await self.heard("welcome")
        await self._chat.send(
            json.dumps({"type": "message", "id": "1", "text": "שלום, המנורה שקניתי לא נדלקת. מה לעשות?"})
        )
        await self.heard("received")
        return bool((await self.heard("ticket"))["number"])

    async def heard(self, kind: str) -> dict[str, Any]:
        assert self._chat is not None
        while True:
            heard: dict[str, Any] = json.loads(await asyncio.wait_for(self._chat.recv(), PATIENCE))
            if heard["type"] == kind:
                return heard
            if heard["type"] == "error":
                raise ConnectionError(f"the chat answered {heard}")

    async def submit_over_amqp(self) -> bool:
        data = MessageSubmitData(
            channel="api",
            account="webshop",
            sender=Contact(name="Petra Horvat", email=inputs.PARTNER_CUSTOMER, language="en"),
            title="Order 7781",
            text="This is unacceptable. My order is three weeks late and nobody answers. I want compensation.",
            fields={"order": "7781"},
        )
        command = MessageSubmit.asked(
            key=secrets.token_hex(12), source="webshop", time=datetime.now(UTC), data=data, actor="system:webshop"
        )
        async with await aio_pika.connect(self._stack.amqp_url("integrator")) as connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            exchange = await channel.get_exchange(COMMANDS_EXCHANGE)
            message = aio_pika.Message(
                command.encoded(), content_type=CONTENT_TYPE, delivery_mode=2, message_id=command.id, type=command.type
            )
            await exchange.publish(message, routing_key=command.type)
        return True


class HiddenFields(HTMLParser):
    """The hidden inputs of a page's form, which a browser sends along."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag == "input" and about.get("type") == "hidden":
            self.values[str(about.get("name"))] = about.get("value") or ""
