"""Nothing is lost and nothing is doubled, whichever process dies when: all five services, for real."""

import asyncio
import random
import re
import secrets
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP, SMTPException
from typing import Any

import aio_pika
import httpx
import pytest
from aio_pika.exceptions import AMQPError
from pymongo import MongoClient

from deploy import dead
from deploy.local.nodes import PrivateNodes, private_nodes
from deploy.local.stack import Stack, ports, running
from deploy.rabbitmq.topology import SERVICES
from shared.commands import MessageSubmit, MessageSubmitData
from shared.envelope import CONTENT_TYPE
from shared.events import Contact
from shared.messaging import COMMANDS_EXCHANGE

MESSAGES = 200
SETTLED_WITHIN = 340.0
"""Seconds; the last of the three retries waits five minutes."""
CONFIG = Path(__file__).parents[2] / "config"
UNREACHABLE = (httpx.TransportError, AMQPError, OSError, SMTPException, TimeoutError)

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("system")]


@pytest.fixture
def private(tmp_path: Path) -> Any:
    with private_nodes(tmp_path / "nodes") as made:
        yield made


@pytest.fixture
async def stack(private: PrivateNodes, tmp_path: Path) -> AsyncIterator[Stack]:
    """All five services, with agents who can carry any number of tickets."""
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    teams = config / "teams.yaml"
    teams.write_text(re.sub(r"capacity: \d+", "capacity: 1000", teams.read_text("utf-8")), "utf-8")
    made = Stack(
        name=f"crash-{secrets.token_hex(3)}",
        nodes=private.nodes,
        config_dir=config,
        ports=ports(),
        # What a killed process held is taken over after a lease; production waits longer.
        settings={
            "notify": {"LEASE_SECONDS": "4", "RELAY_TIMEOUT": "2"},
            "ingest": {"INBOX_LEASE_SECONDS": "4"},
            "routing": {"LEARNING": "false"},  # training the starter model would take a core for a minute
        },
    )
    async with running(made):
        yield made
    shutil.rmtree(made.folder, ignore_errors=True)


