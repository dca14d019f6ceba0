"""`make simulate-routing`: a week of a large company on three replicas of routing that are killed now and then."""

import asyncio
import json
import os
import platform
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from bench.routing import company as companies
from bench.routing import demand
from bench.routing.figures import by_priority
from bench.routing.round_robin import RoundRobin
from bench.routing.stream import Stream
from bench.routing.week import Plan, Week, replicas_for
from deploy.local import mongodb
from deploy.local.machine import CannotRun

BUSY = 0.7
"""The share of all units of work of all people that the week's tickets take."""
REPLICAS = 3


async def simulate(url: str, folder: Path, *, tickets: int, agents: int, teams: int, plan: Plan, seed: int) -> dict[str, Any]:
    """Plays the week; what was judged, and the waiting times beside those of round robin."""
    begun = time.monotonic()
    found = companies.found(agents=agents, teams=teams, chance=Random(seed))
    asks = demand.asks(found, tickets=tickets, busy=BUSY, chance=Random(seed + 1))
    database = f"simulation_{secrets.token_hex(4)}"
    chance = Random(seed + 2)
    replicas = replicas_for(found, folder=folder, url=url, database=database, count=REPLICAS, chance=chance)
    stream = Stream(url, database)
    await stream.open()
    try:
        await replicas.start()
        week = Week(found, asks, replicas, stream, plan=plan, chance=chance)
        began = time.monotonic()
        await week.play()
        played = time.monotonic() - began
        cpu = {"replicas": sum(_cpu(one.process.pid) for one in replicas._processes if one), "driver": _cpu(os.getpid()), "mongod": _cpu(int(os.popen("pgrep -n mongod").read() or 0))}
    finally:
        await replicas.stop()
        await stream.drop()
        await stream.close()
    asks = [ask for ask in asks if ask.at < plan.until]
    had = week.desk.first_had
    waited = {ask.number: had.get(ask.number, plan.until) - ceil(ask.at / plan.step) * plan.step for ask in asks}
    findings = week.judge.findings
    broken = findings.broken
    return {
        "tickets": len(asks),
        "agents": agents,
        "teams": teams,
        "replicas": REPLICAS,
        "double_assignments": broken["double_assignments"],
        "over_capacity": broken["over_capacity"],
        "waiting_in_vain": broken["waiting_in_vain"],
        "load_spread": round(findings.spread, 2),
        "uneven_loads": broken["uneven_loads"],
        "order_violations": broken["order_violations"],
        "wrong_ranks": broken["wrong_ranks"],
        "not_eligible": broken["not_eligible"],
        "judged": dict(findings.judged),
        "examples": dict(findings.examples),
        "kills": replicas.kills,
        "given_again": replicas.given_again,
        "faults": replicas.faults[:5],
        "refused": replicas.refused,
        "inputs": dict(week.desk.told),
        "commits": week.commits,
        "absences": len(week.absences),
        "longest_queue": week.longest_queue,
        "never_had": sum(ask.number not in had for ask in asks),
        "waited_minutes": by_priority(asks, waited),
        "round_robin_limited": by_priority(asks, RoundRobin("limited", found, week.there).week(asks)),
        "round_robin_plain": by_priority(asks, RoundRobin("plain", found, week.there).week(asks)),
        "seconds": round(time.monotonic() - begun, 1),
        "seconds_played": round(played, 1),
        "spent": {name: round(seconds, 1) for name, seconds in week.spent.items()},
        "cpu": cpu,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "seed": seed,
    }


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return round((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), 1)


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    given = os.environ.get("KARTICA_MONGODB_URL")
    if given:
        yield given
        return
    from deploy.local.nodes import _stop

    url, part = mongodb.start_program(folder / "mongodb")
    try:
        yield url
    finally:
        _stop(part)


def main() -> int:
    """Prints the figures as JSON; 1 when they could not be had."""
    tickets = int(os.environ.get("TICKETS") or 100_000)
    agents = int(os.environ.get("AGENTS") or max(12, tickets // 100))
    teams = int(os.environ.get("TEAMS") or max(2, agents // 25))
    plan = Plan(step=int(os.environ.get("STEP") or 5), kills=int(os.environ.get("KILLS") or max(3, tickets // 4000)), until=int(os.environ.get("UNTIL") or companies.MINUTES))
    seed = int(os.environ.get("SEED") or 4)
    try:
        with TemporaryDirectory() as name, _database(Path(name)) as url:
            figures = asyncio.run(simulate(url, Path(name), tickets=tickets, agents=agents, teams=teams, plan=plan, seed=seed))
            log = Path(name) / "replicas.log"
            if log.exists():
                print(log.read_text()[-3000:], file=sys.stderr)
    except CannotRun as reason:
        print(f"The simulation could not be done: {reason}", file=sys.stderr)
        return 1
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
