"""SIGTERM on a service under load raises no delivery count and loses no message."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aio_pika
import pytest
from pymongo import MongoClient

from deploy.local.addresses import Nodes
from deploy.local.stack import Stack, ports
from deploy.rabbitmq.load import ManagementApi
from shared.envelope import CONTENT_TYPE
from shared.messaging import EVENTS_EXCHANGE
from tests.integration.shared.test_bus import opened

CONFIG = Path(__file__).parents[2] / "config"
MESSAGES = 600


@pytest.fixture
async def stack(nodes: Nodes) -> AsyncIterator[Stack]:
    """A stack of which only routing runs."""
    without_learning = {"routing": {"LEARNING": "false"}}
    name = f"stop-{secrets.token_hex(3)}"
    made = Stack(name=name, nodes=nodes, config_dir=CONFIG, ports=ports(), settings=without_learning)
    api = ManagementApi(nodes.rabbitmq.api_url)
    made.folder.mkdir(parents=True)
    api.load(vhost=made.name, passwords=made.passwords, user_prefix=f"{made.name}.")
    yield made
    for service in list(made.processes):
        await made.stop(service, kill=True)
    made.remove_data()
    shutil.rmtree(made.folder, ignore_errors=True)


async def test_sigterm_under_load_raises_no_delivery_count_and_loses_nothing(stack: Stack, nodes: Nodes) -> None:
    sent = [opened(number) for number in range(MESSAGES)]
    connection = await aio_pika.connect(f"{nodes.rabbitmq.amqp_url}/{stack.name}")
    async with connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(EVENTS_EXCHANGE)
        messages = [
            aio_pika.Message(event.encoded(), content_type=CONTENT_TYPE, delivery_mode=2, message_id=event.id)
            for event in sent
        ]
        await asyncio.gather(*(exchange.publish(message, routing_key="ticket.opened.v1") for message in messages))
        handled = MongoClient(nodes.mongodb_url)[stack.database("routing")].handled  # type: ignore[var-annotated]
        await stack.start("routing")
        while handled.count_documents({}) < 50:
            assert stack.processes["routing"].returncode is None, stack.last_words("routing")
            await asyncio.sleep(0.01)
        assert await stack.stop("routing") == 0

        done = {record["_id"].rpartition(":")[2] for record in handled.find({}, {"_id": 1})}
        queue = await channel.get_queue("routing.tickets")
        left = []
        while (message := await queue.get(fail=False)) is not None:
            await message.ack()
            left.append(message)
        assert left, "it was stopped under load"
        assert not [message for message in left if message.redelivered or message.headers.get("x-delivery-count")]
        waiting = {str(message.message_id) for message in left}
        assert not done & waiting
        assert done | waiting == {event.id for event in sent}
