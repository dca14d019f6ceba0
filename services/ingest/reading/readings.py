"""Reads inputs with their channel's reader; what can't be read becomes a message that says so, raw input attached."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from services.ingest.inbox.inputs import Reader, Received
from services.ingest.normalised import File, Machine, Normalised, cleaned
from shared.events import Contact

SECONDS = 20.0
"""A reader that takes longer has met something hostile."""
THREADS = 4

_NAMES = {
    "message/rfc822": "message.eml",
    "application/json": "message.json",
    "application/cloudevents+json": "message.json",
    "text/plain": "message.txt",
}


class Unreadable(Exception):
    """The reader can tell why the input is not what its channel sends."""


class Pool(Protocol):
    """Reads the inputs of some channels elsewhere: in processes that may be killed."""

    channels: frozenset[str]

    async def read(self, received: Received) -> Normalised: ...

    async def stop(self) -> None: ...


class Readings:
    """The readers by channel. They run in threads of their own; those of `pool`, in its processes."""

    def __init__(self, readers: Mapping[str, Reader], *, seconds: float = SECONDS, pool: Pool | None = None) -> None:
        self._readers = dict(readers)
        self._pool = pool
        self._seconds = seconds
        self._threads = _threads()

    async def read(self, received: Received) -> Normalised:
        """The message, whatever the input holds. Raises only when the service is stopping."""
        if self._pool is not None and received.channel in self._pool.channels:
            return await self._elsewhere(self._pool, received)
        reader = self._readers.get(received.channel)
        if reader is None:
            return unreadable(received, f"there is no reader for the channel {received.channel!r}")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds):
                return await loop.run_in_executor(self._threads, _read, reader, received)
        except TimeoutError:
            # The thread can't be stopped: it is left behind, so that it does not stand in the way of others.
            self._threads.shutdown(wait=False)
            self._threads = _threads()
            return unreadable(received, f"reading it took longer than {self._seconds:g} seconds")

    async def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._pool is not None:
            await self._pool.stop()

    async def _elsewhere(self, pool: Pool, received: Received) -> Normalised:
        try:
            return await pool.read(received)
        except Unreadable as reason:
            return unreadable(received, str(reason))


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="reader")


def _read(reader: Reader, received: Received) -> Normalised:
    try:
        return reader.read(received)
    except Unreadable as reason:
        return unreadable(received, str(reason))
    except Exception as error:
        return unreadable(received, f"the reader failed with {type(error).__name__}")


def unreadable(received: Received, reason: str) -> Normalised:
    """A message that holds the raw input and says why it is no more than that."""
    kind = received.content_type.partition(";")[0].strip().lower()
    raw = File(
        name=_NAMES.get(kind, "message.bin"),
        content_type=kind or "application/octet-stream",
        content=received.body,
    )
    envelope = received.envelope
    sender = cleaned(str(envelope.get("mail_from") or ""))[:320]
    shown = {name: value for name, value in envelope.items() if name in ("mail_from", "rcpt_to", "peer")}
    text = (
        f"A message that came in by {received.channel} could not be read: {reason}.\nIt is attached as it was received."
    )
    if shown:
        text += f"\n\n{json.dumps(shown, ensure_ascii=False, default=str)}"
    return Normalised(
        sender=Contact(email=sender or None),
        title=f"Unreadable message ({received.channel})",
        text=text,
        attachments=(raw,),
        machine=Machine(kind="bulk", because="nobody answers automatically what could not be read"),
        unreadable=reason,
    )
