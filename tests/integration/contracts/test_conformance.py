"""The conformance test tells a consumer that holds from one that does not."""

import asyncio
import json

import aio_pika

from contracts import conformance
from shared.commands import MessageSubmit, MessageSubmitData
from shared.events import Contact
from tests.integration.shared.test_bus import NOW
from tests.site import Site

QUEUE = "integrator.orders"


class Consumer:
    """Another system's consumer, with the rights of the user integrator."""

    def __init__(self, *, careful: bool) -> None:
        self._careful = careful
        self.effects: list[str] = []

    async def start(self, url: str) -> aio_pika.abc.AbstractConnection:
        self._connection = await aio_pika.connect(url)
        channel = await self._connection.channel()
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind("kartica.events", "ticket.*.v1")
        self._tag = await queue.consume(self._take)
        self._queue = queue
        return self._connection

    async def _take(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        event = json.loads(message.body)
        if not self._careful and "added_later" in event["data"]:
            self._dying = asyncio.create_task(self._connection.close())  # of what it does not know
            return
        if event["id"] not in self.effects:
            self.effects.append(event["id"])
        await message.ack()


async def test_a_consumer_that_holds_passes_and_sees_each_event_once(site: Site) -> None:
    url = site.deployment.amqp_url("integrator")
    consumer = Consumer(careful=True)
    async with await consumer.start(url):
        assert await conformance.run(url=url, queue=QUEUE, seed=7) == []
        assert sorted(consumer.effects) == sorted({event["id"] for event in conformance.messages(seed=7)})


async def test_a_consumer_that_dies_of_an_unknown_field_is_found(site: Site) -> None:
    url = site.deployment.amqp_url("integrator")
    async with await Consumer(careful=False).start(url):
        wrong = await conformance.run(url=url, queue=QUEUE, seed=7)
    assert "went away" in wrong[0]


async def test_without_a_consumer_it_says_so(site: Site) -> None:
    url = site.deployment.amqp_url("integrator")
    async with await aio_pika.connect(url) as connection:
        await (await connection.channel()).declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    assert "nobody consumes" in (await conformance.run(url=url, queue=QUEUE, seed=7))[0]


async def test_the_example_command_of_the_integrators_page_holds() -> None:
    page = (conformance.FOLDER.parent / "docs" / "integrator.md").read_text("utf-8")
    example = page.partition("```json\n")[2].partition("```")[0]
    command = MessageSubmit.model_validate_json(example)
    assert command.data == MessageSubmitData(
        account="webshop",
        sender=Contact(email="petra.horvat@example.com", name="Petra"),
        title="Order 7781",
        text="My order is three weeks late.",
        fields={"order": "7781"},
    )
    assert command.time == NOW.replace(hour=9)


async def test_a_consumer_that_dies_of_the_last_message_is_found(site: Site) -> None:
    url = site.deployment.amqp_url("integrator")
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.purge()
        waiting = len(conformance.messages(seed=7))

        async def take(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            nonlocal waiting
            waiting -= 1
            if not waiting:  # all are on their way to it, none is acknowledged
                await channel.close()

        await queue.consume(take)
        wrong = await conformance.run(url=url, queue=QUEUE, seed=7)
    assert "went away" in wrong[0]
