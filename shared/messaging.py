"""The bus: every delivery is handled, retried later or parked with its reason; none is dropped."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Union

import aio_pika
import structlog
from faststream import AckPolicy
from faststream.rabbit import Channel, ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitMessage, RabbitQueue
from prometheus_client import CollectorRegistry, Counter, Histogram

from shared.envelope import CONTENT_TYPE, MAX_DEPTH, Envelope
from shared.errors import Permanent
from shared.logs import told
from shared.once import Outgoing
from shared.parsing import parse
from shared.tasks import end
from shared.window import Window

EVENTS_EXCHANGE = "kartica.events"
COMMANDS_EXCHANGE = "kartica.commands"
RETRY_SECONDS = (5, 30, 300)
PUBLISH_TIMEOUT = 10.0
MAX_REASON = 500

log = structlog.get_logger()
Handler = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A queue of a service and what comes into it; the topology is made from these."""

    queue: str
    exchange: str
    models: tuple[type[Envelope], ...]

    @property
    def routing_keys(self) -> tuple[str, ...]:
        return tuple(model.type_name() for model in self.models)


async def _undecoded(message: RabbitMessage) -> RabbitMessage:
    return message


class Bus:
    """One service's connection to RabbitMQ."""

    def __init__(self, url: str, *, service: str, registry: CollectorRegistry, prefetch: int = 32) -> None:
        self._service = service
        self._prefetch = prefetch
        # FastStream's defaults are transient messages, one shared channel, no prefetch and silent
        # returns; docs/developer.md lists what is set otherwise here, and why.
        self.broker = RabbitBroker(
            url,
            default_channel=Channel(on_return_raises=True),
            ack_policy=AckPolicy.MANUAL,
            decoder=_undecoded,
            apply_types=False,
            app_id=service,
            graceful_timeout=25.0,
            reconnect_interval=1.0,
            fail_fast=False,
            logger=None,
        )
        self._exchanges = {
            name: RabbitExchange(name, type=kind, durable=True, declare=False)
            for name, kind in (
                (EVENTS_EXCHANGE, ExchangeType.TOPIC),
                (f"{service}.local", ExchangeType.DIRECT),
            )
        }
        self.subscriptions: list[Subscription] = []
        self._windows: list[Window] = []
        self._subscribers: list[Any] = []
        self._starting: asyncio.Task[None] | None = None
        self._handled = Counter(
            "kartica_deliveries", "Deliveries by what became of them", ["queue", "type", "outcome"], registry=registry
        )
        self._seconds = Histogram("kartica_handle_seconds", "Time to handle a delivery", ["queue"], registry=registry)
        self._published = Counter("kartica_published", "Events that the broker confirmed", ["type"], registry=registry)

    def subscribe(self, queue: str, exchange: str, handlers: Mapping[type[Any], Handler]) -> None:
        """Has `handlers` called for what comes into `queue`, up to `prefetch` at a time, in no order."""
        subscription = Subscription(queue, exchange, tuple(handlers))
        self.subscriptions.append(subscription)
        by_type: dict[str, tuple[type[Envelope], Handler]] = {
            key: (model, handlers[model]) for key, model in zip(subscription.routing_keys, handlers, strict=True)
        }

        window = Window(self._prefetch)
        self._windows.append(window)

        async def deliver(message: Any) -> None:
            with window:
                await self._deliver(queue, by_type, message, window)

        deliver.__annotations__["message"] = Union[tuple(handlers)]  # noqa: UP007  what AsyncAPI documents
        subscriber = self.broker.subscriber(
            RabbitQueue(queue, queue_type=QueueType.QUORUM, durable=True, declare=False),
            channel=Channel(prefetch_count=self._prefetch, on_return_raises=True),
            no_reply=True,
            title=queue,
        )
        subscriber(deliver)
        self._subscribers.append(subscriber)

    def document(self, events: Sequence[type[Envelope]]) -> None:
        """Names the events that the service publishes, for its AsyncAPI document."""
        for event in events:
            kind = event.type_name()
            self.broker.publisher(
                exchange=self._exchanges[EVENTS_EXCHANGE], routing_key=kind, schema=event, title=kind, persist=True
            )

    def start(self) -> None:
        """Connects in the background, as often as it takes; `alive` tells when it has."""
        self._starting = asyncio.create_task(self._connect())

    async def _connect(self) -> None:
        while True:
            try:
                await self.broker.start()
                log.info("bus.connected")
                return
            except Exception as error:
                log.warning("bus.connect_failed", error=repr(error)[:MAX_REASON])
                await asyncio.sleep(1)

    async def alive(self) -> str | None:
        """None when the broker answers and every consumer has its channel; otherwise what is wrong."""
        if self._starting is None or not self._starting.done():
            return "not connected to RabbitMQ yet"
        if not await self.broker.ping(timeout=1.0):
            return "RabbitMQ does not answer"
        for subscription, subscriber in zip(self.subscriptions, self._subscribers, strict=True):
            queue = subscriber._queue_obj
            if queue is None or queue.channel.is_closed or subscriber._consumer_tag is None:
                return f"no consumer on {subscription.queue}"
        return None

    @property
    def unsettled(self) -> int:
        """How many deliveries are being handled here now."""
        return sum(window.unsettled for window in self._windows)

    async def stop_consuming(self) -> None:
        """Cancels the consumers first, when nothing is on its way to them, and then lets running handlers end.

        FastStream does it the other way round, so that the broker goes on pushing messages that are
        dropped, each with one more delivery counted. Private attributes: pinned and tested.
        """
        if self._starting is not None:
            await end(self._starting)
        await asyncio.gather(*(window.still() for window in self._windows))
        for subscriber, window in zip(self._subscribers, self._windows, strict=True):
            queue, tag = subscriber._queue_obj, subscriber._consumer_tag
            if queue is not None and tag is not None and not queue.channel.is_closed:
                await queue.cancel(tag)
                subscriber._consumer_tag = None
            window.settling.set()
        for subscriber in self._subscribers:
            await subscriber.lock.wait_release(25.0)

    async def close(self) -> None:
        await self.broker.stop()

    async def publish(self, event: Outgoing) -> None:
        """Publishes an event and waits until the broker has it on disk; raises when it is not confirmed."""
        message = aio_pika.Message(
            event.body,
            content_type=CONTENT_TYPE,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=event.id,
            type=event.type,
            correlation_id=event.correlation_id,
            timestamp=event.time,
            app_id=self._service,
        )
        await self._send(message, exchange=EVENTS_EXCHANGE, routing_key=event.type)
        self._published.labels(event.type).inc()

    async def _send(self, message: aio_pika.Message, *, exchange: str, routing_key: str) -> None:
        await self.broker.publish(
            message,
            exchange=self._exchanges[exchange],
            routing_key=routing_key,
            mandatory=True,
            timeout=PUBLISH_TIMEOUT,
        )

    async def _deliver(
        self,
        queue: str,
        handlers: Mapping[str, tuple[type[Envelope], Handler]],
        message: RabbitMessage,
        window: Window,
    ) -> None:
        started = time.perf_counter()
        kind, about = "unknown", {}
        try:
            event = parse(message.body, {key: model for key, (model, _) in handlers.items()})
            kind = event.type
            about = {"id": event.id, "subject": event.subject, "correlationid": event.correlationid}
            if event.depth > MAX_DEPTH:
                outcome = "loop_stopped"
            else:
                await handlers[kind][1](event)
                outcome = "handled"
        except Permanent as error:
            outcome = await self._park(queue, message, str(error))
        except Exception as error:
            outcome = await self._retry(queue, message, error)
        await window.settling.wait()
        if outcome == "requeued":
            await message.nack(requeue=True)
        else:
            await message.ack()
        seconds = time.perf_counter() - started
        self._handled.labels(queue, kind, outcome).inc()
        self._seconds.labels(queue).observe(seconds)
        log.info("delivery", queue=queue, type=kind, outcome=outcome, ms=round(seconds * 1000, 1), **about)

    async def _retry(self, queue: str, message: RabbitMessage, error: Exception) -> str:
        counted = message.headers.get("x-attempt")
        attempt = (counted if isinstance(counted, int) else 0) + 1  # whoever published may have set anything
        reason = told(error)
        log.warning("delivery.failed", queue=queue, attempt=attempt, error=reason[:MAX_REASON], exc_info=error)
        if attempt > len(RETRY_SECONDS):
            return await self._park(queue, message, f"{len(RETRY_SECONDS)} retries, then {reason}")
        headers = {"x-attempt": attempt, "x-reason": reason[:MAX_REASON]}
        return "retry" if await self._copy(message, f"{queue}.retry.{attempt}", headers) else "requeued"

    async def _park(self, queue: str, message: RabbitMessage, reason: str) -> str:
        log.error("delivery.parked", queue=queue, reason=reason[:MAX_REASON], message_id=message.message_id)
        headers = {"x-reason": reason[:MAX_REASON], "x-parked-at": datetime.now(UTC).isoformat(timespec="seconds")}
        return "parked" if await self._copy(message, f"{queue}.dead", headers) else "requeued"

    async def _copy(self, message: RabbitMessage, routing_key: str, headers: Mapping[str, Any]) -> bool:
        raw = message.raw_message
        copy = aio_pika.Message(
            raw.body,
            headers=dict(headers),
            content_type=raw.content_type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=raw.message_id,
            type=raw.type,
            correlation_id=raw.correlation_id,
            timestamp=raw.timestamp,
            app_id=raw.app_id,
        )
        try:
            await self._send(copy, exchange=f"{self._service}.local", routing_key=routing_key)
        except Exception as error:
            # Neither lost nor in a tight loop: back to the queue, whose delivery limit ends it.
            log.error("delivery.copy_failed", to=routing_key, error=repr(error)[:MAX_REASON])
            await asyncio.sleep(1)
            return False
        return True
