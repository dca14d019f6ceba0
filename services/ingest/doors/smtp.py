"""Takes mail in over SMTP and LMTP (RFC 5321, RFC 2033): 250 is said only when the raw mail is stored."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.ingest.doors.certificates import Certificates
from services.ingest.doors.mailboxes import Mailboxes
from services.ingest.doors.raw import mail_input
from services.ingest.doors.smtp_session import COMMAND_LIMITS, Crowd, LmtpSession, SmtpSession
from services.ingest.inbox.inbox import Inbox

__all__ = ["Limits", "Listener", "LmtpSession", "SmtpSession", "listener"]

STORE_SECONDS = 30.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may use up."""

    max_bytes: int
    max_recipients: int = 100
    idle_seconds: float = 300
    data_seconds: float = 900
    connections: int = 500
    connections_per_address: int = 50


class Reception:
    """What the listener does with the commands of a session (the handler of aiosmtpd)."""

    def __init__(
        self,
        inbox: Inbox,
        mailboxes: Mailboxes,
        *,
        max_recipients: int,
        per_recipient: bool,
        took: Callable[[str], None] = lambda mailbox: None,
    ) -> None:
        self._inbox = inbox
        self._mailboxes = mailboxes
        self._max_recipients = max_recipients
        self._per_recipient = per_recipient
        self._took = took

    async def handle_RCPT(  # noqa: N802, RUF100  the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= self._max_recipients:
            return f"452 4.5.3 At most {self._max_recipients} recipients; send the others in another mail"
        if self._mailboxes.of(address) is None:
            return "550 5.1.1 There is no such mailbox here; check the address"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, RUF100
        raw = envelope.original_content or b""
        by_mailbox: dict[str, list[str]] = {}
        for address in envelope.rcpt_tos:
            by_mailbox.setdefault(self._mailboxes.of(address) or "", []).append(address)
        answers: dict[str, str] = {}
        for mailbox, addresses in by_mailbox.items():
            facts = _envelope(session, envelope, addresses)
            answer = await self._stored(mailbox, raw, facts)
            answers |= dict.fromkeys(addresses, answer)
        if self._per_recipient:  # RFC 2033, section 4.2: one answer for each recipient
            return "\r\n".join(answers[address] for address in envelope.rcpt_tos)
        # One that failed fails all: what was stored already is recognised when the mail comes again.
        return next((one for one in answers.values() if not one.startswith("250")), answers[envelope.rcpt_tos[0]])

    async def handle_exception(self, error: Exception) -> str:
        """The answer to a command on which aiosmtpd breaks, without its traceback or the error's name."""
        log.warning("mail.bad_command", error=type(error).__name__)
        return "500 5.5.2 That could not be read; check the command"

    async def _stored(self, mailbox: str, raw: bytes, facts: Mapping[str, Any]) -> str:
        received = mail_input(raw, mailbox=mailbox, at=datetime.now(UTC), facts=facts)
        try:
            async with asyncio.timeout(STORE_SECONDS):
                receipt = await self._inbox.receive(received)
        except Exception as error:  # the sender's server keeps the mail and comes again
            log.warning("mail.not_stored", mailbox=mailbox, error=type(error).__name__)
            return "451 4.3.0 Not stored, try again later"
        self._took(mailbox)
        return f"250 2.0.0 {receipt.input} {'was here already' if receipt.repeated else 'stored'}"


class Listener:
    """Listens on a port, on the event loop of the service."""

    def __init__(self, name: str, host: str, port: int, protocol: Callable[[], asyncio.Protocol]) -> None:
        self._name = name
        self._host = host
        self._configured_port = port
        self._protocol = protocol
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port that is listened on, also when the system chose it."""
        if self._server is None or not self._server.sockets:
            return self._configured_port
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        # aiosmtpd logs addresses and contents; what is worth knowing stands in our own log.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, self._host, self._configured_port, backlog=1024)
        log.info("listener.started", protocol=self._name, host=self._host, port=self.port)

    async def stop(self) -> None:
        """Accepts no more connections; those that are open end by themselves or with the process."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def health(self) -> str | None:
        """For /readyz."""
        return None if self._server is not None and self._server.is_serving() else f"no {self._name} listener"


def listener(
    kind: type[SmtpSession] | type[LmtpSession],
    inbox: Inbox,
    mailboxes: Mailboxes,
    *,
    host: str,
    port: int,
    hostname: str,
    limits: Limits,
    certificates: Certificates | None = None,
    require_tls: bool = False,
    took: Callable[[str], None] = lambda mailbox: None,
) -> Listener:
    """A listener for SMTP or LMTP that stores what comes in the inbox; `took` is told of every mail."""
    reception = Reception(
        inbox, mailboxes, max_recipients=limits.max_recipients, per_recipient=kind is LmtpSession, took=took
    )
    crowd = Crowd(in_all=limits.connections, per_address=limits.connections_per_address)

    def session() -> asyncio.Protocol:
        connection = kind(
            reception,
            data_size_limit=limits.max_bytes,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="Kartica",
            timeout=limits.idle_seconds,
            tls_context=certificates.context() if certificates else None,
            require_starttls=require_tls,
            command_call_limit=COMMAND_LIMITS,
            loop=asyncio.get_running_loop(),
        )
        connection.crowd, connection.data_seconds = crowd, limits.data_seconds
        protocol: asyncio.Protocol = connection
        return protocol

    return Listener("LMTP" if kind is LmtpSession else "SMTP", host, port, session)


def _envelope(session: Session, envelope: Envelope, addresses: list[str]) -> Mapping[str, Any]:
    peer = session.peer
    return {
        "door": "smtp",
        "peer": str(peer[0]) if isinstance(peer, tuple) and peer else None,
        "helo": session.host_name,
        "tls": session.ssl is not None,
        "mail_from": envelope.mail_from or "",
        "rcpt_to": addresses,
    }
