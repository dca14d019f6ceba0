"""The consumer on the integrator's page works as it stands there."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aio_pika

from contracts import conformance
from contracts.samples import one_of_each
from shared.events import TicketOpened
from tests.site import Site

PAGE = Path(__file__).parents[3] / "docs" / "integrator.md"
QUEUE = "integrator.orders"
PATIENCE = 20.0


@asynccontextmanager
async def example(site: Site) -> AsyncIterator[asyncio.subprocess.Process]:
    """The page's Python program as a process with the rights of the user integrator; ended afterwards."""
    program = PAGE.read_text("utf-8").partition("```python\n")[2].partition("```")[0]
    await remove(site)  # an earlier test may have left it, with messages in it
    environment = {**os.environ, "AMQP_URL": site.deployment.amqp_url("integrator"), "PYTHONUNBUFFERED": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        await site.eventually(lambda: consumed(site), timeout=PATIENCE, what="a consumer of the example's queue")
        yield process
    finally:
        process.terminate()
        await process.wait()
        await remove(site)


async def consumed(site: Site) -> bool:
    async with await aio_pika.connect(site.deployment.amqp_url("integrator")) as connection:
        try:
            queue = await (await connection.channel()).declare_queue(QUEUE, passive=True)
        except aio_pika.exceptions.ChannelNotFoundEntity:
            return False
        return bool(queue.declaration_result.consumer_count)


async def remove(site: Site) -> None:
    async with await aio_pika.connect(site.deployment.amqp_url("integrator")) as connection:
        await (await connection.channel()).queue_delete(QUEUE)


async def test_the_python_example_prints_each_event_once_and_holds(site: Site) -> None:
    opened = next(event for event in one_of_each() if isinstance(event, TicketOpened))
    async with example(site) as process:
        assert process.stdout is not None
        await site.publish(opened)
        await site.publish(opened)
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        assert line.split()[1:] == [opened.type, opened.subject, opened.data.number]
        url = site.deployment.amqp_url("integrator")
        assert await conformance.run(url=url, queue=QUEUE, seed=3) == []
        ids = {event["id"] for event in conformance.messages(seed=3)} - {opened.id}
        for _ in ids:
            assert await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    assert await process.stdout.read() == b"", "a repeat has the same id, and is not printed again"
