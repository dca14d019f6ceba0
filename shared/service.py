"""The frame of a service: starts and stops its parts in order, and serves probes, metrics and documents."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from typing import Any, TypeVar

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from faststream.specification import AsyncAPI
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from shared import logs, problems
from shared.envelope import Event
from shared.errors import InvalidConfiguration
from shared.messaging import Bus
from shared.mongo import Mongo, PyMongoError
from shared.once import Once
from shared.settings import Settings
from shared.tasks import end

log = structlog.get_logger()
Step = Callable[[], Awaitable[Any]]
S = TypeVar("S", bound=Settings)


class Service:
    """What all five have: database, bus, exactly-once commits, metrics and an HTTP application."""

    def __init__(
        self, name: str, settings: Settings, *, publishes: Sequence[type[Event]], max_body: int = problems.MAX_BODY
    ) -> None:
        self.name = name
        self.settings = settings
        self.publishes = tuple(publishes)
        self.metrics = CollectorRegistry()
        ProcessCollector(registry=self.metrics)
        PlatformCollector(registry=self.metrics)
        self._loop_errors = Counter(
            "kartica_loop_errors", "Rounds of a background loop that failed", ["loop"], registry=self.metrics
        )
        self.mongo = Mongo(settings.mongo_url.get_secret_value(), database=settings.database)
        self.bus = Bus(
            settings.amqp_url.get_secret_value(), service=name, registry=self.metrics, prefetch=settings.prefetch
        )
        self.bus.document(self.publishes)
        self.once = Once(self.mongo, self.bus.publish, registry=self.metrics)
        self._preparations: list[Step] = [self.once.prepare]
        self._starts: list[Step] = []
        self._stops: list[Step] = []
        self._loops: list[tuple[str, Step, float]] = [("sweep", self.once.sweep, 1.0)]
        self._health: list[Callable[[], Awaitable[str | None]]] = [self._database_answers, self.bus.alive]
        # Its pages carry their scripts along: nothing is fetched from anywhere when they are opened.
        self.app = FastAPIOffline(
            docs_url="/docs", redoc_url=None, title=f"Kartica {name}", version="1", lifespan=self._lifespan
        )
        self.app.state.service = self
        problems.install(self.app)
        self.app.add_exception_handler(PyMongoError, problems.unavailable)
        self.app.add_middleware(problems.BodyLimit, limit=max_body)
        self._serve_probes()

    def prepare(self, step: Step) -> None:
        """Runs before anything is taken in: collections and indexes."""
        self._preparations.append(step)

    def on_start(self, step: Step) -> None:
        """Runs when the database is ready: listeners."""
        self._starts.append(step)

    def on_stop(self, step: Step) -> None:
        """Runs first when the service stops: take nothing new in."""
        self._stops.append(step)

    def every(self, seconds: float, name: str, step: Step) -> None:
        """Runs `step` again and again, `seconds` after it ended; an error is logged and counted."""
        self._loops.append((name, step, seconds))

    def check(self, health: Callable[[], Awaitable[str | None]]) -> None:
        """Adds to /readyz: None is well, a text is what is wrong."""
        self._health.append(health)

    def asyncapi(self) -> dict[str, Any]:
        """The AsyncAPI 3 document of what the service consumes and publishes."""
        specification = AsyncAPI(self.bus.broker, title=f"Kartica {self.name}", version="1", schema_version="3.0.0")
        document: dict[str, Any] = specification.to_specification().to_jsonable()
        return document

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        log.info("service.starting", settings=self.settings.redacted())
        await self._wait_for_database()
        for step in self._preparations:
            await step()
        self.bus.start()
        for step in self._starts:
            await step()
        loops = [asyncio.create_task(self._loop(*loop), name=loop[0]) for loop in self._loops]
        log.info("service.started")
        try:
            yield
        finally:
            for step in self._stops:
                await step()
            await self.bus.stop_consuming()
            await end(*loops)
            await self.once.finish()
            await self.bus.close()
            await self.mongo.close()
            log.info("service.stopped")

    async def _wait_for_database(self) -> None:
        while True:
            try:
                return await self.mongo.ping()
            except PyMongoError as error:
                log.warning("database.not_there", error=str(error)[:200])
                await asyncio.sleep(1)

    async def _loop(self, name: str, step: Step, seconds: float) -> None:
        while True:
            try:
                await step()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self._loop_errors.labels(name).inc()
                log.warning("loop.failed", loop=name, error=logs.told(error), exc_info=error)
            await asyncio.sleep(seconds)

    async def _database_answers(self) -> str | None:
        try:
            async with asyncio.timeout(2):
                await self.mongo.ping()
        except (PyMongoError, TimeoutError):
            return "MongoDB does not answer"
        return None

    def _serve_probes(self) -> None:
        @self.app.get("/livez", tags=["probes"])
        async def live() -> dict[str, str]:
            return {"status": "alive"}

        @self.app.get("/readyz", tags=["probes"])
        async def ready() -> JSONResponse:
            wrong = [reason for health in self._health if (reason := await health()) is not None]
            return JSONResponse(
                {"status": "not ready" if wrong else "ready", "reasons": wrong}, status_code=503 if wrong else 200
            )

        @self.app.get("/asyncapi", tags=["documents"])
        async def asyncapi() -> dict[str, Any]:
            return self.asyncapi()

        @self.app.get("/metrics", tags=["probes"])
        async def metrics() -> Response:
            return Response(generate_latest(self.metrics), media_type=CONTENT_TYPE_LATEST)


def main(settings_type: type[S], create_app: Callable[[S], FastAPI]) -> None:
    """Runs a service until it is told to stop. SIGTERM drains it; wrong settings or files end it with 2."""
    try:
        settings = settings_type.from_environment()
        logs.configure(service=settings_type.__module__.split(".")[1], level=settings.log_level)
        app = create_app(settings)
    except InvalidConfiguration as error:
        print(f"Refused to start:\n{error}", file=sys.stderr)  # noqa: T201  there may be no log yet
        sys.exit(2)
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        http="httptools",
        # Only the service that has a chat brings a WebSocket library along.
        ws="websockets-sansio" if find_spec("websockets") else "none",
        ws_max_size=problems.MAX_BODY,
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    # uvicorn drains the service, then raises the signal again for whoever handled it before: here, the end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt):
        uvloop.run(uvicorn.Server(config).serve())
