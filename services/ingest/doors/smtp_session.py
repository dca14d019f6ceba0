"""One SMTP or LMTP connection that a hostile client can neither hold for long nor use to hold up others."""

import asyncio
from collections import Counter
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

MAX_COMMAND_LINE = 64 * 1024
"""Bytes; also what is read of a mail at a time. Commands longer than 512 bytes are refused one by one."""
MAX_FAULTS = 100
"""Commands answered with 5xx, after which somebody is guessing addresses or speaking another protocol."""
COMMAND_LIMITS = {"NOOP": 200, "HELP": 20, "VRFY": 20, "EHLO": 20, "HELO": 20, "LHLO": 20, "RSET": 2000, "*": 50_000}

log = structlog.get_logger()


class Crowd:
    """How many connections there are, from one address and in all."""

    def __init__(self, *, in_all: int, per_address: int) -> None:
        self._in_all = in_all
        self._per_address = per_address
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Whether one more may come in; who came in must `leave`."""
        if self._open.total() >= self._in_all or self._open[address] >= self._per_address:
            return False
        self._open[address] += 1
        return True

    def leave(self, address: str) -> None:
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]


class Guarded:
    """What aiosmtpd does not do: limits for connections, faults and time, lines of any length, fair turns.

    Stands before SMTP or LMTP in the order of classes. `crowd`, `data_seconds` are set by the subclass
    that the listener makes.
    """

    line_length_limit = MAX_COMMAND_LINE
    crowd: Crowd
    data_seconds: float
    _came_in_as: str | None = None
    _refused = False
    _faults = 0

    def connection_made(self, transport: Any) -> None:
        if self._came_in_as is None:
            peer = transport.get_extra_info("peername")
            address = str(peer[0]) if isinstance(peer, tuple) and peer else "local"
            if not self.crowd.enter(address):
                self._refused = True
                transport.write(b"421 4.7.0 Too many connections at the moment, try again later\r\n")
                transport.close()
                return
            self._came_in_as = address
        super().connection_made(transport)  # type: ignore[misc]

    def connection_lost(self, error: Exception | None) -> None:
        if self._refused:
            return
        if self._came_in_as is not None:
            self.crowd.leave(self._came_in_as)
            self._came_in_as = None
        super().connection_lost(error)  # type: ignore[misc]

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            super().data_received(data)  # type: ignore[misc]

    def eof_received(self) -> bool | None:
        if self._refused:
            return None
        answer: bool | None = super().eof_received()  # type: ignore[misc]
        return answer

    def _timeout_cb(self) -> None:
        """Time is up. Who does not read its answers has its connection cut, not closed politely for ever."""
        transport: Any = getattr(self, "transport", None)
        if transport is None:
            return
        transport.write(b"421 4.4.2 You took too long; connect again\r\n")
        if transport.get_write_buffer_size():
            transport.abort()
        else:
            transport.close()

    async def push(self, status: Any) -> None:
        text = self._worded(status.decode() if isinstance(status, bytes) else str(status))
        await super().push(text)  # type: ignore[misc]
        # A packet may hold thousands of commands: between two of them, others have their turn.
        await asyncio.sleep(0)
        if text.startswith("5"):
            self._faults += 1
            transport: Any = getattr(self, "transport", None)
            if self._faults > MAX_FAULTS and transport is not None:
                await super().push("421 4.7.0 Too many commands that were refused")  # type: ignore[misc]
                transport.close()

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802, RUF100  the name is aiosmtpd's
        """Takes the mail, whatever its lines: they may be of any length up to the whole mail's limit."""
        this: Any = self
        if await this.check_helo_needed() or await this.check_auth_needed("DATA"):
            return
        if not this.envelope.rcpt_tos:
            await self.push("503 5.5.1 Name a recipient first: RCPT TO:<address>")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        this._reset_timeout(self.data_seconds)
        raw = await self._mail(limit=this.data_size_limit)
        this._reset_timeout()
        if raw is None:
            this._set_post_data_state()
            await self.push("552 5.3.4")
            return
        this.envelope.content = this.envelope.original_content = raw
        status = await this._call_handler_hook("DATA")
        this._set_post_data_state()
        await self.push(status)

    async def _mail(self, *, limit: int) -> bytes | None:
        """The mail without its transparent dots (RFC 5321, 4.5.2), or None when it is larger than `limit`.

        Only CR LF ends a line, and only CR LF dot CR LF the mail: what follows a bare LF and a dot is
        part of the mail, not smuggled commands (CVE-2023-51764).
        """
        reader: asyncio.StreamReader = self._reader  # type: ignore[attr-defined]
        raw, size, at_line_start = bytearray(), 0, True
        while True:
            try:
                part = await reader.readuntil(b"\r\n")
                ends = True
            except asyncio.LimitOverrunError as longer:
                part, ends = await reader.read(longer.consumed), False
            if at_line_start:
                if part == b".\r\n":
                    return bytes(raw) if size <= limit else None
                part = part.removeprefix(b".")
            size += len(part)
            if size <= limit:
                raw += part
            elif raw:
                raw = bytearray()
            at_line_start = ends

    def _worded(self, text: str) -> str:
        """Answers of aiosmtpd that say what to do, with enhanced status codes (RFC 3463)."""
        if text.startswith("552 "):
            limit = getattr(self, "data_size_limit", 0) or 0
            return f"552 5.3.4 The mail is too large: at most {limit} bytes; send large files as a link"
        if text.startswith("500 Command line too long"):
            return "500 5.5.2 The command is too long"
        return text


class SmtpSession(Guarded, SMTP):
    """One connection of a mail server that hands mail over."""


class LmtpSession(Guarded, LMTP):
    """One connection of the local mail server (Postfix, Dovecot) that delivers."""
