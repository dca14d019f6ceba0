"""IMAP servers to fetch from: pymap, which is a real one, and one that follows a script of misbehaviour."""

import asyncio
import base64
import imaplib
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Login
from pymap.imap import IMAPServer

from services.ingest.doors.configuration import Imap

PASSWORD = "correct horse"
SEEN = r"\Seen"
CAME_IN = 'INTERNALDATE "22-Nov-2100 10:00:00 +0000"'


class RealServer:
    """pymap with one account."""

    def __init__(self, port: int) -> None:
        self.port = port

    def imap(self, **changes: Any) -> Imap:
        known = {"host": "127.0.0.1", "port": self.port, "tls": "none", "user": "support", "poll_seconds": 0.1}
        return Imap(**{**known, **changes})

    async def __call__(self, work: Callable[[imaplib.IMAP4], Any]) -> Any:
        """Does something in the account, as another mail program would."""

        def session() -> Any:
            with imaplib.IMAP4("127.0.0.1", self.port) as client:
                client.login("support", PASSWORD)
                return work(client)

        return await asyncio.to_thread(session)

    async def deliver(self, *mails: bytes, folder: str = "INBOX", seen: bool = False) -> None:
        flags = r"(\Seen)" if seen else None
        await self(lambda client: [client.append(folder, flags, None, mail) for mail in mails])

    async def seen(self, folder: str = "INBOX") -> list[int]:
        return await self._found(folder, "SEEN")

    async def all(self, folder: str = "INBOX") -> list[int]:
        return await self._found(folder, "ALL")

    async def _found(self, folder: str, criterion: str) -> list[int]:
        def look(client: imaplib.IMAP4) -> list[int]:
            client.select(folder, readonly=True)
            _, found = client.uid("search", criterion)
            return [int(one) for one in (found[0] or b"").split()]

        uids: list[int] = await self(look)
        return uids


@asynccontextmanager
async def real_server() -> AsyncIterator[RealServer]:
    arguments = Namespace(passlib_cfg=None, proxy_protocol=None, cert=None, key=None, cpu_subsystem=None)
    config = Config(
        arguments,
        demo_data=False,
        demo_user="support",
        demo_password=PASSWORD,
        host="127.0.0.1",
        port=0,
        secure_auth=False,
        tls_enabled=False,
        invalid_user_sleep=0.0,
    )
    login = Login(config)
    await DictBackend._add_demo_user(config, login)
    callback = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))
    server = await asyncio.start_server(callback, "127.0.0.1", 0)
    try:
        yield RealServer(server.sockets[0].getsockname()[1])
    finally:
        server.close()


class Hangup(Exception):
    """The script ends the connection here."""


class ScriptedServer:
    """As much of an IMAP server as one fetcher uses, which `misbehave` may do otherwise.

    `misbehave(command, arguments)` gives the lines to answer instead, None to answer decently, or
    raises `Hangup`. Mails are kept by UID.
    """

    def __init__(self, mails: dict[int, bytes]) -> None:
        self.mails = dict(mails)
        self.seen: set[int] = set()
        self.uidvalidity = 1
        self.capabilities = "IMAP4rev1 UIDPLUS"
        self.tokens: set[str] = set()
        self.commands: list[str] = []
        self.fetched: list[int] = []
        self.connections = 0
        self.misbehave: Callable[[str, str], list[bytes] | None] = lambda command, arguments: None
        self.port = 0

    def imap(self, **changes: Any) -> Imap:
        known = {"host": "127.0.0.1", "port": self.port, "tls": "none", "user": "support", "poll_seconds": 0.05}
        return Imap(**{**known, **changes})

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(b"* OK ready\r\n")
        try:
            while line := await reader.readline():
                tag, _, rest = line.decode().strip().partition(" ")
                uid, _, after = rest.partition(" ")
                rest = after if uid.upper() == "UID" else rest
                command, _, arguments = rest.partition(" ")
                self.commands.append(f"{command.upper()} {arguments}".strip())
                answers = self.misbehave(command.upper(), arguments)
                if answers is None:
                    answers = await self._answer(command.upper(), arguments, reader, writer)
                for answer in answers:
                    writer.write(answer.replace(b"TAG", tag.encode()) + b"\r\n")
                await writer.drain()
        except (Hangup, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, command: str, arguments: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> list[bytes]:
        done = [b"TAG OK done"]
        match command:
            case "CAPABILITY":
                return [f"* CAPABILITY {self.capabilities}".encode(), *done]
            case "LOGIN":
                return done if PASSWORD in arguments else [b"TAG NO [AUTHENTICATIONFAILED] wrong password"]
            case "AUTHENTICATE":
                writer.write(b"+ \r\n")
                answer = (await reader.readline()).strip()
                said = base64.b64decode(answer).decode()
                token = said.partition("Bearer ")[2].rstrip("\1")
                if token in self.tokens:
                    return done
                writer.write(b"+ " + base64.b64encode(b'{"status":"401"}') + b"\r\n")
                await reader.readline()
                return [b"TAG NO [AUTHENTICATIONFAILED] invalid token"]
            case "SELECT" | "EXAMINE":
                last = max(self.mails, default=0)
                return [
                    f"* {len(self.mails)} EXISTS".encode(),
                    f"* OK [UIDVALIDITY {self.uidvalidity}] valid".encode(),
                    f"* OK [UIDNEXT {last + 1}] next".encode(),
                    b"TAG OK [READ-WRITE] open",
                ]
            case "SEARCH":
                above = int(arguments.partition("UID ")[2].partition(":")[0])
                found = [uid for uid in sorted(self.mails) if uid >= above]
                return [("* SEARCH " + " ".join(map(str, found))).strip().encode(), *done]
            case "FETCH":
                return [*self._fetched(arguments), *done]
            case "STORE":
                self.seen |= {int(uid) for uid in arguments.split(" ", 1)[0].split(",")}
                return done
            case "LOGOUT":
                raise Hangup
            case _:
                return done

    def _fetched(self, arguments: str) -> list[bytes]:
        uids, _, wanted = arguments.partition(" ")
        lines = []
        if "FLAGS" in wanted:
            return [
                f"* {place} FETCH (UID {uid} FLAGS ({SEEN if uid in self.seen else ''}) {CAME_IN})".encode()
                for place, uid in enumerate(sorted(self.mails), 1)
            ]
        for uid in (int(one) for one in uids.split(",")):
            if uid not in self.mails:
                continue
            mail, place = self.mails[uid], sorted(self.mails).index(uid) + 1
            if "SIZE" in wanted:
                lines.append(f"* {place} FETCH (UID {uid} RFC822.SIZE {len(mail)})".encode())
                continue
            name = "BODY[HEADER]" if "HEADER" in wanted else "BODY[]"
            content = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in wanted else mail
            if name == "BODY[]":
                self.fetched.append(uid)
            lines.append(f"* {place} FETCH (UID {uid} {name} {{{len(content)}}}".encode() + b"\r\n" + content + b")")
        return lines


@asynccontextmanager
async def scripted_server(mails: dict[int, bytes]) -> AsyncIterator[ScriptedServer]:
    script = ScriptedServer(mails)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
