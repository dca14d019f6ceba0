"""The simulated week: all that happens in a step is given to the replicas at once, and judged when all is quiet."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from bench.routing.absences import absences, there
from bench.routing.attendance import Attendance
from bench.routing.company import MINUTES, Company
from bench.routing.demand import Ask, hours_of
from bench.routing.desk import Desk
from bench.routing.history import Commit, Seen
from bench.routing.judge import Judge
from bench.routing.people import People
from bench.routing.replicas import Input, Killed, Replicas
from bench.routing.stream import Stream
from bench.routing.told import moment

AT_A_TIME = 60
AGE_BOOST = timedelta(hours=8)
QUIET_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """How the week is played: minutes a step, and how often a replica is killed."""

    step: int
    kills: int
    until: int = MINUTES


class Week:
    def __init__(
        self, company: Company, asks: Sequence[Ask], replicas: Replicas, stream: Stream, *, plan: Plan, chance: Random
    ) -> None:
        hours = hours_of(company)
        heartbeat = frozenset(name for name, one in company.teams["agents"].items() if one.get("presence"))
        away = absences(hours, offline=heartbeat, chance=chance)
        self.there = there(hours, away)
        people = People(company, hours)
        self.judge = Judge(people, age_boost=AGE_BOOST)
        self.desk = Desk(asks, people, self.there, chance=chance)
        self._attendance = Attendance(company, hours, away, chance=chance)
        self._replicas, self._stream = replicas, stream
        self._plan, self._chance = plan, chance
        steps = range(plan.step, plan.until + 1, plan.step)
        self._deaths = set(chance.sample(steps, min(plan.kills, len(steps))))
        self._took = 1.0
        self.told: Counter[str] = Counter()
        self.commits = 0
        self.longest_queue = 0

    async def play(self) -> None:
        for now in range(self._plan.step, self._plan.until + 1, self._plan.step):
            await self._step(now)

    async def _step(self, now: int) -> None:
        self._replicas.now = moment(now).isoformat()
        was_there = self._attendance.there(now - self._plan.step)
        moods = self.desk.moods(self.judge.waiting(), now)
        inputs = [*self._attendance.due(now), *self.desk.due(now), *moods, Input("look")]
        self._chance.shuffle(inputs)
        self.told.update(told.op for told in inputs)
        begun = time.monotonic()
        dying = asyncio.create_task(self._die(now))
        await self._give(inputs)
        await dying
        self._took = time.monotonic() - begun
        await self._until_quiet()
        commits = await self._stream.so_far()
        notes = self._replicas.notes_of_step()
        self.commits += len(commits)
        present = (was_there, self._attendance.there(now))
        self.judge.step(now, commits, notes, wants=self.desk.wants, there=present)
        self.desk.settle(_latest(commits), now)
        self.longest_queue = max(self.longest_queue, sum(1 for _ in self.judge.waiting()))

    async def _give(self, inputs: Sequence[Input]) -> None:
        """All at once, so far as a broker's prefetch would; those about one ticket come in any order."""
        some = asyncio.Semaphore(AT_A_TIME)

        async def one(told: Input) -> None:
            async with some:
                await self._replicas.give(told)

        await asyncio.gather(*(one(told) for told in inputs))

    async def _die(self, now: int) -> None:
        if now in self._deaths:
            await asyncio.sleep(self._chance.uniform(0, min(self._took, 1.0)))
            await self._replicas.kill(self._chance.randrange(self._replicas.count))

    async def _until_quiet(self) -> None:
        """Every replica drains until none of them finds anything to assign."""
        for _ in range(QUIET_ROUNDS):
            answers = await asyncio.gather(*(self._drain(place) for place in range(self._replicas.count)))
            if not any(answers):
                return
        raise RuntimeError("the replicas do not come to rest")

    async def _drain(self, place: int) -> int:
        try:
            answer = await self._replicas.ask(place, Input("drain"))
        except Killed:
            return 1
        return int(answer.get("count", 1)) if answer["ok"] else 1


def _latest(commits: Sequence[Commit]) -> list[Seen]:
    return list({commit.after.ticket: commit.after for commit in commits}.values())
