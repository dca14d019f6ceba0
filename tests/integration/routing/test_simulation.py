"""A small simulation: three replicas, one of them killed, a real database; every commit is as it must be."""

from pathlib import Path

from bench.routing.findings import RULES
from bench.routing.simulation import Size, simulate
from bench.routing.week import Plan
from deploy.local.addresses import Nodes

SIZE = Size(tickets=900, agents=12, teams=2, busy=0.9)
MONDAY_UNTIL_NOON = Plan(step=20, kills=1, until=720)


async def test_three_replicas_assign_in_order_within_capacity_and_leave_nothing_waiting(
    nodes: Nodes, tmp_path: Path
) -> None:
    found = await simulate(nodes.mongodb_url, tmp_path, size=SIZE, plan=MONDAY_UNTIL_NOON, seed=4)

    assert {rule: found[rule] for rule in RULES} == dict.fromkeys(RULES, 0), found["examples"]
    assert found["load_spread"] <= 1
    assert (found["kills"], found["faults"]) == (1, 0), found["first_faults"]
    assert found["judged"]["automatic"] >= 60
    assert found["longest_queue"] > 0
