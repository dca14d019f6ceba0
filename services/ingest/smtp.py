"""Takes mail in over SMTP and LMTP (RFC 5321, RFC 2033): 250 is said only when the raw mail is stored."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.ingest.configuration import Mailbox
from services.ingest.inbox import Inbox
from services.ingest.inputs import Received
from services.ingest.mail.identity import mail_identity

CHANNEL = "email"
MAX_LINE = 1024 * 1024
"""RFC 5321 allows 1000 octets; real senders put whole pages of HTML into one line."""
STORE_SECONDS = 30.0

log = structlog.get_logger()


class Mailboxes:
    """The addresses that take mail: `support@`, its aliases, and both with `+anything`."""

    def __init__(self, mailboxes: tuple[Mailbox, ...]) -> None:
        self._mailbox_of = {
            address: mailbox.address for mailbox in mailboxes for address in (mailbox.address, *mailbox.aliases)
        }

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(self._mailbox_of)

    def of(self, address: str) -> str | None:
        """The mailbox that an address reaches, or None."""
        local, at, domain = address.strip().strip("<>").lower().rpartition("@")
        return self._mailbox_of.get(f"{local.partition('+')[0]}{at}{domain}")


class Reception:
    """What the listener does with the commands of a session (the handler of aiosmtpd)."""

    def __init__(self, inbox: Inbox, mailboxes: Mailboxes, *, max_recipients: int, per_recipient: bool) -> None:
        self._inbox = inbox
        self._mailboxes = mailboxes
        self._max_recipients = max_recipients
        self._per_recipient = per_recipient

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
        message_id, key = mail_identity(raw)
        received = Received(
            channel=CHANNEL,
            account=mailbox,
            key=key,
            body=raw,
            content_type="message/rfc822",
            received_at=datetime.now(UTC),
            envelope={**facts, "message_id": message_id},
        )
        try:
            async with asyncio.timeout(STORE_SECONDS):
                receipt = await self._inbox.receive(received)
        except Exception as error:  # the sender's server keeps the mail and comes again
            log.warning("mail.not_stored", mailbox=mailbox, error=type(error).__name__)
            return "451 4.3.0 Not stored, try again later"
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
        self._server = await loop.create_server(self._protocol, self._host, self._configured_port)
        log.info("listener.started", protocol=self._name, host=self._host, port=self.port)

    async def stop(self) -> None:
        """Accepts no more connections; those that are open end by themselves or with the process."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def health(self) -> str | None:
        """For /readyz."""
        return None if self._server is not None and self._server.is_serving() else f"no {self._name} listener"


class _Polite:
    """Answers of aiosmtpd that say what to do, with enhanced status codes (RFC 3463)."""

    line_length_limit = MAX_LINE

    async def push(self, status: Any) -> None:
        text = status.decode() if isinstance(status, bytes) else str(status)
        if text.startswith("552 ") and not text.startswith("552 5."):
            limit = getattr(self, "data_size_limit", 0) or 0
            text = f"552 5.3.4 The mail is too large: at most {limit} bytes; send large files as a link"
        elif text.startswith("500 Line too long"):
            text = (
                f"500 5.5.2 A line is too long: at most {MAX_LINE} bytes; encode the parts (quoted-printable, base64)"
            )
        await super().push(text)  # type: ignore[misc]


class SmtpSession(_Polite, SMTP):
    """One connection of a mail server that hands mail over."""


class LmtpSession(_Polite, LMTP):
    """One connection of the local mail server (Postfix, Dovecot) that delivers."""


def listener(
    kind: type[SmtpSession] | type[LmtpSession],
    inbox: Inbox,
    mailboxes: Mailboxes,
    *,
    host: str,
    port: int,
    hostname: str,
    max_bytes: int,
    max_recipients: int,
    idle_seconds: float,
) -> Listener:
    """A listener for SMTP or LMTP that stores what comes in the inbox."""
    reception = Reception(inbox, mailboxes, max_recipients=max_recipients, per_recipient=kind is LmtpSession)

    def session() -> asyncio.Protocol:
        connection: asyncio.Protocol = kind(
            reception,
            data_size_limit=max_bytes,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="Kartica",
            timeout=idle_seconds,
            loop=asyncio.get_running_loop(),
        )
        return connection

    return Listener("LMTP" if kind is LmtpSession else "SMTP", host, port, session)


def _envelope(session: Session, envelope: Envelope, addresses: list[str]) -> Mapping[str, Any]:
    peer = session.peer
    return {
        "peer": str(peer[0]) if isinstance(peer, tuple) and peer else None,
        "helo": session.host_name,
        "mail_from": envelope.mail_from or "",
        "rcpt_to": addresses,
    }
