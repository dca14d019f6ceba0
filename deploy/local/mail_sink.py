"""A mail server that takes everything and delivers nothing: what Kartica sends can be looked at here."""

import asyncio
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class MailSink:
    """Writes every mail to `folder` as a numbered .eml file and keeps it in `mails`."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.folder = folder
        self.port = port
        self.mails: list[EmailMessage] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listens on `port` of 127.0.0.1; 0 becomes a free one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        make: Callable[[], Any] = lambda: SMTP(self, enable_SMTPUTF8=True, hostname="sink.localhost")  # noqa: E731
        self._server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        mail["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.mails.append(mail)
        (self.folder / f"{len(self.mails):04}.eml").write_bytes(content)
        return "250 Kept"

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that were sent to this address."""
        return [mail for mail in self.mails if address in str(mail["X-Envelope-To"])]
