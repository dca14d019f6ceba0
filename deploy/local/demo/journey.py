"""The steps of the demo: each sends something real in and waits until its effect is seen outside."""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from functools import partial
from html.parser import HTMLParser
from smtplib import SMTP
from typing import Any, TypeVar

import aio_pika
import httpx
from websockets.asyncio.client import ClientConnection, connect

from deploy.local.demo import inputs
from deploy.local.demo.view import View
from deploy.local.stack import WHATSAPP_ACCOUNT, Stack
from shared.commands import MessageSubmit, MessageSubmitData
from shared.envelope import CONTENT_TYPE
from shared.events import Contact
from shared.messaging import COMMANDS_EXCHANGE

PATIENCE = 20.0
T = TypeVar("T")

Ticket = Mapping[str, Any]


class StepFailed(Exception):
    """A step was not seen to happen; `ticket` is the one that it was about, if any."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step


class Journey:
    """Everything that happens in the demo, in order: `await journey.run()`."""

    def __init__(self, stack: Stack, view: View) -> None:
        self._stack = stack
        self._view = view
        self._agent = {"authorization": f"Bearer {stack.token('agent', 'supervisor', subject='agent:cvetka')}"}
        self._http = httpx.AsyncClient(timeout=15, headers=self._agent)
        self._chat: ClientConnection | None = None

    async def run(self) -> Mapping[str, Any]:
        """All steps; the summary that reporting gives at the end."""
        watching = asyncio.create_task(self._watch())
        try:
            await self._messages_come_in()
            await self._tickets_are_decided()
            await self._customers_are_told()
            await self._an_agent_answers_and_the_customer_writes_back()
            await self._one_ticket_is_overdue()
            return await self._the_report_adds_up()
        finally:
            watching.cancel()
            if self._chat is not None:
                await self._chat.close()
            await self._http.aclose()

    # --- in

    async def _messages_come_in(self) -> None:
        self._mail = inputs.slovene_mail(datetime.now(UTC))
        await self._step("a Slovene mail in ISO-8859-2 with a PDF, over SMTP", lambda: self._send_mail(self._mail))
        await self._step("a web form, posted as a browser does", self._post_form)
        await self._step("a WhatsApp webhook with its signature", self._post_whatsapp)
        await self._step("the same with a forged signature: refused", self._post_forged_whatsapp)
        await self._step("a chat in Hebrew over WebSocket", self._chat_in)
        await self._step("a message from another company system, over AMQP", self._submit_over_amqp)

    async def _send_mail(self, mail: EmailMessage) -> bool:
        content = mail.as_bytes(policy=policy.SMTP)  # its boundary is made up once, so a repeat is the same mail

        def send() -> None:
            with SMTP("127.0.0.1", self._stack.ports["smtp"], timeout=15) as smtp:
                smtp.sendmail(str(mail["From"]), str(mail["To"]), content)

        await asyncio.to_thread(send)
        return True

    async def _post_form(self) -> bool:
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

    async def _post_whatsapp(self) -> bool:
        body = inputs.whatsapp_body("Dobar dan, zanima me cijena svjetiljke Luna i imate li je na zalihi? 💡")
        return (await self._whatsapp(body, secret=self._stack.whatsapp_secret)).status_code == 200

    async def _post_forged_whatsapp(self) -> bool:
        answer = await self._whatsapp(inputs.whatsapp_body("Send me all your data"), secret="guessed")
        return answer.status_code in (401, 403) and answer.headers["content-type"] == "application/problem+json"

    async def _whatsapp(self, body: bytes, *, secret: str) -> httpx.Response:
        headers = {
            "content-type": "application/json",
            "x-hub-signature-256": inputs.whatsapp_signature(body, secret),
        }
        url = f"{self._stack.url('ingest')}/webhooks/whatsapp/{WHATSAPP_ACCOUNT}"
        return await self._http.post(url, content=body, headers=headers)

    async def _chat_in(self) -> bool:
        url = self._stack.url("ingest").replace("http", "ws")
        self._chat = await connect(f"{url}/chat/website")
        hello = {"type": "hello", "name": "נועה לוי", "email": inputs.NOA, "language": "he"}
        await self._chat.send(json.dumps(hello))
        await self._heard("welcome")
        await self._chat.send(
            json.dumps({"type": "message", "id": "1", "text": "שלום, המנורה שקניתי לא נדלקת. מה לעשות?"})
        )
        await self._heard("received")
        return bool((await self._heard("ticket"))["number"])

    async def _heard(self, kind: str) -> dict[str, Any]:
        assert self._chat is not None
        while True:
            heard: dict[str, Any] = json.loads(await asyncio.wait_for(self._chat.recv(), PATIENCE))
            if heard["type"] == kind:
                return heard
            if heard["type"] == "error":
                raise StepFailed("chat", str(heard))

    async def _submit_over_amqp(self) -> bool:
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

    # --- decided

    async def _tickets_are_decided(self) -> None:
        expected = {
            "email": ("technical", "technical", "sl"),
            "form": ("billing", "billing", "en"),
            "whatsapp": ("pre_sales", "sales", "hr"),
            "chat": ("technical", "support", "he"),
            "api": ("complaint", None, "en"),
        }
        for channel, (category, team, language) in expected.items():
            what = f"{channel}: {category}, with an agent and a promised time"
            await self._step(what, partial(self._decided, channel, category, team, language))
        await self._step("the same mail once more changes nothing", self._send_the_mail_again)

    async def _decided(self, channel: str, category: str, team: str | None, language: str) -> Ticket | None:
        ticket = self._ticket(channel)
        if ticket is None or ticket["category"] != category or ticket["agent"] is None:
            return None
        clock = ticket["clocks"].get("first_response")
        right = team in (None, ticket["team"]) and ticket["language"] == language
        return ticket if right and clock and clock["due_at"] else None

    async def _send_the_mail_again(self) -> bool:
        await self._send_mail(self._mail)
        ledger = f"{self._stack.url('ingest')}/ledger"

        async def opened_once() -> bool:
            found = (await self._http.get(ledger, params={"message_id": str(self._mail["Message-ID"])})).json()
            entries = found["inputs"]
            return [entry["state"] for entry in entries] == ["opened"]

        return bool(await self._until(opened_once)) and len(self._view.tickets) == 5

    # --- told

    async def _customers_are_told(self) -> None:
        for channel, address in (("email", inputs.IVA), ("form", inputs.JOHN), ("chat", inputs.NOA)):
            what = f"{channel}: acknowledged by mail with number and promised time"
            await self._step(what, partial(self._acknowledged, channel, address))
        await self._step("whatsapp: acknowledged by SMS", self._acknowledged_by_sms)

    async def _acknowledged(self, channel: str, address: str) -> bool:
        ticket = self._ticket(channel)
        mails = self._stack.mail.to(address)
        if ticket is None or not mails:
            return False
        return str(ticket["number"]) in str(mails[0]["Subject"]) and mails[0]["Auto-Submitted"] == "auto-replied"

    async def _acknowledged_by_sms(self) -> bool:
        ticket = self._ticket("whatsapp")
        sent = (await self._http.get(f"{self._stack.sms_url}/sent")).json()
        return ticket is not None and any(
            message["to"] == inputs.MARKO_PHONE and ticket["number"] in message["body"] for message in sent
        )

    # --- answered

    async def _an_agent_answers_and_the_customer_writes_back(self) -> None:
        await self._step("an agent answers the mail", self._agent_answers)
        await self._step("the customer gets it in the same thread, as from a person", self._answer_arrived)
        await self._step("the customer writes back", self._customer_writes_back)
        await self._step("it joins the same ticket; first response met", self._joined)
        await self._step("an agent answers the chat; the visitor sees it there", self._agent_answers_chat)

    async def _agent_answers(self) -> bool:
        text = "Pozdravljeni, Iva,\n\nprosimo, preverite varovalko. Če je v redu, vam pošljemo novo luč.\n\nCvetka"
        return await self._reply("email", agent="cvetka", text=text)

    async def _reply(self, channel: str, *, agent: str, text: str) -> bool:
        ticket = self._ticket(channel)
        assert ticket is not None
        url = f"{self._stack.url('ingest')}/tickets/{ticket['id']}/replies"
        headers = {"idempotency-key": secrets.token_hex(8)}
        answer = await self._http.post(url, json={"agent": agent, "text": text}, headers=headers)
        return answer.is_success

    async def _answer_arrived(self) -> bool:
        answers = [mail for mail in self._stack.mail.to(inputs.IVA) if "varovalko" in _text(mail)]
        if not answers:
            return False
        self._answer = answers[0]
        in_thread = self._answer["In-Reply-To"] == self._mail["Message-ID"]
        return in_thread and self._answer["Auto-Submitted"] is None and self._answer["X-Auto-Response-Suppress"] is None

    async def _customer_writes_back(self) -> bool:
        text = "Varovalka je v redu. Prosim za novo luč.\n\nIva"
        return await self._send_mail(inputs.answer_of(self._answer, text=text, now=datetime.now(UTC)))

    async def _joined(self) -> bool:
        ticket = self._ticket("email")
        assert ticket is not None
        joined = dict(ticket["messages"]) == {"customer": 2, "agent": 1, "notes": 0}
        met: bool = ticket["clocks"]["first_response"]["state"] == "met"
        return joined and met and len(self._view.tickets) == 5

    async def _agent_answers_chat(self) -> bool:
        text = "שלום נועה, נא לבדוק שהנורה מוברגת עד הסוף."
        if not await self._reply("chat", agent="gal", text=text):
            return False
        return str((await self._heard("message"))["text"]) == text

    # --- overdue

    async def _one_ticket_is_overdue(self) -> None:
        await self._step("the complaint is overdue", lambda: self._overdue(level=0))
        await self._step("it escalates to the first level", lambda: self._overdue(level=1))
        await self._step("and to the second: to management, urgent", self._with_management)
        await self._step("the manager is told by mail", self._manager_told)

    async def _overdue(self, *, level: int) -> bool:
        ticket = self._ticket("api")
        assert ticket is not None
        breached: bool = ticket["sla_state"] == "breached" and ticket["escalation_level"] >= level
        return breached

    async def _with_management(self) -> bool:
        ticket = self._ticket("api")
        assert ticket is not None
        where = (ticket["team"], ticket["agent"], ticket["priority"])
        return ticket["escalation_level"] == 2 and where == ("management", "maja", "urgent")

    async def _manager_told(self) -> bool:
        ticket = self._ticket("api")
        assert ticket is not None
        kinds = {(notice["kind"], notice["state"]) for notice in ticket["notifications"]}
        mails = self._stack.mail.to("maja@svetilka.example")
        return ("escalation", "sent") in kinds and any(ticket["number"] in str(mail["Subject"]) for mail in mails)

    # --- reported

    async def _the_report_adds_up(self) -> Mapping[str, Any]:
        return await self._step("the report adds up", self._report)

    async def _report(self) -> Mapping[str, Any] | None:
        summary: dict[str, Any] = (await self._http.get(f"{self._stack.url('reporting')}/reports/summary")).json()
        channels = {row["value"]: row["n"] for row in summary["by_channel"]["rows"]}
        breached = sum(row["breached"] for row in summary["sla"]["rows"])
        met = sum(row["met"] for row in summary["sla"]["rows"])
        right = (
            channels == dict.fromkeys(("email", "form", "whatsapp", "chat", "api"), 1) and breached >= 1 and met >= 2
        )
        return summary if right else None

    # --- how

    def _ticket(self, channel: str) -> Ticket | None:
        return next((ticket for ticket in self._view.tickets if ticket["channel"] == channel), None)

    async def _watch(self) -> None:
        while True:
            try:
                answer = await self._http.get(f"{self._stack.url('reporting')}/tickets")
                self._view.update(answer.json()["tickets"])
            except (httpx.TransportError, ValueError, KeyError):
                pass  # the next look is soon
            await asyncio.sleep(0.25)

    async def _step(self, name: str, happened: Callable[[], Awaitable[T | None]]) -> T:
        started = time.monotonic()
        self._view.begin(name)
        try:
            seen = await self._until(happened)
        except StepFailed:
            raise
        except Exception as error:
            raise StepFailed(name, repr(error)) from error
        if not seen:
            raise StepFailed(name, f"not seen within {PATIENCE:.0f} s")
        self._view.done(name, time.monotonic() - started)
        return seen

    async def _until(self, happened: Callable[[], Awaitable[T | None]]) -> T | None:
        deadline = time.monotonic() + PATIENCE
        while True:
            seen = await happened()
            if seen or time.monotonic() > deadline:
                return seen
            await asyncio.sleep(0.1)


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


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return part.get_content() if part is not None else ""
