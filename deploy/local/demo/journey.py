"""The steps of the demo: each sends something real in and waits until its effect is seen outside."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from typing import Any, TypeVar

import httpx

from deploy.local.demo import inputs
from deploy.local.demo.customers import PATIENCE, Customers
from deploy.local.demo.view import View
from deploy.local.stack import Stack

T = TypeVar("T")
NOTE = "Tretja okvara te serije v enem tednu."
FROM_THE_MAILBOX = "Nova luč bo pri vas v petek."

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
        self._customers = Customers(stack)

    async def run(self) -> Mapping[str, Any]:
        """All steps; the summary that reporting gives at the end."""
        watching = asyncio.create_task(self._watch())
        try:
            await self._messages_come_in()
            await self._tickets_are_decided()
            await self._customers_are_told()
            await self._an_agent_answers_and_the_customer_writes_back()
            await self._an_agent_works_from_the_mailbox()
            await self._one_ticket_is_overdue()
            return await self._the_report_adds_up()
        finally:
            watching.cancel()
            await self._customers.leave()
            await self._http.aclose()

    # --- in

    async def _messages_come_in(self) -> None:
        self._mail = inputs.slovene_mail(datetime.now(UTC))
        await self._step("a Slovene mail in ISO-8859-2 with a PDF, over SMTP", self._send_the_mail)
        await self._step("a web form, posted as a browser does", self._customers.post_form)
        await self._step("a WhatsApp webhook with its signature", self._customers.post_whatsapp)
        await self._step("the same with a forged signature: refused", self._customers.post_forged_whatsapp)
        await self._step("a chat in Hebrew over WebSocket", self._customers.open_chat)
        await self._step("a message from another company system, over AMQP", self._customers.submit_over_amqp)

    async def _send_the_mail(self) -> bool:
        return await self._customers.send_mail(self._mail)

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
        await self._step("of the mail, what is new is read and the PDF kept", self._mail_is_read)
        await self._step("the same mail once more changes nothing", self._send_the_mail_again)

    async def _decided(self, channel: str, category: str, team: str | None, language: str) -> Ticket | None:
        ticket = self._ticket(channel)
        if ticket is None or ticket["category"] != category or ticket["agent"] is None:
            return None
        clock = ticket["clocks"].get("first_response")
        right = team in (None, ticket["team"]) and ticket["language"] == language
        return ticket if right and clock and clock["due_at"] else None

    async def _mail_is_read(self) -> bool:
        ticket = self._ticket("email")
        assert ticket is not None
        conversation = (await self._http.get(f"{self._stack.url('ingest')}/tickets/{ticket['id']}")).json()
        first = conversation["messages"][0]
        file = first["attachments"][0]
        kept = await self._http.get(f"{self._stack.url('ingest')}/attachments/{file['id']}")
        read = "čeprav sem zamenjala žarnico" in first["text"] and "hvala za nakup" not in first["text"]
        return read and file["name"] == inputs.PDF_NAME and kept.content == inputs.one_page_pdf()

    async def _send_the_mail_again(self) -> bool:
        await self._customers.send_mail(self._mail)
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
        return await self._customers.send_mail(inputs.answer_of(self._answer, text=text, now=datetime.now(UTC)))

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
        return str((await self._customers.heard("message"))["text"]) == text

    # --- answered from a mailbox

    async def _an_agent_works_from_the_mailbox(self) -> None:
        await self._step("a colleague leaves a note for those in the house", self._note_is_left)
        await self._step("the owner gets the customer's words by mail, with the conversation", self._owner_told)
        await self._step("and answers from the mailbox: #pending, and a text", self._owner_answers)
        await self._step("the customer gets the text; neither note nor token", self._owners_answer_arrived)

    async def _note_is_left(self) -> bool:
        ticket = self._ticket("email")
        assert ticket is not None
        url = f"{self._stack.url('ingest')}/tickets/{ticket['id']}/replies"
        body = {"agent": "bojan", "text": NOTE, "visibility": "internal"}
        return (await self._http.post(url, json=body, headers={"idempotency-key": secrets.token_hex(8)})).is_success

    async def _owner_told(self) -> bool:
        ticket = self._ticket("email")
        assert ticket is not None
        mails = self._stack.mail.to(f"{ticket['agent']}@svetilka.example")
        told = [mail for mail in mails if "Varovalka je v redu" in _text(mail)]
        if told:
            self._told = told[0]
        return bool(told) and "ne sveti" in _text(told[0])

    async def _owner_answers(self) -> bool:
        answer = inputs.agents_answer(self._told, text=f"#pending\n\n{FROM_THE_MAILBOX}", now=datetime.now(UTC))
        return await self._customers.send_mail(answer)

    async def _owners_answer_arrived(self) -> bool:
        mails = [mail for mail in self._stack.mail.to(inputs.IVA) if FROM_THE_MAILBOX in _text(mail)]
        ticket = self._ticket("email")
        if not mails or ticket is None or ticket["status"] != "pending_customer":
            return False
        secret = str(self._told["Reply-To"]).partition("+")[2].partition("@")[0]
        sent = mails[0].as_string() + _text(mails[0])
        return NOTE not in sent and secret not in sent and "#pending" not in sent

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


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return part.get_content() if part is not None else ""
