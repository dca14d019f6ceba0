"""Several replicas of ingest on one machine, any of which can die at any time."""

import asyncio
import sys
import time
from typing import Any

import httpx

from deploy.local.machine import ROOT, CannotRun, free_port
from deploy.local.stack import Stack

READY_SECONDS = 90.0


class Replicas:
    """`ports` are the (HTTP, SMTP) ports of each replica."""

    def __init__(self, stack: Stack, *, count: int) -> None:
        self._stack = stack
        self.ports = [(free_port(), free_port()) for _ in range(count)]
        self._running: dict[int, asyncio.subprocess.Process] = {}
        self.deaths = 0
        self.broker_deaths = 0

    async def start(self) -> None:
        """Starts all of them; returns when each says that it is ready."""
        for place in range(len(self.ports)):
            await self._start(place)
            await self._ready(place)  # one after the other: the first one makes the indexes

    async def kill(self, place: int) -> None:
        """Kills a replica as a power cut would, and starts it again at once."""
        process = self._running[place]
        if process.returncode is None:
            process.kill()
        await process.wait()
        self.deaths += 1
        await self._start(place)

    async def ready(self) -> None:
        for place in range(len(self.ports)):
            await self._ready(place)

    async def stop(self) -> None:
        for process in self._running.values():
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in self._running.values()))

    async def _start(self, place: int) -> None:
        http, smtp = self.ports[place]
        environment: dict[str, Any] = {
            **self._stack.environment("ingest"),
            "KARTICA_HTTP_PORT": str(http),
            "KARTICA_SMTP_PORT": str(smtp),
        }
        log = self._stack.log("ingest")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._running[place] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "services.ingest",
                cwd=ROOT,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    async def _ready(self, place: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        async with httpx.AsyncClient(timeout=3) as client:
            while True:
                try:
                    answer = await client.get(f"http://127.0.0.1:{self.ports[place][0]}/readyz")
                    if answer.status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                if time.monotonic() > deadline:
                    raise CannotRun(f"ingest is not ready: {self._stack.last_words('ingest')}")
                await asyncio.sleep(0.1)
