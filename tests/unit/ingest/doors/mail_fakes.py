"""An inbox that keeps inputs in memory, and a listener in front of it, for tests of the doors alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from services.ingest.doors.configuration import Mailbox
from services.ingest.doors.mailboxes import Mailboxes
from services.ingest.doors.smtp import Limits, Listener, SmtpSession, listener
from services.ingest.inbox.inbox import Inbox
from services.ingest.inbox.inputs import Receipt, Received

SUPPORT = "support@svetilka.example"
SALES = "sales@svetilka.example"
MAILBOXES = Mailboxes((Mailbox(address=SUPPORT, aliases=("podpora@svetilka.example",)), Mailbox(address=SALES)))


class MemoryInbox:
    """Keeps what it receives, each key once."""

    def __init__(self) -> None:
        self.received: dict[str, Received] = {}
        self.fails = 0

    @property
    def bodies(self) -> list[bytes]:
        return [one.body for one in self.received.values()]

    async def receive(self, received: Received) -> Receipt:
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise OSError("the database is away")
        repeated = received.input in self.received
        self.received.setdefault(received.input, received)
        return Receipt(received.input, repeated=repeated)

    async def receive_all(self, received: Sequence[Received]) -> list[Receipt]:
        return [await self.receive(one) for one in received]


def as_inbox(fake: MemoryInbox) -> Inbox:
    return cast(Inbox, fake)


@asynccontextmanager
async def listening(
    inbox: MemoryInbox, *, kind: Any = SmtpSession, certificates: Any = None, **limits: Any
) -> AsyncIterator[Listener]:
    door = listener(
        kind,
        as_inbox(inbox),
        MAILBOXES,
        host="127.0.0.1",
        port=0,
        hostname="mx.svetilka.example",
        limits=Limits(**{"max_bytes": 3_000_000, **limits}),
        certificates=certificates,
        require_tls=certificates is not None,
    )
    await door.start()
    try:
        yield door
    finally:
        await door.stop()


class Client:
    """Speaks SMTP byte by byte, as no decent client would."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, door: Listener) -> "Client":
        return cls(*await asyncio.open_connection("127.0.0.1", door.port))

    async def answer(self) -> str:
        """The next answer, with all its lines; empty when the server has hung up."""
        lines = []
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), 10)).decode()
            lines.append(line)
            if not line or line[3:4] != "-":
                return "".join(lines).strip()

    async def say(self, text: str | bytes) -> str:
        self.writer.write((text if isinstance(text, bytes) else text.encode()) + b"\r\n")
        return await self.answer()

    async def greet(self) -> "Client":
        assert (await self.answer()).startswith("220")
        assert (await self.say("EHLO client.example")).startswith("250")
        return self

    async def begin_mail(self, *recipients: str) -> None:
        assert (await self.say("MAIL FROM:<janez@kupec.example>")).startswith("250")
        for recipient in recipients or (SUPPORT,):
            assert (await self.say(f"RCPT TO:<{recipient}>")).startswith("250")
        assert (await self.say("DATA")).startswith("354")

    async def gone(self) -> bool:
        """Whether the server has hung up."""
        try:
            while await asyncio.wait_for(self.reader.read(65536), 10):
                pass
        except ConnectionError:
            pass
        return True

    def close(self) -> None:
        self.writer.close()
