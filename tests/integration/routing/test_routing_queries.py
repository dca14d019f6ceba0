"""No query that runs per event or per request scans a collection."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.routing.assignment.pool_store import ON_OFFER, PoolStore, claimable_by, over, passed_over
from services.routing.assignment.queries import ANY_WAITING, IN_ORDER, Reach, ahead_of, waiting_in
from services.routing.assignment.replying import REPLYING, Replying
from services.routing.store import Store, asked_of, count_of, of_customer, recent_of
from services.routing.ticket import NOT_DUE, Place, Ticket, Until
from shared.mongo import Mongo
from tests.site import Site
from tests.unit.routing.samples import NOW, agent, ticket_id

AGENTS = ["ana", "bojan", "gal"]


@pytest.fixture
async def database(site: Site) -> Any:
    """Three hundred tickets: assigned, waiting and done, of three teams."""
    mongo = Mongo(site.deployment.nodes.mongodb_url, database=site.database_name("routing"))
    await Store(mongo).prepare()
    await PoolStore(mongo).prepare()
    await Replying(mongo).prepare()
    await mongo.database["tickets"].insert_many([_document(place) for place in range(300)])
    yield mongo.database
    await mongo.close()


def _document(place: int) -> Mapping[str, Any]:
    waits = place % 3 == 0
    ticket = Ticket(
        id=ticket_id(place),
        opened=True,
        status="resolved" if place % 5 == 0 else "open",
        team=("support", "technical", "billing")[place % 7 % 3],
        decided=("low", "normal", "high")[place % 11 % 3],
        state="queued" if waits else "assigned",
        agent=None if waits else AGENTS[place % 2],
        assigned_at=None if waits else NOW + timedelta(seconds=place),
        waiting_since=NOW + timedelta(seconds=place) if waits else None,
        offer=Until(agent="ana", until=NOW, since=NOW) if place % 60 == 0 else None,
        lease=None if waits or place % 7 else Until(agent="ana", until=NOW, since=NOW),
        ask_again_at=NOW if place % 90 == 3 else None,
    )
    return {"_id": ticket.id, "version": 1, **ticket.document()}


def _stages(explained: Any) -> set[str]:
    """Every stage that the plans name, at any depth; a rejected plan is none."""
    if isinstance(explained, Mapping):
        own = {str(explained["stage"])} if "stage" in explained else set()
        return own.union(*(_stages(value) for name, value in explained.items() if name != "rejectedPlans"))
    if isinstance(explained, list):
        return set().union(*map(_stages, explained))
    return set()


async def _explain(database: Any, command: Mapping[str, Any]) -> Any:
    return await database.command("explain", command, verbosity="queryPlanner")


async def _explain_pipeline(database: Any, pipeline: Sequence[Mapping[str, Any]]) -> set[str]:
    return _stages(await _explain(database, {"aggregate": "tickets", "pipeline": list(pipeline), "cursor": {}}))


async def _explain_find(
    database: Any, query: Mapping[str, Any], *, collection: str = "tickets", **more: Any
) -> set[str]:
    return _stages(await _explain(database, {"find": collection, "filter": query, **more}))


async def test_loads_are_counted_in_an_index_without_reading_a_ticket(database: Any) -> None:
    stages = await _explain_pipeline(database, count_of(AGENTS, without=ticket_id(1), apart=[ticket_id(2)]))
    assert "IXSCAN" in stages
    assert not {"COLLSCAN", "FETCH"} & stages


async def test_what_is_asked_of_one_agent_customer_or_number_is_found_by_index(database: Any) -> None:
    asked = (
        {"agent": "ana", "assigned_at": {"$gte": NOW}},
        {"number": "K-1"},
        {"waiting": True, "boost_at": {"$lte": NOW}},
    )
    for query in asked:
        stages = await _explain_find(database, query)
        assert "IXSCAN" in stages
        assert "COLLSCAN" not in stages


async def test_a_customers_earlier_tickets_are_found_by_the_index_on_customers(database: Any) -> None:
    query = of_customer("c", since=NOW, without=ticket_id(1))
    explained = await _explain(database, {"find": "tickets", "filter": query, "sort": {"assigned_at": -1}})
    assert "of_customer" in str(explained["queryPlanner"]["winningPlan"]), "any other reads every ticket there is"


async def test_what_agents_got_within_a_period_is_counted_by_index(database: Any) -> None:
    for pipeline in (recent_of({"ana": NOW, "bojan": NOW}), asked_of(["ana", "bojan"])):
        stages = await _explain_pipeline(database, pipeline)
        assert "IXSCAN" in stages
        assert "COLLSCAN" not in stages


async def test_the_queue_is_read_in_order_from_an_index(database: Any) -> None:
    place = Place(1, NOT_DUE, NOW + timedelta(seconds=90), ticket_id(90))
    for query in (waiting_in(["support", "billing"]), waiting_in(["support"], after=place)):
        stages = await _explain_find(database, query, sort=dict(IN_ORDER))
        assert "IXSCAN" in stages
        assert not {"COLLSCAN", "SORT"} & stages


async def test_who_waits_before_a_newcomer_is_found_by_index(database: Any) -> None:
    reach = Reach("ana", ["support", "billing"], ["he:1"], 4, ["chat"], ["@rival.example"], NOW)
    query = ahead_of(Place(1, NOT_DUE, NOW, ticket_id(1)), reach, without=[ticket_id(2)])
    stages = await _explain_find(database, query, limit=1)
    assert "IXSCAN" in stages
    assert "COLLSCAN" not in stages


async def test_the_teams_that_wait_and_decisions_are_found_by_index(database: Any) -> None:
    distinct = _stages(await _explain(database, {"distinct": "tickets", "key": "team", "query": ANY_WAITING}))
    decisions = await _explain_find(database, {"ticket": ticket_id()}, collection="decisions", sort={"seq": 1})
    count = await _explain_pipeline(database, [{"$match": ANY_WAITING}, {"$group": {"_id": "$team"}}])
    for stages in (distinct, decisions, count):
        assert stages & {"IXSCAN", "DISTINCT_SCAN"}
        assert not {"COLLSCAN", "SORT"} & stages


async def test_what_runs_out_and_what_an_agent_may_claim_is_found_by_index(database: Any) -> None:
    person = agent(skills={"he"}, not_for=("@rival.example",))
    place = Place(1, NOT_DUE, NOW, ticket_id(1))
    for field, order in (("offer.until", True), ("lease.until", True), ("ask_again_at", False)):
        stages = await _explain_find(database, over(field, NOW), **({"sort": {field: 1}} if order else {}))
        assert "IXSCAN" in stages
        assert not {"COLLSCAN", "SORT"} & stages
    queue = await _explain_find(database, claimable_by("ana", person, ["support", "billing"]), sort=dict(IN_ORDER))
    behind = claimable_by("ana", person, ["support"], after=place)
    page = await _explain_find(database, behind, sort=dict(IN_ORDER))
    passed = await _explain_find(database, passed_over(place, "ana", person, ["support", "billing"]), limit=100)
    asked = _stages(await _explain(database, {"distinct": "tickets", "key": "offer.agent", "query": ON_OFFER}))
    writing = await _explain_find(database, {"ticket": ticket_id()}, collection=REPLYING)
    for stages in (queue, page, passed, asked, writing):
        assert "COLLSCAN" not in stages
    assert "SORT" not in queue | page