class Senders:
    """Customers and systems that repeat what they send until it is accepted, as theirs do."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._system = {"authorization": f"Bearer {stack.token('system', subject='system:test')}"}

    async def send_all(self) -> None:
        ways = (self._by_http, self._by_smtp, self._by_amqp)
        sending = []
        for number in range(MESSAGES):
            sending.append(asyncio.create_task(self._until_accepted(ways[number % len(ways)], number)))
            await asyncio.sleep(0.08)
        await asyncio.gather(*sending)

    async def _until_accepted(self, way: Any, number: int) -> None:
        while True:
            try:
                if await way(number):
                    return
            except UNREACHABLE:
                pass
            except Exception as error:
                if type(error) is not Exception:  # aiormq's, of a connection that ends while a channel is opened
                    raise
            await asyncio.sleep(0.3)

    async def _by_http(self, number: int) -> bool:
        body = {"sender": {"email": f"customer{number}@example.org"}, "text": f"My lamp number {number} flickers."}
        headers = {**self._system, "idempotency-key": f"http-{number}"}
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.post(f"{self._stack.url('ingest')}/messages", json=body, headers=headers)
        return answer.is_success

    async def _by_smtp(self, number: int) -> bool:
        mail = EmailMessage()
        mail["From"] = f"customer{number}@example.org"
        mail["To"] = "support@svetilka.example"
        mail["Subject"] = f"Invoice {number}"
        mail["Message-ID"] = f"<{number}@example.org>"
        mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0100"
        mail.set_content(f"Please send me invoice {number} again.")

        def send() -> None:
            with SMTP("127.0.0.1", self._stack.ports["smtp"], timeout=5) as smtp:
                smtp.send_message(mail)

        await asyncio.to_thread(send)
        return True

    async def _by_amqp(self, number: int) -> bool:
        data = MessageSubmitData(sender=Contact(email=f"customer{number}@example.org"), text=f"Question {number}?")
        command = MessageSubmit.asked(key=f"amqp-{number}", source="test", time=datetime.now(UTC), data=data)
        message = aio_pika.Message(
            command.encoded(), content_type=CONTENT_TYPE, delivery_mode=2, message_id=command.id, type=command.type
        )
        connection = await aio_pika.connect(self._stack.amqp_url("integrator"), timeout=5)
        async with connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            exchange = await channel.get_exchange(COMMANDS_EXCHANGE)
            await exchange.publish(message, routing_key=command.type, timeout=5)
        return True


async def kill_at_random(stack: Stack, private: PrivateNodes, chance: random.Random) -> None:
    """Every service dies twice, in any order; the broker dies once, between them."""
    victims = [*SERVICES * 2, "broker"]
    chance.shuffle(victims)
    for victim in victims:
        await asyncio.sleep(chance.uniform(0.4, 1.6))
        if victim == "broker":
            await asyncio.to_thread(private.kill_broker)
        else:
            await stack.stop(victim, kill=True)
            await asyncio.sleep(chance.uniform(0, 0.4))
            await stack.start(victim)
    await stack.ready()


class Books:
    """What the services have written down, read from their databases."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._client: Any = MongoClient(stack.nodes.mongodb_url, tz_aware=True)

    def of(self, service: str) -> Any:
        return self._client[self._stack.database(service)]

    def settled(self) -> bool:
        """Whether every ticket has gone all the way, and nothing waits anywhere."""
        rows = self.of("reporting").tickets
        complete = {
            "clocks.first_response": {"$exists": True},
            "agent": {"$ne": None},
            "notifications.1": {"$exists": True},
        }
        unsent = sum(self.of(service).handled.count_documents({"unsent": {"$exists": True}}) for service in SERVICES)
        return rows.count_documents(complete) == MESSAGES and unsent == 0


async def parked(stack: Stack) -> dict[str, int]:
    """The dead queues that are not empty."""
    async with await aio_pika.connect(stack.amqp_url("operator")) as connection:
        counts = await dead.counts(await connection.channel())
    return {queue: count for queue, count in counts.items() if count}


async def test_200_messages_survive_the_death_of_every_process(stack: Stack, private: PrivateNodes) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # shown when the test fails
    sending = asyncio.create_task(Senders(stack).send_all())
    await kill_at_random(stack, private, random.Random(seed))
    await sending
    books = Books(stack)
    deadline = asyncio.get_running_loop().time() + SETTLED_WITHIN
    while not await asyncio.to_thread(books.settled):
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.5)

    inputs = list(books.of("ingest").inputs.find())
    assert Counter(item["state"] for item in inputs) == {"opened": MESSAGES}, "the ledger adds up"
    tickets = {ticket["_id"] for ticket in books.of("ingest").tickets.find()}
    assert len(tickets) == MESSAGES
    assert {item["ticket"] for item in inputs} == tickets
    assert books.of("ingest").messages.count_documents({}) == MESSAGES

    events = list(books.of("reporting").events.find({}, {"type": 1, "subject": 1, "body.data": 1}))
    by_type = Counter(event["type"] for event in events)
    once_a_ticket = ("ticket.opened.v1", "ticket.classified.v1", "ticket.assigned.v1")
    assert {kind: by_type[kind] for kind in once_a_ticket} == dict.fromkeys(once_a_ticket, MESSAGES)
    assert by_type["notification.sent.v1"] == 2 * MESSAGES, "an acknowledgement and an assignment a ticket"

    rows = list(books.of("reporting").tickets.find())
    assert {row["_id"] for row in rows} == tickets
    assert all(row["team"] and row["agent"] and row["category"] for row in rows)
    assert all({"first_response", "resolution"} <= set(row["clocks"]) for row in rows)
    assert await parked(stack) == {}
