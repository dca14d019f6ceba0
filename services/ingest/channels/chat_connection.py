"""One visitor's WebSocket: frames are taken one after the other, and none ends the connection."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from pydantic_core import to_json

from services.ingest.channels.chat_frames import Complaint, Hello, Say, Visitor, parse
from services.ingest.channels.chat_hub import Hub, Listener
from services.ingest.channels.chat_store import CHANNEL, thread_of
from services.ingest.channels.configuration import ChatAccount
from services.ingest.channels.rates import TokenBuckets
from services.ingest.channels.signing import Signer
from services.ingest.channels.storing import outcome, store
from services.ingest.inbox.inbox import Inbox
from services.ingest.inbox.inputs import Received
from shared.errors import Transient
from shared.ids import derived_id
from shared.logs import told
from shared.mongo import PyMongoError

SESSION_LIFETIME = 30 * 24 * 3600
NUMBER_WITHIN = 30.0
"""Seconds that the visitor's connection waits for the number of a ticket."""
OUTBOX = 200
"""Frames that may wait for a slow reader; one that takes none is disconnected, and comes back with its cursor."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """What all connections of an account have in common."""

    account: str
    settings: ChatAccount
    inbox: Inbox
    hub: Hub
    signer: Signer
    clock: Callable[[], datetime]
    frames_of_session: TokenBuckets
    frames_of_address: TokenBuckets
    sessions_of_address: TokenBuckets

    @classmethod
    def of(
        cls,
        account: str,
        settings: ChatAccount,
        inbox: Inbox,
        *,
        hub: Hub,
        signer: Signer,
        clock: Callable[[], datetime],
    ) -> "Desk":
        return cls(
            account,
            settings,
            inbox,
            hub,
            signer,
            clock,
            frames_of_session=TokenBuckets(**settings.per_session.model_dump()),
            frames_of_address=TokenBuckets(**settings.per_address.model_dump()),
            sessions_of_address=TokenBuckets(**settings.sessions_per_address.model_dump()),
        )


class Connection:
    """Reads, answers and pushes until the visitor leaves or is idle for too long."""

    def __init__(self, desk: Desk, socket: WebSocket, *, address: str) -> None:
        self._desk = desk
        self._socket = socket
        self._address = address
        self._visitor: Visitor | None = None
        self._listener: Listener | None = None
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue(OUTBOX)
        self._waiting: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        await self._socket.accept()
        ends = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if self._listener is not None:
                self._desk.hub.leave(self._listener)
            tasks = [*ends, *self._waiting]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for error in (task.exception() for task in tasks if not task.cancelled()):
                if error is not None and not isinstance(error, WebSocketDisconnect):
                    log.warning("chat.broke", account=self._desk.account, error=told(error))

    async def _read(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._desk.settings.idle_seconds):
                    message = await self._socket.receive()
            except TimeoutError:
                return await self._close(1000, "idle")
            if message["type"] == "websocket.disconnect":
                return None
            try:
                await self._take(message.get("text"))
            except Complaint as complaint:
                await self._outbox.put(complaint.frame())

    async def _write(self) -> None:
        while True:
            frame = await self._outbox.get()
            await self._socket.send_text(to_json(frame).decode())

    def _push(self, frame: dict[str, Any]) -> None:
        try:
            self._outbox.put_nowait(frame)
        except asyncio.QueueFull:
            self._in_background(self._close(1013, "too slow"))

    async def _close(self, code: int, reason: str) -> None:
        try:
            await self._socket.close(code, reason)
        except (RuntimeError, WebSocketDisconnect):
            pass  # it is closed already

    async def _take(self, text: str | None) -> None:
        self._slow_down(self._desk.frames_of_address.wait(self._address, now=time.monotonic()))
        if self._visitor is not None:
            self._slow_down(self._desk.frames_of_session.wait(self._visitor.session, now=time.monotonic()))
        if text is None:
            raise Complaint("Not text", "Send JSON in text frames.")
        raw = text.encode("utf-8", "replace")
        if len(raw) > self._desk.settings.frame_bytes:
            raise Complaint("The frame is too large", f"Send at most {self._desk.settings.frame_bytes} bytes.")
        frame = parse(raw, message_length=self._desk.settings.message_length)
        if isinstance(frame, Hello):
            await self._greet(frame)
        else:
            await self._hear(frame, raw)

    def _slow_down(self, wait: int) -> None:
        if wait:
            raise Complaint("Too fast", f"Nothing was taken; send it again in {wait} seconds.")

    async def _greet(self, hello: Hello) -> None:
        if self._visitor is not None:
            self._visitor = self._visitor.introduced(hello)
            return await self._welcome(resumed=True)
        resumed = self._session(hello.session)
        if resumed is None:
            self._slow_down(self._desk.sessions_of_address.wait(self._address, now=time.monotonic()))
        session = resumed or str(uuid4())
        thread = thread_of(self._desk.account, session)
        listener = Listener(thread, after=hello.after, push=self._push, wants=hello.wants)
        self._visitor = Visitor(session).introduced(hello)
        self._listener = listener
        await self._welcome(resumed=resumed is not None)
        try:
            return await self._desk.hub.join(listener)
        except PyMongoError as error:  # the next round tries again
            log.warning("chat.no_history", account=self._desk.account, error=told(error))

    async def _welcome(self, *, resumed: bool) -> None:
        visitor = self._visitor
        if visitor is None:
            return
        issued = int(self._desk.clock().timestamp())
        token = self._desk.signer.sign("chat", self._desk.account, visitor.session, issued)
        await self._outbox.put({"type": "welcome", "session": token, "resumed": resumed})

    def _session(self, token: str | None) -> str | None:
        """The session that the token proves, unless it is too old."""
        match self._desk.signer.open(token or ""):
            case ("chat", str(account), str(session), int(issued)) if account == self._desk.account:
                age = self._desk.clock().timestamp() - issued
                return session if age < SESSION_LIFETIME else None
        return None

    async def _hear(self, say: Say, raw: bytes) -> None:
        if self._visitor is None:
            raise Complaint("Not greeted", "Send a hello frame first.", id=say.id)
        received = Received(
            channel=CHANNEL,
            account=self._desk.account,
            key=f"{self._visitor.session}:{derived_id(say.id, say.text)}",
            body=raw,
            content_type="application/json",
            received_at=self._desk.clock(),
            envelope=self._visitor.envelope(),
        )
        try:
            receipt = await store(self._desk.inbox, received)
        except Transient as error:
            detail = "It could not be stored; send it again with the same id."
            raise Complaint("Try again", detail, id=say.id) from error
        message = derived_id("message", receipt.input)
        await self._outbox.put({"type": "received", "id": say.id, "message": message, "repeated": receipt.repeated})
        self._in_background(self._announce(receipt.input, say.id))

    async def _announce(self, input: str, id: str) -> None:
        became = await outcome(self._desk.inbox, input, timeout=NUMBER_WITHIN)
        if became is not None and became.number is not None:
            self._push({"type": "ticket", "id": id, "number": became.number})

    def _in_background(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
