"""Fetches a mailbox over IMAP for as long as this replica has its lease: at once with IDLE, else from time to time."""

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import structlog

from services.ingest.doors.imap_connection import ImapConnection, LoginRefused
from services.ingest.doors.imap_folder import Folder, Surroundings
from services.ingest.doors.imap_secrets import Credentials
from services.ingest.doors.trouble import Trouble
from shared.errors import KarticaError
from shared.logs import told
from shared.mongo import PyMongoError
from shared.tasks import end

IDLE_SECONDS = 540.0
"""Servers hang up after half an hour (RFC 2177), routers earlier."""
MAX_BACKOFF = 600.0
PATIENT = 5
"""Attempts that a refused sign-in counts for: it waits half a minute at least, before the next one."""

log = structlog.get_logger()
R = TypeVar("R")


class Fetcher:
    """One mailbox. `run` never ends by itself; failures are told to the store and tried again."""

    def __init__(
        self,
        around: Surroundings,
        credentials: Credentials,
        threads: ThreadPoolExecutor,
        *,
        holder: str,
        lease_seconds: float,
        retry_seconds: float = 1.0,
        connect: Callable[..., ImapConnection] = ImapConnection,
    ) -> None:
        self._around = around
        self._credentials = credentials
        self._threads = threads
        self._holder = holder
        self._lease_seconds = lease_seconds
        self._retry_seconds = retry_seconds
        self._connect = connect
        self._connection: ImapConnection | None = None
        self._worked = False

    async def run(self) -> None:
        """Waits for the lease, and fetches while it has it."""
        while True:
            try:
                if await self._has_lease():
                    await self._with_lease()
            except PyMongoError as error:
                log.warning("mailbox.no_database", mailbox=self._around.address, error=told(error))
            await asyncio.sleep(random.uniform(0.5, 1.0) * self._lease_seconds / 3)

    async def release(self) -> None:
        """Lets another replica take over at once."""
        with suppress(PyMongoError):
            await self._around.store.release(self._around.address, self._holder)

    async def _has_lease(self) -> bool:
        return await self._around.store.lease(self._around.address, self._holder, seconds=self._lease_seconds)

    async def _with_lease(self) -> None:
        """Fetches until the lease is lost; then nothing of ours goes on."""
        working = asyncio.create_task(self._work(), name=f"mailbox {self._around.address}")
        keeping = asyncio.create_task(self._keep_lease(), name=f"lease {self._around.address}")
        try:
            await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(working, keeping)
        log.warning("mailbox.lease_lost", mailbox=self._around.address)

    async def _keep_lease(self) -> None:
        loop = asyncio.get_running_loop()
        kept_at = loop.time()
        while loop.time() - kept_at < self._lease_seconds:
            await asyncio.sleep(self._lease_seconds / 3)
            with suppress(PyMongoError):
                if not await self._has_lease():
                    return
                kept_at = loop.time()

    async def _work(self) -> None:
        failures = 0
        while True:
            try:
                await self._session()
            except Trouble as trouble:
                failures = max(failures + 1, PATIENT if trouble.patient else 0)
                await self._failed(trouble)
            except (PyMongoError, KarticaError, OSError, TimeoutError) as error:
                failures += 1
                await self._failed(Trouble(f"Nothing can be stored: {told(error)}", "Look at the database."))
            except Exception as error:  # one mailbox never ends the others
                failures += 1
                log.warning("mailbox.broken", mailbox=self._around.address, error=told(error), exc_info=error)
                await self._failed(Trouble(f"Fetching failed with {type(error).__name__}", "Tell the developers."))
            finally:
                self._abort()
            if self._worked:
                failures, self._worked = min(failures, 1), False
            longest = min(self._retry_seconds * 2.0**failures, MAX_BACKOFF)
            await asyncio.sleep(random.uniform(0.5, 1.0) * longest)

    async def _session(self) -> None:
        """One connection, for as long as it holds."""
        connection = await self._opened()
        folders = [Folder(self._around, connection, self._step, name) for name in self._around.imap.folders]
        while True:
            for folder in reversed(folders):  # the first one stays open, for IDLE
                await folder.look()
            self._worked = True
            await self._around.store.succeeded(self._around.address, datetime.now(UTC), backlog=0)
            await self._wait(connection, alone=len(folders) == 1)

    async def _opened(self) -> ImapConnection:
        secret = await self._credentials.secret()
        for attempt in (1, 2):
            connection = self._connection = self._connect(self._around.imap)
            try:
                await self._step(connection.open, secret)
                return connection
            except LoginRefused:
                self._abort()
                if attempt == 2 or not self._credentials.is_token:
                    raise
                secret = await self._credentials.secret(renewed=True)  # the token may have expired
        raise AssertionError("unreachable")

    async def _wait(self, connection: ImapConnection, *, alone: bool) -> None:
        """Until the server has news, or it is time to look anyway."""
        poll = self._around.imap.poll_seconds
        if not connection.can_idle or not await self._step(connection.begin_idle):
            await asyncio.sleep(random.uniform(0.9, 1.0) * poll)
            return
        # Some servers take IDLE and never say a thing: that is what the look after a time is for.
        with suppress(TimeoutError):
            async with asyncio.timeout(IDLE_SECONDS if alone and poll > IDLE_SECONDS else poll):
                await _readable(connection.fileno())
        await self._step(connection.end_idle)

    async def _step(self, step: Callable[..., R], *arguments: Any, **named: Any) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(step, *arguments, **named))

    async def _failed(self, trouble: Trouble) -> None:
        log.warning("mailbox.failing", mailbox=self._around.address, reason=trouble.words)
        with suppress(PyMongoError):
            await self._around.store.failed(
                self._around.address, datetime.now(UTC), words=trouble.words, advice=trouble.advice
            )

    def _abort(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()
            with suppress(RuntimeError):  # the threads are gone already
                self._threads.submit(connection.close)


async def _readable(fileno: int) -> None:
    """Returns when there is something to read; no thread waits for it."""
    loop = asyncio.get_running_loop()
    came: asyncio.Future[None] = loop.create_future()
    loop.add_reader(fileno, _settle, came)
    try:
        await came
    finally:
        loop.remove_reader(fileno)


def _settle(came: "asyncio.Future[None]") -> None:
    if not came.done():
        came.set_result(None)
