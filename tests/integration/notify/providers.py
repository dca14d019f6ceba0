"""A mail relay and an SMS provider on ports of their own, which answer as a test wants."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import uvicorn
from aiosmtpd.smtp import SMTP

from deploy.local.sms_provider import create_app

DROP = "drop the connection after taking the mail"
SID, TOKEN = "AC" + "0" * 32, "a token of the tests"


@dataclass
class Relay:
    """Takes mails. `answers` are given to the next RCPT or DATA instead of 250, in order."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    at_rcpt: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.at_rcpt:
            return self.at_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.waiting.set()
        await self.open.wait()
        answer = self.at_data.pop(0) if self.at_data else "250 OK"
        if answer in ("250 OK", DROP):
            self.mails.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
            self.recipients += envelope.rcpt_tos
        if answer == DROP:
            server.transport.abort()
        return answer

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail, recipient in zip(self.mails, self.recipients, strict=True) if recipient == address]

    def repeats(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(str(mail["Message-ID"]) for mail in self.mails)


@asynccontextmanager
async def relay() -> AsyncIterator[Relay]:
    made = Relay()
    made.open.set()
    server = await asyncio.get_running_loop().create_server(_session(made), "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


def _session(handler: Relay) -> Callable[[], SMTP]:
    return lambda: SMTP(handler, enable_SMTPUTF8=True, hostname="relay.test")


@dataclass(slots=True)
class SmsProvider:
    """The stand-in that the laptop runs, over real HTTP."""

    url: str
    sent: list[dict[str, Any]]

    def settings(self, **changes: Any) -> dict[str, Any]:
        """What notify needs to send through it."""
        given = {"twilio_account_sid": SID, "twilio_auth_token": TOKEN, "twilio_from": "+38640000000"}
        return {"twilio_url": self.url, **given, **changes}


@asynccontextmanager
async def sms_provider() -> AsyncIterator[SmsProvider]:
    app = create_app(SID, TOKEN)
    listening = socket.create_server(("127.0.0.1", 0))  # who connects early waits
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    port = listening.getsockname()[1]
    try:
        yield SmsProvider(url=f"http://127.0.0.1:{port}", sent=app.state.sent)
    finally:
        server.should_exit = True
        await serving
