"""Parked messages: list, show, redrive, drop.

    python -m deploy.dead                      every dead queue and how many messages it holds
    python -m deploy.dead show QUEUE           what is parked, with the reason
    python -m deploy.dead redrive QUEUE [ID]   back to the work queue: all, or the one message
    python -m deploy.dead drop QUEUE ID        deletes one message for good

QUEUE is the work queue, for example routing.tickets. Connects with KARTICA_OPERATOR_URL (amqp://operator:...), or
to what `make up` runs here.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from deploy.local.machine import LOCAL
from deploy.rabbitmq.topology import QUEUES

STACK = LOCAL / "up" / "stack.json"


def dead_queue(queue: str) -> str:
    """The name of the queue in which what failed in `queue` is parked."""
    return f"{queue}.dead"


async def counts(channel: AbstractChannel) -> dict[str, int]:
    """How many messages each dead queue holds."""
    found = {}
    for queue in QUEUES:
        declared = await channel.declare_queue(dead_queue(queue), passive=True)
        found[queue] = declared.declaration_result.message_count or 0
    return found


async def taken(channel: AbstractChannel, queue: str) -> AsyncIterator[AbstractIncomingMessage]:
    """Everything that is parked from `queue` now; what is not acknowledged goes back when the channel closes."""
    source = await channel.get_queue(dead_queue(queue))
    while (message := await source.get(fail=False)) is not None:
        yield message


def reason(message: AbstractIncomingMessage) -> str:
    """Why it was parked: our own reason, or the broker's (for example delivery_limit)."""
    given = message.headers.get("x-reason") or message.headers.get("x-first-death-reason")
    return str(given or "unknown")


async def redrive(channel: AbstractChannel, queue: str, message_id: str | None) -> int:
    """Puts messages back into their work queue, as new as at first; how many."""
    local = await channel.get_exchange(f"{queue.partition('.')[0]}.local", ensure=False)
    moved = 0
    async for message in taken(channel, queue):
        if message_id is not None and message.message_id != message_id:
            continue
        copy = aio_pika.Message(
            message.body,
            content_type=message.content_type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=message.message_id,
            type=message.type,
            correlation_id=message.correlation_id,
            timestamp=message.timestamp,
            app_id=message.app_id,
        )
        await local.publish(copy, routing_key=queue, timeout=10)
        await message.ack()
        moved += 1
    return moved


async def drop(channel: AbstractChannel, queue: str, message_id: str) -> int:
    """Deletes the messages with this id; how many."""
    dropped = 0
    async for message in taken(channel, queue):
        if message.message_id == message_id:
            await message.ack()
            dropped += 1
    return dropped


async def show(channel: AbstractChannel, queue: str) -> None:
    async for message in taken(channel, queue):
        parked_at = message.headers.get("x-parked-at", "by the broker")
        print(f"{message.message_id}  {message.type}  {parked_at!s}\n  reason: {reason(message)}")
        print(f"  body: {message.body.decode(errors='replace')}\n")


@asynccontextmanager
async def connected() -> AsyncIterator[AbstractChannel]:
    url = os.environ.get("KARTICA_OPERATOR_URL") or _url_of_stack()
    async with await aio_pika.connect(url, timeout=10) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


def _url_of_stack() -> str:
    if not STACK.exists():
        sys.exit("Set KARTICA_OPERATOR_URL (amqp://operator:PASSWORD@HOST:5672/kartica), or run `make up` first.")
    url: str = json.loads(STACK.read_text())["operator_url"]
    return url


async def run(given: argparse.Namespace) -> int:
    async with connected() as channel:
        if given.action == "list":
            for queue, count in (await counts(channel)).items():
                print(f"{count:6}  {queue}")
        elif given.action == "show":
            await show(channel, given.queue)
        elif given.action == "redrive":
            print(f"{await redrive(channel, given.queue, given.id)} put back into {given.queue}")
        else:
            dropped = await drop(channel, given.queue, given.id)
            print(f"{dropped} dropped")
            return 0 if dropped else 1
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("list")
    for name in ("show", "redrive", "drop"):
        action = actions.add_parser(name)
        action.add_argument("queue", choices=sorted(QUEUES))
        if name != "show":
            action.add_argument("id", nargs="?" if name == "redrive" else None)
    parser.set_defaults(action="list")
    sys.exit(asyncio.run(run(parser.parse_args())))


if __name__ == "__main__":
    main()
