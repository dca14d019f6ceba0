"""An operator lists, shows, redrives and drops what was parked, with the rights of an operator only."""

from collections.abc import AsyncIterator

import aio_pika
import aiormq.exceptions
import pytest
from aio_pika.abc import AbstractChannel

from deploy import dead
from shared.events import TicketAssigned
from tests.integration.shared.test_bus import opened
from tests.site import Site

QUEUE = "routing.tickets"


@pytest.fixture
async def operator(site: Site) -> AsyncIterator[AbstractChannel]:
    connection = await aio_pika.connect(site.deployment.amqp_url("operator"))
    async with connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


async def parked(site: Site, operator: AbstractChannel, count: int) -> None:
    async def there() -> bool:
        return (await dead.counts(operator))[QUEUE] == count

    await site.eventually(there, what=f"{count} parked")


async def test_what_is_parked_is_shown_with_its_reason_and_stays(
    site: Site, operator: AbstractChannel, capsys: pytest.CaptureFixture[str]
) -> None:
    await site.start("routing")
    await site.publish_raw(b"{broken", routing_key="ticket.opened.v1", message_id="m-1")
    await parked(site, operator, 1)
    for _ in range(3):
        connection = await aio_pika.connect(site.deployment.amqp_url("operator"))
        async with connection:
            await dead.show(await connection.channel(), QUEUE)
        await parked(site, operator, 1)
    shown = capsys.readouterr().out
    assert shown.count("m-1  None") == 3
    assert "reason: not JSON" in shown
    assert "{broken" in shown


async def test_what_is_redriven_is_handled_as_if_it_came_for_the_first_time(
    site: Site, operator: AbstractChannel
) -> None:
    event = opened("redriven")
    local = await operator.get_exchange("routing.local", ensure=False)
    for key in (event.id, "another"):
        message = aio_pika.Message(event.encoded(), message_id=key, headers={"x-reason": "a fault that was mended"})
        await local.publish(message, routing_key=f"{QUEUE}.dead")
    await site.start("routing")
    await parked(site, operator, 2)
    assert await dead.redrive(operator, QUEUE, event.id) == 1
    assert len(await site.events(TicketAssigned, subject=event.subject)) == 1


async def test_redriving_everything_twice_changes_nothing(site: Site, operator: AbstractChannel) -> None:
    event = opened("twice")
    await site.start("routing")
    local = await operator.get_exchange("routing.local", ensure=False)
    for _ in range(2):
        await local.publish(aio_pika.Message(event.encoded(), message_id=event.id), routing_key=f"{QUEUE}.dead")
    await parked(site, operator, 2)
    assert await dead.redrive(operator, QUEUE, None) == 2
    await site.settled(QUEUE)
    assert len(await site.events(TicketAssigned, subject=event.subject)) == 1


async def test_what_is_dropped_is_gone_and_the_rest_stays(site: Site, operator: AbstractChannel) -> None:
    local = await operator.get_exchange("routing.local", ensure=False)
    for key in ("one", "two"):
        await local.publish(aio_pika.Message(b"{}", message_id=key), routing_key=f"{QUEUE}.dead")
    await parked(site, operator, 2)
    connection = await aio_pika.connect(site.deployment.amqp_url("operator"))
    async with connection:
        assert await dead.drop(await connection.channel(), QUEUE, "one") == 1
    await parked(site, operator, 1)


async def test_an_operator_may_not_publish_events(operator: AbstractChannel) -> None:
    exchange = await operator.get_exchange("kartica.events", ensure=False)
    with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
        await exchange.publish(aio_pika.Message(opened().encoded()), routing_key="ticket.opened.v1")
