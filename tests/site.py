"""A deployment to test against: services in this process, a tap on the bus, and conditions to wait for."""

import asyncio
import importlib
import secrets
import shutil
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError

import aio_pika
import httpx
from fastapi import FastAPI
from pydantic_core import from_json
from pymongo import MongoClient

from deploy.local.addresses import Nodes
from deploy.rabbitmq.load import ManagementApi
from deploy.rabbitmq.topology import QUEUES, SERVICES
from shared import auth
from shared.envelope import CONTENT_TYPE, Command, Envelope, Event
from shared.events import EVENTS
from shared.messaging import COMMANDS_EXCHANGE, EVENTS_EXCHANGE, RETRY_SECONDS
from shared.mongo import Database, Mongo
from shared.reply_token import ReplyTokens
from shared.service import Service

USERS = (*SERVICES, "integrator", "operator")
QUIET_LOOKS = 8
"""Looks in a row, 20 ms apart."""
E = TypeVar("E", bound=Event)


class Deployment:
    """A virtual host with users, and a prefix for databases."""

    def __init__(self, nodes: Nodes, *, name: str) -> None:
        self.nodes = nodes
        self.name = name
        self.passwords = {user: secrets.token_hex(8) for user in USERS}
        self.api = ManagementApi(nodes.rabbitmq.api_url)

    def create(self) -> None:
        self.api.load(vhost=self.name, passwords=self.passwords, user_prefix=f"{self.name}.")

    def remove(self) -> None:
        for attempt in range(5):
            try:
                self.api.remove(vhost=self.name, user_prefix=f"{self.name}.")
                break
            except HTTPError:  # RabbitMQ answers 500 while queues of the virtual host are still being stopped
                if attempt == 4:
                    raise
                time.sleep(0.5)
        client: Any = MongoClient(self.nodes.mongodb_url)
        for database in client.list_database_names():
            if database.startswith(self.name):
                client.drop_database(database)
        client.close()

    def amqp_url(self, user: str) -> str:
        """The URL with which `user` (a service, integrator or operator) connects."""
        host = self.nodes.rabbitmq.amqp_url.rpartition("@")[2]
        return f"amqp://{self.name}.{user}:{self.passwords[user]}@{host}/{self.name}"

    @property
    def admin_url(self) -> str:
        return f"{self.nodes.rabbitmq.amqp_url}/{self.name}"


@dataclass(slots=True)
class Running:
    """A service that runs in this process; `client` talks to it as HTTP would."""

    app: FastAPI
    client: httpx.AsyncClient
    service: Service
    stop: Callable[[], Awaitable[None]]


