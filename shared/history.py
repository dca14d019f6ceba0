"""Reads the stream `kartica.history` in batches, from any offset: live and rebuild are one path."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import aio_pika
import structlog
from aio_pika.abc import AbstractIncomingMessage

from shared.logs import told

HISTORY_QUEUE = "kartica.history"
BATCH = 500
ENDED = "the broker closed the channel or cancelled the consumer"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the stream as it was published, with its place."""

    offset: int
    body: bytes


class History:
    """A consumer of the stream. The reader keeps the offset; nothing is ever removed from the stream."""

    def __init__(self, url: str, *, name: str) -> None:
        self._url = url
        self._name = name
        self.connected = False

    async def follow(
        self,
        next_offset: Callable[[], Awaitable[int]],
        on_batch: Callable[[Sequence[Entry]], Awaitable[None]],
    ) -> None:
        """Hands over everything from `next_offset()` on, in order and in batches, until cancelled.

        When `on_batch` raises, or the connection is lost, it starts again from `next_offset()`, which
        is asked anew: a batch that was stored is not handed over twice, one that was not is.
        """
        while True:
            try:
                await self._follow(await next_offset(), on_batch)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("history.interrupted", error=told(error))
            self.connected = False
            await asyncio.sleep(1)

    async def _follow(self, offset: int, on_batch: Callable[[Sequence[Entry]], Awaitable[None]]) -> None:
        # A plain connection: a robust one would reconnect with the first offset and replay everything.
        connection = await aio_pika.connect(
            self._url, client_properties={"connection_name": self._name}, timeout=10, heartbeat=30
        )
        async with connection:
            channel = await connection.channel(publisher_confirms=False)
            await channel.set_qos(prefetch_count=2 * BATCH)
            queue = await channel.get_queue(HISTORY_QUEUE)
            waiting: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
            channel.close_callbacks.add(lambda *_: waiting.put_nowait(None))
            # The broker cancels a consumer whose replica of the stream goes away; the channel stays open.
            underlay = await channel.get_underlay_channel()
            underlay.on_consumer_cancel_callbacks.add(lambda _: waiting.put_nowait(None))
            await queue.consume(waiting.put, arguments={"x-stream-offset": offset})
            self.connected = True
            while True:
                first = await waiting.get()
                if first is None:
                    raise ConnectionError(ENDED)
                batch = [first]
                with suppress(asyncio.QueueEmpty):
                    while len(batch) < BATCH:
                        following = waiting.get_nowait()
                        if following is None:
                            raise ConnectionError(ENDED)
                        batch.append(following)
                entries = [Entry(_offset(message), message.body) for message in batch]
                # The broker may start at the beginning of a chunk, which lies before the offset.
                fresh = [entry for entry in entries if entry.offset >= offset]
                if fresh:
                    await on_batch(fresh)
                    offset = fresh[-1].offset + 1
                await batch[-1].ack(multiple=True)


def _offset(message: AbstractIncomingMessage) -> int:
    return int(str(message.headers["x-stream-offset"]))
