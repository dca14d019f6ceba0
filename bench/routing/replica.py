"""One replica of routing as a process: its real parts, with the simulation's clock, fed and answering by lines of JSON.

`python -m bench.routing.replica CONFIG_DIR MONGODB_URL DATABASE PLACE`. What the broker would do is left out:
an input comes as a line and its answer is the acknowledgement; events are committed and marked as sent, and
go nowhere. Whoever does not answer was killed, and somebody else is given the input again.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
import uvloop
from prometheus_client import CollectorRegistry

from bench.routing.watching import Watch
from services.routing import configuration
from services.routing.assignment.drain import Drain
from services.routing.assignment.floor import Floor
from services.routing.assignment.pool_store import PoolStore
from services.routing.handlers import Handlers
from services.routing.learning.answering.heard import Heard
from services.routing.learning.learned import Learned
from services.routing.metrics import Metrics
from services.routing.openings import Openings
from services.routing.people.handlers import PeopleHandlers
from services.routing.people.handover import HandOver
from services.routing.people.metrics import PeopleMetrics
from services.routing.people.store import People
from services.routing.pool import Pool
from services.routing.store import Store
from shared.commands import AgentSetPresence, TicketClaim, TicketTransfer
from shared.errors import Refused, Transient
from shared.events import SlaChanged, TicketEscalated, TicketOpened, TicketStatusChanged
from shared.mongo import Mongo, PyMongoError
from shared.once import Outgoing
from shared.organisation import Organisation

DRAIN_SECONDS = 2.0
PAUSE_SECONDS = 0.25
"""Between two drains: minutes pass here in a fraction of a second, so one would follow the other without end."""
Answer = dict[str, Any]


class NoModel(Learned):
    """The rules decide the category of every ticket here, so no model is asked and none is taught."""

    def __init__(self) -> None: ...

    async def ask(self, facts: Any) -> Heard:
        return Heard()

    def teach(self, change: Any, *_: Any, **__: Any) -> Any:
        return change

    async def count(self, writes: Any) -> None: ...


class Replica:
    def __init__(self, mongo: Mongo, config: Path, *, place: int) -> None:
        organisation, ruleset = Organisation.read(config), configuration.read(config)
        registry = CollectorRegistry()
        self.now: datetime | None = None
        self._mongo = mongo
        self._wake = asyncio.Event()
        self._once = Watch(mongo, _publish, registry=registry, replica=place)
        self._store = Store(mongo)
        self._people = People(mongo)
        floor = Floor(self._store, self._people, organisation)
        metrics = Metrics(registry)
        common: dict[str, Any] = {"organisation": organisation, "wake": self._wake, "clock": self._clock}
        self._handlers = Handlers(
            once=self._once,
            store=self._store,
            floor=floor,
            ruleset=ruleset,
            metrics=metrics,
            learned=NoModel(),
            openings=Openings(mongo, retention=timedelta(days=90)),
            **common,
        )
        self._drain = Drain(
            store=self._store, floor=floor, handlers=self._handlers, metrics=metrics, seconds=DRAIN_SECONDS, **common
        )
        self._pool = Pool(
            store=self._store,
            pool_store=PoolStore(mongo),
            handlers=self._handlers,
            organisation=organisation,
            clock=self._clock,
        )
        people_metrics = PeopleMetrics(registry, organisation)
        self._present = PeopleHandlers(once=self._once, people=self._people, metrics=people_metrics, **common)
        self._hand_over = HandOver(
            people=self._people, handlers=self._handlers, organisation=organisation, clock=self._clock
        )
        self._takes: dict[str, Callable[[Any], Awaitable[Any]]] = {
            "opened": lambda told: self._handlers.opened(TicketOpened.model_validate(told)),
            "status": lambda told: self._handlers.status_changed(TicketStatusChanged.model_validate(told)),
            "escalated": lambda told: self._handlers.escalated(TicketEscalated.model_validate(told)),
            "due": lambda told: self._handlers.sla_changed(SlaChanged.model_validate(told)),
            "claim": lambda told: self._pool.claim(TicketClaim.model_validate(told)),
            "transfer": lambda told: self._handlers.transfer(TicketTransfer.model_validate(told)),
            "presence": lambda told: self._present.set_presence(AgentSetPresence.model_validate(told)),
            "report": lambda told: self._present.report(told["agent"], "desk", background=False, gone=told["gone"]),
            "look": lambda _: self._look(),
            "drain": lambda _: self._drain.drain(),
        }

    async def prepare(self) -> None:
        """Makes the collections and indexes, as the service does at its start."""
        openings = Openings(self._mongo, retention=timedelta(days=90))
        for part in (self._once, self._store, self._people, openings):
            await part.prepare()

    async def run(self) -> None:
        """Drains whenever it is woken, and every two seconds."""
        while True:
            try:
                await self._drain.run()
                await asyncio.sleep(PAUSE_SECONDS)
            except PyMongoError:
                await asyncio.sleep(0.1)

    def told_time(self, line: bytes) -> None:
        self.now = datetime.fromisoformat(json.loads(line)["now"])

    async def take(self, line: bytes) -> bytes:
        """One input; its answer says how it went, and what was committed since the last answer."""
        told = json.loads(line)
        answer: Answer = {"n": told["n"], "ok": True}
        try:
            found = await self._takes[told["op"]](told["told"])
            if isinstance(found, int):
                answer["count"] = found
        except Refused as error:
            answer |= {"refused": error.title}
        except (Transient, PyMongoError, ConnectionError) as error:
            answer |= {"ok": False, "error": f"{type(error).__name__}: {error}"}
        except Exception as error:
            structlog.get_logger().error("replica.failed", op=told["op"], exc_info=error)
            answer |= {"ok": False, "error": f"{type(error).__name__}: {error}", "fault": True}
        answer["notes"] = self._once.taken()
        return json.dumps(answer).encode() + b"\n"

    async def _look(self) -> int:
        """What the service does every few seconds: who came or went, and whose work is to be handed over."""
        await self._present.look()
        return await self._hand_over.run()

    def _clock(self) -> datetime:
        if self.now is None:
            raise RuntimeError("the replica was not told what time it is")
        return self.now


async def _publish(_: Outgoing) -> None:
    """Confirmed at once: that events reach the bus is shown elsewhere (make account, the tests of shared/once)."""


async def serve(config: Path, url: str, database: str, place: int) -> None:
    """Takes lines until there are no more."""
    mongo = Mongo(url, database=database)
    replica = Replica(mongo, config, place=place)
    await replica.prepare()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say(b'{"ready": true}\n')
    tasks: set[asyncio.Task[None]] = set()
    while line := await reader.readline():
        if replica.now is None:
            tasks.add(loop.create_task(replica.run()))  # not before it knows what time it is
        replica.told_time(line)
        task = loop.create_task(_answer(replica, line))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def _answer(replica: Replica, line: bytes) -> None:
    _say(await replica.take(line))


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    uvloop.run(serve(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