class Site:
    """One organisation: empty databases, empty queues, a copy of config/ that a test may change."""

    def __init__(self, deployment: Deployment, *, folder: Path, config: Path) -> None:
        self.deployment = deployment
        self._names: set[str] = set()
        self.jwt_key = secrets.token_hex(32)
        self.reply_keys = f"a:{secrets.token_hex(16)}"
        self.reply_tokens = ReplyTokens.parse(self.reply_keys)
        self.config_dir = folder / "config"
        shutil.copytree(config, self.config_dir)
        self.seen: list[Event] = []
        self._stack = AsyncExitStack()
        self._running: list[Running] = []
        self._databases: dict[str, Mongo] = {}

    async def open(self) -> None:
        self._connection = await aio_pika.connect(self.deployment.admin_url)
        self._stack.push_async_callback(self._connection.close)
        self._channel = await self._connection.channel()
        await self._empty_queues()
        self._events = await self._channel.get_exchange(EVENTS_EXCHANGE)
        self._commands = await self._channel.get_exchange(COMMANDS_EXCHANGE)
        tap = await self._channel.declare_queue(exclusive=True)
        await tap.bind(self._events, "#")
        await tap.consume(self._tapped, no_ack=True)

    async def close(self) -> None:
        await self._stack.aclose()
        await asyncio.gather(*(self._emptied(name) for name in self._names))
        for mongo in self._databases.values():
            await mongo.close()

    async def start(self, name: str, **overrides: Any) -> Running:
        """Runs a service of this site until the test ends, or until `stop()`."""
        settings_type = importlib.import_module(f"services.{name}.settings").Settings
        create_app = importlib.import_module(f"services.{name}.app").create_app
        app: FastAPI = create_app(settings_type(**{**self.settings(name), **overrides}))
        service: Service = app.state.service
        stack = AsyncExitStack()
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://kartica.test"))
        await self._stack.enter_async_context(stack)
        running = Running(app=app, client=client, service=service, stop=stack.aclose)
        self._running.append(running)
        await self.eventually(lambda: _is_none(service.bus.alive()), timeout=20)
        return running

    def settings(self, name: str) -> dict[str, Any]:
        """What every service is given; fields that a service does not have are ignored by it."""
        return {
            "amqp_url": self.deployment.amqp_url(name),
            "mongo_url": self.deployment.nodes.mongodb_url,
            "database": self.database_name(name),
            "http_port": 0,
            "config_dir": self.config_dir,
            "jwt_key": self.jwt_key,
            "reply_keys": self.reply_keys,
            "learning": False,  # a test that is about it says so
            "training_nice": 0,
        }

    def database_name(self, name: str) -> str:
        """What the database of a service is called; it is emptied when the test ends."""
        self._names.add(name)
        return f"{self.deployment.name}-{name}"

    def database(self, name: str) -> Database:
        """The database of a service, to look at what it stored."""
        if name not in self._databases:
            self._databases[name] = Mongo(self.deployment.nodes.mongodb_url, database=self.database_name(name))
        return self._databases[name].database

    def token(self, *roles: auth.Role, subject: str = "agent:ana") -> str:
        return auth.issue(self.jwt_key, subject=subject, roles=list(roles))

    def bearer(self, *roles: auth.Role, subject: str = "agent:ana") -> dict[str, str]:
        """The header that makes a request an authenticated one."""
        return {"authorization": f"Bearer {self.token(*roles, subject=subject)}"}

    async def publish(self, event: Event) -> None:
        await self.publish_raw(event.encoded(), routing_key=event.type, message_id=event.id)

    async def command(self, command: Command) -> None:
        message = aio_pika.Message(
            command.encoded(), content_type=CONTENT_TYPE, delivery_mode=2, message_id=command.id, type=command.type
        )
        await self._commands.publish(message, routing_key=command.type)

    async def publish_raw(
        self,
        body: bytes,
        *,
        routing_key: str,
        message_id: str | None = None,
        exchange: str = EVENTS_EXCHANGE,
        headers: dict[str, Any] | None = None,
    ) -> None:
        """Any bytes, as a broken publisher would send them."""
        message = aio_pika.Message(
            body, content_type=CONTENT_TYPE, delivery_mode=2, message_id=message_id, headers=headers
        )
        to = self._events if exchange == EVENTS_EXCHANGE else self._commands
        await to.publish(message, routing_key=routing_key)

    async def events(
        self, kind: type[E], *, subject: str | None = None, count: int = 1, timeout: float = 15.0
    ) -> list[E]:
        """The events of this kind that came over the bus, waiting until there are `count`."""

        def found() -> list[E]:
            return [
                event
                for event in self.seen
                if isinstance(event, kind) and (subject is None or event.subject == subject)
            ]

        await self.eventually(lambda: _is_true(len(found()) >= count), timeout=timeout, what=f"{count} {kind.__name__}")
        return found()

    async def eventually(
        self, condition: Callable[[], Awaitable[Any]], *, timeout: float = 15.0, what: str = "the condition"
    ) -> Any:
        """What `condition` gives, as soon as it is true; fails when that takes longer than `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            value = await condition()
            if value:
                return value
            assert time.monotonic() < deadline, f"{what} did not come true within {timeout} s; seen: {self._summary()}"
            await asyncio.sleep(0.02)

    async def measured(self, running: Running, *lines: str) -> str:
        """What `/metrics` says once it holds all of `lines`: a counter follows the commit that it counts."""

        async def text() -> str | None:
            said: str = (await running.client.get("/metrics")).text
            return said if all(line in said for line in lines) else None

        shown: str = await self.eventually(text, what=f"{lines} in /metrics")
        return shown

    async def settled(self, queue: str, *, timeout: float = 15.0) -> None:
        """Waits until what was in `queue` has been handled: nothing waits there, and nothing is in work.

        What is on its way between the two shows in neither, so it has to look so for a while. (The
        management API's counts are seconds old.)
        """
        quiet = 0

        async def idle() -> bool:
            nonlocal quiet
            declared = await self._channel.declare_queue(queue, passive=True)
            waiting = declared.declaration_result.message_count or 0
            in_work = sum(running.service.bus.unsettled for running in self._running)
            quiet = quiet + 1 if waiting + in_work == 0 else 0
            return quiet >= QUIET_LOOKS

        await self.eventually(idle, timeout=timeout, what=f"{queue} empty")

    async def dead(self, queue: str, *, count: int = 1, timeout: float = 15.0) -> list[tuple[str, bytes]]:
        """Reason and body of the messages parked from `queue`, waiting until there are `count`; takes them out."""
        dead = await self._channel.get_queue(f"{queue}.dead")
        found: list[tuple[str, bytes]] = []

        async def enough() -> bool:
            while (message := await dead.get(fail=False)) is not None:
                await message.ack()
                found.append((str(message.headers.get("x-reason")), message.body))
            return len(found) >= count

        await self.eventually(enough, timeout=timeout, what=f"{count} dead letters of {queue}")
        return found

    async def take(self, queue: str) -> list[aio_pika.abc.AbstractIncomingMessage]:
        """Everything that waits in `queue` now, taken out."""
        source, found = await self._channel.get_queue(queue), []
        while (message := await source.get(fail=False)) is not None:
            await message.ack()
            found.append(message)
        return found

    async def own_queue(self, routing_key: str) -> aio_pika.abc.AbstractQueue:
        """A queue for this test alone, which gets the events with this routing key."""
        queue = await self._channel.declare_queue(exclusive=True)
        await queue.bind(self._events, routing_key)
        return queue

    async def _emptied(self, name: str) -> None:
        """Takes every document out of the database of a service.

        Its collections and indexes stay for the next test: to make them anew took longer than most tests.
        """
        database = self.database(name)
        found = set(await database.list_collection_names())
        if "system.profile" in found:
            await database["system.profile"].drop()
        await asyncio.gather(*(database[each].delete_many({}) for each in found if not each.startswith("system.")))

    async def _empty_queues(self) -> None:
        for queue in QUEUES:
            retries = [f"{queue}.retry.{attempt}" for attempt in range(1, len(RETRY_SECONDS) + 1)]
            for name in (queue, *retries, f"{queue}.dead"):
                await (await self._channel.get_queue(name)).purge()

    async def _tapped(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        try:
            content = from_json(message.body)
            self.seen.append(EVENTS[content["type"]].model_validate(content))
        except (ValueError, KeyError, TypeError):
            pass  # a test of bad input put it there

    def _summary(self) -> Sequence[str]:
        return [f"{event.type} {event.subject[-6:]}" for event in self.seen[-20:]]


async def _is_none(value: Awaitable[object]) -> bool:
    return await value is None


async def _is_true(value: bool) -> bool:
    return value


def command_key() -> str:
    """A new idempotency key."""
    return secrets.token_hex(12)


__all__ = ["Deployment", "Envelope", "Running", "Site", "command_key"]
