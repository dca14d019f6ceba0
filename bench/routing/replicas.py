"""The replicas as the driver has them: gives them inputs, kills them, gives what they had not answered to others."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bench.routing.company import Company
from bench.routing.history import Note
from deploy.local.machine import ROOT, CannotRun

TRIES = 40
AGAIN_AFTER = 0.2
"""Seconds until an input that failed for now is given again; the broker waits longer."""


@dataclass(frozen=True, slots=True)
class Input:
    """What a replica is told: `op` names the handler, `told` is the event or command as it goes over the bus."""

    op: str
    told: Any = None


@dataclass(slots=True)
class _Process:
    process: asyncio.subprocess.Process
    reading: "asyncio.Task[None]"
    waiting: dict[int, "asyncio.Future[dict[str, Any]]"] = field(default_factory=dict)


class Killed(Exception):
    """The replica was killed before it answered."""


class Replicas:
    def __init__(self, *, config: Path, url: str, database: str, count: int, log: Path, chance: Random) -> None:
        self._arguments = (str(config), url, database)
        self._log = log
        self._chance = chance
        self._processes: list[_Process | None] = [None] * count
        self._number = 0
        self.now = ""
        self.notes: dict[tuple[str, int], Note] = {}
        self.kills = 0
        self.given_again = 0
        self.refused: dict[str, int] = {}
        self.faults: list[str] = []

    @property
    def count(self) -> int:
        return len(self._processes)

    async def start(self) -> None:
        """The first one makes the indexes, then the others."""
        self._processes[0] = await self._start(0)
        others = range(1, self.count)
        self._processes[1:] = await asyncio.gather(*(self._start(place) for place in others))

    async def stop(self) -> None:
        """Each ends when it has no more to read."""
        for one in filter(None, self._processes):
            if one.process.stdin is not None:
                one.process.stdin.close()
        for one in filter(None, self._processes):
            await one.process.wait()
            one.reading.cancel()

    async def kill(self, place: int) -> None:
        """As a power cut would, and starts it again at once."""
        one, self._processes[place] = self._processes[place], None
        if one is None:
            return
        one.process.kill()
        await one.process.wait()
        await one.reading
        self.kills += 1
        self._processes[place] = await self._start(place)

    async def give(self, told: Input) -> Mapping[str, Any]:
        """Gives the input to some replica until one has taken it; the answer."""
        for _ in range(TRIES):
            place = self._chance.choice([place for place, one in enumerate(self._processes) if one is not None] or [0])
            try:
                answer = await self.ask(place, told)
            except Killed:
                self.given_again += 1
                continue
            if answer["ok"]:
                return answer
            self.given_again += 1
            if answer.get("fault"):
                self.faults.append(f"{told.op}: {answer['error']}")
                return answer
            await asyncio.sleep(AGAIN_AFTER)
        self.faults.append(f"{told.op}: was not taken in {TRIES} tries")
        return {"ok": False}

    async def ask(self, place: int, told: Input) -> Mapping[str, Any]:
        """Gives the input to this replica; raises `Killed` when that one dies before it answers."""
        one = self._processes[place]
        if one is None or one.process.stdin is None:
            await asyncio.sleep(AGAIN_AFTER)
            raise Killed
        self._number += 1
        number = self._number
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        one.waiting[number] = answer
        line = json.dumps({"n": number, "op": told.op, "told": told.told, "now": self.now})
        try:
            one.process.stdin.write(line.encode() + b"\n")
        except (ConnectionError, RuntimeError):
            one.waiting.pop(number, None)
            raise Killed from None
        found = await answer
        for ticket, version, replica, begun, known in found["notes"]:
            self.notes[ticket, version] = Note(replica, begun, known)
        if "refused" in found:
            self.refused[found["refused"]] = self.refused.get(found["refused"], 0) + 1
        return found

    def notes_of_step(self) -> dict[tuple[str, int], Note]:
        notes, self.notes = self.notes, {}
        return notes

    async def _start(self, place: int) -> _Process:
        with self._log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bench.routing.replica",
                *self._arguments,
                str(place),
                cwd=ROOT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=2**24,
            )
        if process.stdout is None or not await process.stdout.readline():
            raise CannotRun(f"a replica did not start: {self._log.read_text()[-2000:]}")
        waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        return _Process(process, asyncio.create_task(_read(process.stdout, waiting)), waiting)


async def _read(lines: asyncio.StreamReader, waiting: dict[int, "asyncio.Future[dict[str, Any]]"]) -> None:
    """Hands every answer to whoever waits for it; at the end, tells the others that there is none."""
    while line := await lines.readline():
        try:
            found = json.loads(line)
        except json.JSONDecodeError:
            continue  # cut short by the death of the process
        answer = waiting.pop(found["n"], None)
        if answer is not None and not answer.done():
            answer.set_result(found)
    for answer in waiting.values():
        if not answer.done():
            answer.set_exception(Killed())
    waiting.clear()


def replicas_of(company: Company, *, folder: Path, url: str, database: str, count: int, chance: Random) -> Replicas:
    """Replicas that read the company's own files, written into the folder."""
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    for name, content in (("teams.yaml", company.teams), ("routing.yaml", company.routing)):
        (config / name).write_text(json.dumps(content, indent=1), "utf-8")  # JSON is YAML
    return Replicas(config=config, url=url, database=database, count=count, log=folder / "replicas.log", chance=chance)
