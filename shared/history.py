"""Reads the stream `kartica.history` in batches, from any offset: live and rebuild are one path."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from shared.logs import told

HISTORY_QUEUE = "kartica.history"
BATCH = 500
MARGIN = 5_000
"""Entries that are read again after every connection: see `History`."""
ANOTHER_STREAM = 2 * MARGIN
LAST_WITHIN = 2.0
ENDED = "the broker closed the channel or cancelled the consumer"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the stream as it was published, with its place."""

    offset: int
    body: bytes


class History:
    """A consumer of the stream. The reader keeps the offset; nothing is ever removed from the stream.

    Except by a crash: RabbitMQ does not flush a stream to disk before it confirms, so a node that dies can
    come back with a shorter one, and gives the offsets that are free again to other events. So after every
    connection what lies `MARGIN` before the offset is read once more, and the reader knows events by
    their ids. A stream that ends far before the offset is another one, and is read from its beginning.
    """

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
        is asked anew. Entries may be handed over again, then with the offsets of before.
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
            start = await self._start(connection, offset)
            channel = await connection.channel(publisher_confirms=False)
            await channel.set_qos(prefetch_count=2 * BATCH)
            queue = await channel.get_queue(HISTORY_QUEUE)
            waiting: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
            channel.close_callbacks.add(lambda *_: waiting.put_nowait(None))
            # The broker cancels a consumer whose replica of the stream goes away; the channel stays open.
            underlay = await channel.get_underlay_channel()
            underlay.on_consumer_cancel_callbacks.add(lambda _: waiting.put_nowait(None))
            await queue.consume(waiting.put, arguments={"x-stream-offset": start})
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
                await on_batch([Entry(_offset(message), message.body) for message in batch])
                await batch[-1].ack(multiple=True)

    async def _start(self, connection: AbstractConnection, offset: int) -> int:
        """From where to read so that nothing is passed over, whatever became of the stream meanwhile."""
        if offset == 0:
            return 0
        last = await self._last(connection)
        if last is None or offset - last > ANOTHER_STREAM:
            log.warning("history.another_stream", offset=offset, ends_near=last)
            return 0
        return max(0, min(offset, last) - MARGIN)

    async def _last(self, connection: AbstractConnection) -> int | None:
        """The first offset of the stream's last chunk, or None when it is empty."""
        channel = await connection.channel(publisher_confirms=False)
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def look(message: AbstractIncomingMessage) -> None:
            if not found.done():
                found.set_result(_offset(message))

        try:
            await channel.set_qos(prefetch_count=1)
            queue = await channel.get_queue(HISTORY_QUEUE)
            await queue.consume(look, arguments={"x-stream-offset": "last"})
            return await asyncio.wait_for(found, LAST_WITHIN)
        except TimeoutError:
            return None
        finally:
            await channel.close()


def _offset(message: AbstractIncomingMessage) -> int:
    return int(str(message.headers["x-stream-offset"]))
