"""The history stream is followed whatever the broker does to the consumer."""

import asyncio
import secrets
from collections.abc import Sequence

import aio_pika

from shared.history import HISTORY_QUEUE, Entry, History
from shared.messaging import EVENTS_EXCHANGE
from tests.site import Deployment, Site


async def test_a_consumer_that_the_broker_cancels_begins_again(site: Site) -> None:
    deployment = Deployment(site.deployment.nodes, name=f"kartica-stream-{secrets.token_hex(3)}")
    await asyncio.to_thread(deployment.create)
    seen: list[bytes] = []

    async def first() -> int:
        return 0

    async def keep(entries: Sequence[Entry]) -> None:
        seen.extend(entry.body for entry in entries)

    history = History(deployment.amqp_url("reporting"), name="reporting.history")
    following = asyncio.create_task(history.follow(first, keep))
    connection = await aio_pika.connect(deployment.admin_url)
    try:
        await site.eventually(lambda: _is(history.connected))
        channel = await connection.channel()
        await channel.queue_delete(HISTORY_QUEUE)
        await asyncio.to_thread(deployment.create)
        events = await channel.get_exchange(EVENTS_EXCHANGE)
        await events.publish(aio_pika.Message(b"after"), routing_key="ticket.opened.v1")
        await site.eventually(lambda: _is(b"after" in seen), what="the entry of the new stream")
    finally:
        following.cancel()
        await connection.close()
        await asyncio.to_thread(deployment.remove)


async def test_a_stream_that_lost_its_end_is_read_from_before_the_offset(site: Site) -> None:
    deployment = Deployment(site.deployment.nodes, name=f"kartica-stream-{secrets.token_hex(3)}")
    await asyncio.to_thread(deployment.create)
    seen: list[Entry] = []
    bodies = [b"one", b"two", b"three"]

    async def beyond_the_end() -> int:
        return 10  # as stored before the crash that cost the stream its end

    async def keep(entries: Sequence[Entry]) -> None:
        seen.extend(entries)

    history = History(deployment.amqp_url("reporting"), name="reporting.history")
    connection = await aio_pika.connect(deployment.admin_url)
    following = None
    try:
        events = await (await connection.channel()).get_exchange(EVENTS_EXCHANGE)
        for body in bodies:
            await events.publish(aio_pika.Message(body), routing_key="ticket.opened.v1")
        following = asyncio.create_task(history.follow(beyond_the_end, keep))
        await site.eventually(lambda: _is([entry.body for entry in seen] == bodies))
        await events.publish(aio_pika.Message(b"four"), routing_key="ticket.opened.v1")
        await site.eventually(lambda: _is([entry.body for entry in seen] == [*bodies, b"four"]))
    finally:
        if following is not None:
            following.cancel()
        await connection.close()
        await asyncio.to_thread(deployment.remove)


async def _is(value: bool) -> bool:
    return value
