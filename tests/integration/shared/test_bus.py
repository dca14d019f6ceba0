"""Every delivery is handled, retried or parked with its reason; a stopping service loses and counts nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import aiormq.exceptions
import pytest

from shared.change import Change
from shared.envelope import Envelope
from shared.errors import Permanent, Transient
from shared.events import (
    Contact,
    Message,
    TicketClassified,
    TicketClassifiedData,
    TicketEscalated,
    TicketOpened,
    TicketOpenedData,
    TicketStatusChanged,
)
from shared.ids import derived_id, time_ordered_id
from shared.messaging import EVENTS_EXCHANGE
from shared.once import Outgoing
from shared.service import Service
from shared.settings import Settings
from tests.site import Site

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Handler = Callable[[TicketOpened], Awaitable[None]]


def opened(seed: object = "1") -> TicketOpened:
    ticket = time_ordered_id(NOW, seed)
    message = Message(
        id=ticket, author="customer", channel="email", text="It does not light up.", sent_at=NOW, received_at=NOW
    )
    return TicketOpened(
        id=derived_id("opened", seed),
        source="kartica/ingest",
        subject=ticket,
        time=NOW,
        correlationid=ticket,
        causationid=ticket,
        ticketversion=1,
        data=TicketOpenedData(
            number="K-1000017",
            channel="email",
            mailbox="support@svetilka.example",
            requester=Contact(email="iva@example.org"),
            title="Lamp",
            message=message,
        ),
    )


def classified(cause: Envelope) -> TicketClassified:
    data = TicketClassifiedData(category="general", priority="normal", team="support", by="default", reasons=())
    return TicketClassified.following(cause, 0, time=NOW, ticketversion=1, data=data)


class Probe:
    """A service with one queue, `routing.tickets`, and a handler that the test chooses."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._stack = AsyncExitStack()
        self.handled: list[str] = []

    async def start(self, handler: Handler) -> Service:
        settings = Settings(**self._site.settings("routing"))
        service = Service("routing", settings, publishes=[TicketClassified])

        async def on_opened(event: TicketOpened) -> None:
            await handler(event)
            self.handled.append(event.id)

        async def ignore(event: object) -> None:
            self.handled.append("other")

        service.bus.subscribe(
            "routing.tickets",
            EVENTS_EXCHANGE,
            {TicketOpened: on_opened, TicketStatusChanged: ignore, TicketEscalated: ignore},
        )
        await self._stack.enter_async_context(service.app.router.lifespan_context(service.app))
        await self._site.eventually(lambda: _well(service), what="readiness")
        return service

    async def stop(self) -> None:
        await self._stack.aclose()


async def _well(service: Service) -> bool:
    return await service.bus.alive() is None


async def _no_consumer(service: Service) -> bool:
    return await service.bus.alive() == "no consumer on routing.tickets"


@pytest.fixture
async def probe(site: Site):
    made = Probe(site)
    yield made
    await made.stop()


async def nothing(_: TicketOpened) -> None:
    return None


async def test_a_bad_message_is_parked_with_its_reason_and_the_next_one_is_handled(site: Site, probe: Probe) -> None:
    await probe.start(nothing)
    good = opened()
    key = "ticket.opened.v1"
    bad = {
        b"{not json": "not JSON",
        b'"text"': "not a JSON object but str",
        b'{"type": "ticket.opened.v9"}': 'unknown type "ticket.opened.v9"',
        good.encoded().replace(b"ticket.opened.v1", b"ticket.vanished.v1"): "unknown type",
        good.encoded().replace(b'"number":"K-1000017",', b""): "data.number: Field required",
        good.encoded().replace(b'"id":"' + good.id.encode(), b'"id":"nonsense'): "id: String should match pattern",
    }
    for body in bad:
        await site.publish_raw(body, routing_key=key)
    await site.publish(good)
    parked = await site.dead("routing.tickets", count=len(bad))
    assert {body for _, body in parked} == set(bad)
    for reason, body in parked:
        assert bad[body] in reason
    await site.eventually(lambda: _is(probe.handled == [good.id]))


async def test_a_permanent_failure_is_parked_at_once(site: Site, probe: Probe) -> None:
    async def refuse(_: TicketOpened) -> None:
        raise Permanent("no such thing")

    await probe.start(refuse)
    await site.publish(opened())
    assert [reason for reason, _ in await site.dead("routing.tickets")] == ["no such thing"]


