"""People on a real broker and database: presence, heartbeats, and what becomes of the work of whoever left."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from services.routing.people.rules import subject_of
from shared.commands import AgentSetPresence, AgentSetPresenceData
from shared.events import AgentChanged, TicketAssigned
from tests.site import Running, Site, command_key
from tests.unit.routing.people.test_duty import wrote
from tests.unit.routing.samples import NOW, opened, status_changed, ticket_id

LONG_AGO = NOW - timedelta(days=400)


def edit(site: Site, change: Callable[[dict[str, Any]], None]) -> None:
    path = site.config_dir / "teams.yaml"
    teams = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(teams)
    path.write_text(yaml.safe_dump(teams, allow_unicode=True), encoding="utf-8")


async def put(site: Site, routing: Running, agent: str, body: dict[str, Any], *, key: str, by: str) -> Any:
    headers = {**site.bearer("supervisor" if by == "maja" else "agent", subject=f"agent:{by}"), "Idempotency-Key": key}
    return await routing.client.put(f"/agents/{agent}/presence", json=body, headers=headers)


async def beat(site: Site, routing: Running, **body: Any) -> Any:
    headers = site.bearer("agent", subject="agent:eva")
    answer = await routing.client.post("/agents/eva/heartbeat", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def version(site: Site, agent: str) -> int:
    found = await site.database("routing")["agents"].find_one({"_id": agent})
    return int(found["version"]) if found else 0


async def states(site: Site, agent: str, count: int) -> list[tuple[str, str | None, int]]:
    events = await site.events(AgentChanged, subject=subject_of(agent), count=count)
    return [(event.data.state, event.data.previous, event.ticketversion) for event in events]


async def test_who_is_away_gets_nothing_and_who_is_back_gets_what_waited(site: Site) -> None:
    routing = await site.start("routing", drain_seconds=60)
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    away, key = {"state": "away", "until": until, "reason": "lunch"}, command_key()

    answers = [await put(site, routing, "eva", away, key=key, by="eva") for _ in range(2)]
    assert answers[0].status_code == 200, answers[0].text
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["state"], answers[0].json()["because"]) == ("away", "is away: lunch")
    assert await states(site, "eva", 1) == [("away", None, 1)]
    for refused, status in (
        (await put(site, routing, "eva", away, key=command_key(), by="ana"), 403),
        (await put(site, routing, "filip", away, key=key, by="maja"), 422),
        (await put(site, routing, "zora", away, key=command_key(), by="maja"), 404),
        (await put(site, routing, "eva", {**away, "until": "2020-01-01T00:00:00Z"}, key=command_key(), by="eva"), 422),
    ):
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")

    await site.publish(opened(text="invoice"))
    (queued,) = await site.events(TicketAssigned, subject=ticket_id())
    assert queued.data.state == "queued"
    assert "eva is away: lunch" in queued.data.reasons[0].because
    shown = await routing.client.get("/agents/eva", headers=site.bearer("agent"))
    assert (shown.json()["state"], shown.json()["teams"], shown.json()["shift"]) == ("away", ["billing"], None)
    await site.measured(routing, 'kartica_routing_agents{state="away",team="billing"} 1.0')

    back = AgentSetPresenceData(agent="eva", state="available")
    await site.command(AgentSetPresence.asked(key=command_key(), source="test", time=NOW, data=back, actor="agent:eva"))
    _, assigned = await site.events(TicketAssigned, subject=ticket_id(), count=2)
    assert assigned.data.agent == "eva"
    assert await states(site, "eva", 2) == [("away", None, 1), ("available", "away", 2)]


async def test_an_agent_by_heartbeat_is_there_while_one_of_their_programs_reports(site: Site) -> None:
    edit(site, lambda teams: teams["agents"]["eva"].update(presence="heartbeat"))
    routing = await site.start("routing", drain_seconds=60)
    assert await states(site, "eva", 1) == [("offline", None, 1)]
    await site.publish(opened(text="invoice"))
    (queued,) = await site.events(TicketAssigned, subject=ticket_id())
    assert "eva is offline" in queued.data.reasons[0].because

    shown = await beat(site, routing, program="desk")
    assert (shown["state"], shown["again_within_seconds"]) == ("available", 90)
    _, assigned = await site.events(TicketAssigned, subject=ticket_id(), count=2)
    assert assigned.data.agent == "eva"
    before = await version(site, "eva")
    telephone = await beat(site, routing, program="telephone", background=True)
    assert (telephone["state"], telephone["again_within_seconds"]) == ("available", 900)
    assert (await beat(site, routing, program="desk", gone=True))["state"] == "available"
    assert await version(site, "eva") == before, "a report is no reason to decide an assignment again"
    assert (await beat(site, routing, program="telephone", gone=True))["state"] == "offline"
    assert await states(site, "eva", 3) == [
        ("offline", None, 1),
        ("available", "offline", 2),
        ("offline", "available", 3),
    ]

    await beat(site, routing, program="desk")
    await states(site, "eva", 4)
    past = {"$set": {"there_until": LONG_AGO}}
    await site.database("routing")["heartbeats"].update_one({"_id": "eva"}, past)
    assert (await states(site, "eva", 5))[-1] == ("offline", "available", 5)
    wrong = {"program": "$programs", "background": False}
    headers = site.bearer("agent", subject="agent:eva")
    assert (await routing.client.post("/agents/eva/heartbeat", json=wrong, headers=headers)).status_code == 422


async def test_what_was_theirs_goes_back_once_when_the_shift_is_over_and_when_they_left_for_good(site: Site) -> None:
    """The service was down when it happened, and two replicas find out at the same time."""
    first = await site.start("routing")
    invoices = [ticket_id(name) for name in ("old", "answered", "claimed after it")]
    quote = ticket_id("quote")
    for ticket in invoices:
        await site.publish(opened(ticket, text="invoice"))
    await site.publish(opened(quote, text="invoice"))
    await site.events(TicketAssigned, count=4)
    await first.stop()
    tickets = site.database("routing")["tickets"]
    long_ago = {"assigned_at": LONG_AGO, "active_since": LONG_AGO}
    await tickets.update_many({"_id": {"$in": invoices[:2]}}, {"$set": long_ago})
    await tickets.update_one({"_id": invoices[1]}, {"$set": {"awaits_agent": False}})
    await tickets.update_one({"_id": quote}, {"$set": {"agent": "zora", "holder": "zora"}})

    def over(teams: dict[str, Any]) -> None:
        day = f"{datetime.now(UTC) + timedelta(days=3):%a}".lower()
        teams["shifts"] = {"weekly": {"hours": {day: ["08:00-16:00"]}}}
        teams["agents"]["eva"]["shift"] = "weekly"
        teams["teams"]["billing"]["at_shift_end"] = "requeue_unanswered"

    edit(site, over)
    site.seen.clear()
    await site.start("routing")
    await site.start("routing")
    assert (await states(site, "eva", 1))[0] == ("off_shift", None, 1)
    requeued, *_ = await site.events(TicketAssigned, subject=invoices[0])  # perhaps sent by both, with one id
    assert (requeued.data.state, requeued.data.previous_agent, requeued.data.by) == ("queued", "eva", "shift_end")
    assert requeued.data.reasons[0].because.startswith("eva is off shift (weekly) since ")
    assert requeued.data.waiting_since == LONG_AGO
    departed, *_ = await site.events(TicketAssigned, subject=quote)
    assert (departed.data.state, departed.data.previous_agent, departed.data.by) == ("queued", "zora", "departed")
    found = await tickets.find({"_id": {"$in": invoices[1:]}}).to_list(None)
    assert [document["agent"] for document in found] == ["eva", "eva"]
    assert len({event.id for event in site.seen if isinstance(event, TicketAssigned)}) == 2
    assert len({event.id for event in site.seen if isinstance(event, AgentChanged)}) == 1


async def test_a_customer_who_writes_to_somebody_who_is_away_gets_somebody_else_where_the_team_wants_it(
    site: Site,
) -> None:
    edit(site, lambda teams: teams["teams"]["technical"].update(absent_owner="reassign"))
    routing = await site.start("routing")
    broken, invoice = ticket_id("broken"), ticket_id("invoice")
    await site.publish(opened(broken, text="Svetilka ne dela."))
    await site.publish(opened(invoice, text="invoice"))
    (given,) = await site.events(TicketAssigned, subject=broken)
    (kept,) = await site.events(TicketAssigned, subject=invoice)
    assert (given.data.agent, kept.data.agent) == ("cvetka", "eva")
    for agent in ("cvetka", "eva"):
        away = {"state": "away", "reason": "lunch"}
        assert (await put(site, routing, agent, away, key=command_key(), by="maja")).status_code == 200
    for ticket in (broken, invoice):
        await site.publish(wrote(subject=ticket))
    _, moved = await site.events(TicketAssigned, subject=broken, count=2)
    assert (moved.data.agent, moved.data.by) == ("dmitar", "absent_owner")
    assert moved.data.reasons[0].because == "the customer wrote, and cvetka is away: lunch"

    await site.publish(status_changed(4, "new", "pending_customer", invoice))
    await site.publish(status_changed(5, "pending_customer", "open", invoice))
    await site.settled("routing.tickets")
    found = await site.database("routing")["tickets"].find_one({"_id": invoice})
    assert (found["agent"], found["status"], found["holder"]) == ("eva", "open", "eva"), "the team keeps it with her"


async def test_nobody_gets_a_ticket_after_they_said_that_they_are_away(site: Site) -> None:
    """Two replicas assign as fast as they can meanwhile."""
    edit(site, lambda teams: teams["agents"]["eva"].update(capacity=100))
    routing = await site.start("routing")
    await site.start("routing")
    tickets = [ticket_id(place) for place in range(30)]
    away = {"state": "away", "reason": "fire alarm"}
    publishing = [site.publish(opened(ticket, text="invoice")) for ticket in tickets]
    await asyncio.gather(*publishing, put(site, routing, "eva", away, key=command_key(), by="eva"))
    (left,) = await site.events(AgentChanged, subject=subject_of("eva"))
    assigned = await site.events(TicketAssigned, count=30)
    assert all(event.time <= left.time for event in assigned if event.data.agent == "eva")
    found = await site.database("routing")["tickets"].find({"_id": {"$in": tickets}}).to_list(None)
    assert {document["agent"] for document in found} <= {"eva", None}
    assert len({event.subject for event in assigned}) == 30
