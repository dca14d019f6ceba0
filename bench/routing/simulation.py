"""One simulation from the company's founding to the figures: what was judged, and how long tickets waited."""

import os
import platform
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

from bench.routing import company as companies
from bench.routing import demand
from bench.routing.company import MINUTES, Company
from bench.routing.demand import Ask
from bench.routing.figures import by_priority
from bench.routing.findings import RULES
from bench.routing.replicas import Replicas, replicas_of
from bench.routing.round_robin import RoundRobin
from bench.routing.stream import Stream
from bench.routing.week import Plan, Week

REPLICAS = 3


@dataclass(frozen=True, slots=True)
class Size:
    """How big the company is, and `busy` is the share of all units of work of its people that its tickets take."""

    tickets: int
    agents: int
    teams: int
    busy: float = 0.7


async def simulate(url: str, folder: Path, *, size: Size, plan: Plan, seed: int) -> dict[str, Any]:
    """Plays the week on a database of its own, which is gone afterwards."""
    begun = time.monotonic()
    company = companies.found(agents=size.agents, teams=size.teams, chance=Random(seed))
    asks = demand.asks(company, tickets=size.tickets, busy=size.busy, chance=Random(seed + 1))
    database, chance = f"simulation_{secrets.token_hex(4)}", Random(seed + 2)
    stream = Stream(url, database)
    await stream.open()
    replicas = replicas_of(company, folder=folder, url=url, database=database, count=REPLICAS, chance=chance)
    try:
        await replicas.start()
        week = Week(company, asks, replicas, stream, plan=plan, chance=chance)
        await week.play()
    finally:
        await replicas.stop()
        await stream.drop()
        await stream.close()
    played = [ask for ask in asks if ask.at < plan.until]
    return {
        "tickets": len(played),
        "agents": size.agents,
        "teams": size.teams,
        "replicas": REPLICAS,
        **_judged(week),
        **_happened(week, replicas),
        **_waited(week, company, played, plan),
        "seconds": round(time.monotonic() - begun, 1),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "seed": seed,
    }


def _judged(week: Week) -> dict[str, Any]:
    findings = week.judge.findings
    return {
        **{rule: findings.broken[rule] for rule in RULES},
        "load_spread": round(findings.spread, 2),
        "judged": dict(findings.judged),
        "examples": dict(findings.examples),
    }


def _happened(week: Week, replicas: Replicas) -> dict[str, Any]:
    return {
        "kills": replicas.kills,
        "given_again": replicas.given_again,
        "refused": replicas.refused,
        "faults": len(replicas.faults),
        "first_faults": replicas.faults[:3],
        "inputs": dict(week.told),
        "commits": week.commits,
        "longest_queue": week.longest_queue,
    }


def _waited(week: Week, company: Company, asks: Sequence[Ask], plan: Plan) -> dict[str, Any]:
    """Minutes until somebody had the ticket; of the simulation, from the step in which it came."""
    had = week.desk.first_had
    own = {ask.number: had.get(ask.number, plan.until) - ceil(ask.at / plan.step) * plan.step for ask in asks}
    found: dict[str, Any] = {
        "never_had": sum(ask.number not in had for ask in asks),
        "minutes_waited": by_priority(asks, own),
    }
    if plan.until == MINUTES:
        limited, plain = (RoundRobin(kind, company, week.there).week(asks) for kind in ("limited", "plain"))
        found["minutes_waited_round_robin_with_limits"] = by_priority(asks, limited)
        found["minutes_waited_plain_round_robin"] = by_priority(asks, plain)
    return found
