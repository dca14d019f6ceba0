"""Processes that read hostile input: each may be killed at any time, and is replaced when it is next needed."""

import asyncio
import contextlib
import os
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path

import structlog

from services.ingest.inbox.inputs import Reader, Received
from services.ingest.normalised import Normalised
from services.ingest.reading.process import LENGTH, READ, READY, UNREADABLE_AND_LAST, Budget, unpacked
from services.ingest.reading.readings import Unreadable

START_SECONDS = 60.0
STOP_SECONDS = 2.0
BUFFER = 1024 * 1024
_ROOT = Path(__file__).resolve().parents[3]

log = structlog.get_logger(__name__)


class _Ended(Exception):
    """The process went away while it was reading."""


class ReaderPool:
    """Reads with up to `processes` processes, started when they are needed. The readers have to be picklable."""

    def __init__(self, readers: Mapping[str, Reader], *, budget: Budget, processes: int = 2) -> None:
        self.channels = frozenset(readers)
        self._setup = pickle.dumps((dict(readers), budget))
        self._budget = budget
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._turns = asyncio.Semaphore(processes)
        self._stopping = False

    async def read(self, received: Received) -> Normalised:
        """The message. Raises `Unreadable` when the budget or the reader was not up to it.

        A process that something else killed (a lack of memory on the machine, say) may have been reading
        an innocent mail, so that the mail is tried once more with another.
        """
        async with self._turns:
            try:
                return await self._once(received)
            except _Ended:
                try:
                    return await self._once(received)
                except _Ended as again:
                    raise Unreadable(f"the process that read it ended twice, at last with {again}") from again

    async def stop(self) -> None:
        """Ends every process."""
        self._stopping = True
        workers = [*self._idle, *self._busy]
        self._idle.clear()
        await asyncio.gather(*(worker.stop() for worker in workers))

    async def _once(self, received: Received) -> Normalised:
        if self._stopping:
            raise RuntimeError("the service is stopping")
        worker = await self._worker()
        self._busy.add(worker)
        keep = False
        try:
            async with asyncio.timeout(self._budget.seconds):
                answer = await worker.ask(pickle.dumps(received))
            keep = bytes(answer[:1]) != UNREADABLE_AND_LAST
        except TimeoutError:
            raise Unreadable(f"reading it took longer than {self._budget.seconds:g} seconds") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise await self._reason(worker) from None
        finally:
            self._busy.discard(worker)
            if keep and not self._stopping:
                self._idle.append(worker)
            else:
                await asyncio.shield(worker.kill())
        if bytes(answer[:1]) == READ:
            return unpacked(answer[1:])
        raise Unreadable(bytes(answer[1:]).decode("utf-8", "replace"))

    async def _worker(self) -> "_Worker":
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            await worker.kill()
        return await _Worker.started(self._setup)

    async def _reason(self, worker: "_Worker") -> Exception:
        status = await worker.kill()
        log.warning("reader_process_ended", status=status)
        if status == -signal.SIGPROF:
            return Unreadable(f"reading it took more than {self._budget.cpu_seconds:g} seconds of CPU")
        return _Ended(_in_words(status))


class _Worker:
    """One process, which answers one request at a time."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._requests, self._answers = process, process.stdin, process.stdout

    @classmethod
    async def started(cls, setup: bytes) -> "_Worker":
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.ingest.reading.process"),
            stdin=PIPE,
            stdout=PIPE,
            limit=BUFFER,
            cwd=_ROOT,
            # Secrets stay outside: what it needs comes by its input.
            env={name: value for name, value in os.environ.items() if not name.startswith("KARTICA_")},
        )
        worker = cls(process)
        try:
            async with asyncio.timeout(START_SECONDS):
                if bytes(await worker.ask(setup)) == READY:
                    return worker
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except BaseException:
            await asyncio.shield(worker.kill())
            raise
        raise RuntimeError(f"the process that reads mail did not start: it ended with {_in_words(await worker.kill())}")

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None and not self._answers.at_eof()

    async def ask(self, request: bytes) -> memoryview:
        self._requests.write(LENGTH.pack(len(request)))
        self._requests.write(request)
        await self._requests.drain()
        (length,) = LENGTH.unpack(await self._answers.readexactly(LENGTH.size))
        return memoryview(await self._answers.readexactly(length))

    async def stop(self) -> None:
        """Lets it end by itself: without requests there is nothing to do."""
        self._requests.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> int:
        """What it ended with; a process that is still there is killed first."""
        if self._answers.at_eof():  # it is ending by itself, and its own status says why
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._process.wait()
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._requests.close()
        return await self._process.wait()


def _in_words(status: int) -> str:
    try:
        return signal.Signals(-status).name if status < 0 else f"status {status}"
    except ValueError:
        return f"signal {-status}"