async def test_a_transient_failure_comes_back_after_a_while(site: Site, probe: Probe) -> None:
    failures = [Transient("not now")]

    async def fail_once(_: TicketOpened) -> None:
        if failures:
            raise failures.pop()

    await probe.start(fail_once)
    event = opened()
    await site.publish(event)
    await site.eventually(lambda: _is(probe.handled == [event.id]), timeout=20)


async def test_a_count_of_attempts_that_is_none_does_not_keep_a_failure_from_coming_back(
    site: Site, probe: Probe
) -> None:
    failures = [Transient("not now")]

    async def fail_once(_: TicketOpened) -> None:
        if failures:
            raise failures.pop()

    await probe.start(fail_once)
    event = opened()
    await site.publish_raw(event.encoded(), routing_key=event.type, headers={"x-attempt": "many"})
    await site.eventually(lambda: _is(probe.handled == [event.id]), timeout=20)


async def test_a_chain_of_causes_that_is_too_long_ends(site: Site, probe: Probe) -> None:
    await probe.start(nothing)
    await site.publish(opened("deep").model_copy(update={"depth": 9}))
    event = opened("shallow")
    await site.publish(event)
    await site.eventually(lambda: _is(probe.handled == [event.id]))


async def test_stopping_under_load_counts_no_delivery_and_loses_none(site: Site, probe: Probe) -> None:
    gate = asyncio.Event()

    async def busy(_: TicketOpened) -> None:
        if len(probe.handled) > 20:
            await gate.wait()

    service = await probe.start(busy)
    sent = [opened(number) for number in range(200)]
    await asyncio.gather(*(site.publish(event) for event in sent))
    await site.eventually(lambda: _is(len(probe.handled) > 20))
    stopping = asyncio.create_task(probe.stop())
    await site.eventually(lambda: _no_consumer(service))
    gate.set()
    await stopping
    first = set(probe.handled)
    assert 0 < len(first) < 200
    left = await site.take("routing.tickets")
    assert all(message.headers.get("x-delivery-count") in (None, 0) for message in left)
    assert not any(message.redelivered for message in left)
    assert first | {str(message.message_id) for message in left} == {event.id for event in sent}
    assert not first & {str(message.message_id) for message in left}


async def test_the_broker_refuses_an_event_that_the_service_does_not_own(site: Site, probe: Probe) -> None:
    service = await probe.start(nothing)
    with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
        await service.bus.publish(Outgoing.of(opened()))

    async def own_event_is_taken() -> bool:
        try:
            await service.bus.publish(Outgoing.of(classified(opened())))
        except aiormq.exceptions.ChannelInvalidStateError:  # the refusal closed the channel; it opens again
            return False
        return True

    await site.eventually(own_event_is_taken)
    await site.events(TicketClassified)


async def test_what_is_published_carries_what_tools_look_at(site: Site, probe: Probe) -> None:
    service = await probe.start(nothing)
    event = classified(opened())
    queue = await site.own_queue("ticket.classified.v1")
    await service.bus.publish(Outgoing.of(event))
    message = await queue.get(timeout=5)
    assert message is not None
    assert (message.message_id, message.type, message.app_id) == (event.id, event.type, "routing")
    assert (message.correlation_id, message.timestamp) == (event.correlationid, event.time)
    assert message.delivery_mode == 2
    assert message.content_type == "application/cloudevents+json"
    assert TicketClassified.model_validate_json(message.body) == event


async def test_a_cause_has_its_effect_once_however_often_it_comes(site: Site, probe: Probe) -> None:
    async def decide() -> Change:
        return Change(events=(classified(event),), answer={"team": "support"})

    service: Service

    async def handle(cause: TicketOpened) -> None:
        await service.once.handle(f"routing.opened:{cause.id}", cause.subject, decide)

    service = await probe.start(handle)
    event = opened()
    for _ in range(5):
        await site.publish(event)
    await site.eventually(lambda: _is(len(probe.handled) == 5))
    assert len(await site.events(TicketClassified, subject=event.subject)) == 1


async def _is(value: bool) -> bool:
    return value
