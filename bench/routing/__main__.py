"""`make simulate-routing`: a week of a large company on three replicas of routing that are killed now and then."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.routing.company import MINUTES
from bench.routing.simulation import Size, simulate
from bench.routing.week import Plan
from deploy.local.machine import CannotRun
from deploy.local.nodes import private_database


def main() -> int:
    """Prints the figures as JSON; 1 when they could not be had."""
    tickets = _number("TICKETS", 100_000)
    agents = _number("AGENTS", max(12, tickets // 100))
    size = Size(tickets=tickets, agents=agents, teams=_number("TEAMS", max(2, agents // 25)))
    plan = Plan(
        step=_number("STEP", 5), kills=_number("KILLS", max(3, tickets // 4000)), until=_number("UNTIL", MINUTES)
    )
    seed = _number("SEED", 4)
    try:
        with TemporaryDirectory() as name, _database(Path(name)) as url:
            print(f"{size.tickets} tickets, {size.agents} agents, {size.teams} teams, seed {seed}", flush=True)
            figures = asyncio.run(simulate(url, Path(name), size=size, plan=plan, seed=seed))
            print((Path(name) / "replicas.log").read_text()[-2000:], file=sys.stderr)
    except CannotRun as reason:
        print(f"The simulation could not be done: {reason}", file=sys.stderr)
        return 1
    print(json.dumps(figures))
    return 0


def _number(name: str, usual: int) -> int:
    return int(os.environ.get(name) or usual)


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    """That of the environment, or one of its own."""
    given = os.environ.get("KARTICA_MONGODB_URL")
    if given:
        yield given
        return
    with private_database(folder / "mongodb") as url:
        yield url


if __name__ == "__main__":
    sys.exit(main())
