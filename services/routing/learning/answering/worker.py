"""The service's side of the process that classifies: batches, time limits, and a new process after a crash.

Whatever happens there ends here as `Unavailable`, and the ticket is decided by the rules alone.
"""

import asyncio
import itertools
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from services.routing.learning.model.verdicts import BrokenModel, Prediction
from services.routing.processes import confined, frames

COMMAND = confined.module("services.routing.learning.answering.process")
BATCH = 4
"""Messages that go together. All of them wait for the last one, and a long one takes tens of milliseconds."""
MOST_WAITING = 512
"""Above it a message is not classified: it would come too late anyway."""
HANGS_AFTER = 5.0
LOAD_SECONDS = 60.0
BACK_OFF = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
STEADY_AFTER = 60.0
"""Seconds after which a process counts as well, and the next crash as the first one."""

Answers = Mapping[str, Prediction | str]
"""What each model that is loaded says of a message; a text says why it could not."""
log = structlog.get_logger()


class Unavailable(Exception):
    """There is no answer of a model now; says why."""


class Worker:
    """One process with the models of this replica, started when the first one is loaded."""

    def __init__(
        self,
        *,
        command: Sequence[str] = COMMAND,
        hangs_after: float = HANGS_AFTER,
        back_off: Sequence[float] = BACK_OFF,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._command = command
        self._hangs_after = hangs_after
        self._back_off = back_off
        self._ended = ended
        self._process: Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._sending = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[frames.Head]] = {}
        self._waiting: list[tuple[str, asyncio.Future[Answers]]] = []
        self._batch: asyncio.Task[None] | None = None
        self._crashes = 0
        self._not_before = 0.0
        self._started = 0.0
        self._stopping = False
        self.loaded: set[str] = set()
        self.restarts = 0

    @property
    def is_up(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def pause(self) -> float:
        """Seconds until a process that ended may be started again."""
        return max(0.0, self._not_before - time.monotonic())

    async def load(self, version: str, content: bytes) -> None:
        """Reads a model beside those that are there. Raises `BrokenModel`, or `Unavailable` without a process."""
        await self._start()
        answer = await self._request({"do": "load", "version": version}, content, seconds=LOAD_SECONDS)
        if "broken" in answer:
            raise BrokenModel(answer["broken"])
        self.loaded.add(version)

    async def drop(self, version: str) -> None:
        if version in self.loaded:
            self.loaded.discard(version)
            await self._request({"do": "drop", "version": version}, seconds=self._hangs_after)

    async def ask(self, text: str) -> Answers:
        """What the models say. Messages that come while others are being classified go together, as one batch."""
        if not self.loaded:
            raise Unavailable("no model is loaded")
        if len(self._waiting) >= MOST_WAITING:
            raise Unavailable(f"{MOST_WAITING} messages are waiting for it")
        future: asyncio.Future[Answers] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, future))
        if self._batch is None:
            self._batch = asyncio.create_task(self._classify())
        return await future

    async def stop(self) -> None:
        """Ends the process; what waits is not answered."""
        self._stopping = True
        if self._process is not None:
            await confined.ended(self._process)
        if self._listening is not None:
            await asyncio.wait([self._listening])

    async def _classify(self) -> None:
        """Sends batch after batch, until nobody waits."""
        try:
            while self._waiting:
                batch = [(text, future) for text, future in self._waiting[:BATCH] if not future.done()]
                del self._waiting[:BATCH]
                if batch:
                    await self._classify_batch(batch)
        finally:
            self._batch = None

    async def _classify_batch(self, batch: Sequence[tuple[str, asyncio.Future[Answers]]]) -> None:
        texts = [text for text, _ in batch]
        try:
            answer = await self._request({"do": "predict", "texts": texts}, seconds=self._hangs_after)
        except Unavailable as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for place, (_, future) in enumerate(batch):
            if not future.done():
                future.set_result({version: _read(said, place) for version, said in answer["answers"].items()})

    async def _request(self, head: Mapping[str, Any], body: bytes = b"", *, seconds: float) -> frames.Head:
        process = self._process
        if process is None or process.stdin is None:
            raise Unavailable("the process that classifies is not there")
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                async with self._sending:
                    await frames.send(process.stdin, {**head, "id": number}, body)
                return await self._answers[number]
        except TimeoutError:
            log.warning("model.worker_hangs", seconds=seconds, request=head["do"])
            await confined.ended(process)
            raise Unavailable(f"it did not answer within {seconds:g} seconds and was ended") from None
        except ConnectionError:
            raise Unavailable("the process that classifies has ended") from None
        finally:
            forgotten = self._answers.pop(number)
            if forgotten.done() and not forgotten.cancelled():
                forgotten.exception()  # said otherwise already

    async def _start(self) -> None:
        async with self._starting:
            if self._process is not None:
                return
            if self._stopping or self.pause > 0:
                raise Unavailable(f"the process that classifies has ended; tried again in {self.pause:.1f} s")
            self._process = await confined.spawn(self._command)
            self._started = time.monotonic()
            self._listening = asyncio.create_task(self._listen(self._process))

    async def _listen(self, process: Process) -> None:
        """Hands out the answers, until the process ends."""
        assert process.stdout is not None
        try:
            while True:
                head, _ = await frames.receive(process.stdout)
                future = self._answers.get(head["id"])
                if future is not None and not future.done():
                    future.set_result(head)
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        status = await confined.ended(process)
        self._process = None
        self.loaded.clear()
        for future in self._answers.values():
            if not future.done():
                future.set_exception(Unavailable("the process that classifies has ended"))
        if not self._stopping:
            self._count_crash(status)
            self._ended()

    def _count_crash(self, status: int) -> None:
        now = time.monotonic()
        self._crashes = 1 if now - self._started > STEADY_AFTER else self._crashes + 1
        self.restarts += 1
        pause = self._back_off[min(self._crashes, len(self._back_off)) - 1]
        self._not_before = now + pause
        log.warning("model.worker_ended", status=status, crashes=self._crashes, again_in_seconds=pause)


def _read(said: Any, place: int) -> Prediction | str:
    if isinstance(said, str):
        return said
    category, probability, ranked = said[place]
    return Prediction(category, probability, tuple((name, share) for name, share in ranked))
