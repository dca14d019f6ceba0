"""Sla with a real broker and database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.sla.store import Store
from shared.events import SlaBreached, SlaChanged, SlaWarned, TicketEscalated
from tests.site import Site
from tests.unit.sla.story import Story

ALWAYS = """\
policies:
  - name: standard
    calendar: 24x7
    targets: {first_response: 1h, resolution: 8h}
"""
QUICK = """\
policies:
  - name: quick
    calendar: 24x7
    targets: {first_response: 2s}
    warnings: [50]
    escalation:
      - {on: breach, level: 1, notify: [owner, lead]}
      - {on: breach, after: 1s, level: 2, team: management, priority: urgent, notify: [manager]}
"""


def agree(site: Site, policies: str) -> None:
    (site.config_dir / "sla.yaml").write_text(policies, encoding="utf-8")


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


async def ticket(site: Site, story: Story) -> dict[str, Any]:
    found: dict[str, Any] = await site.database("sla")["tickets"].find_one({"_id": story.ticket})
    return found


@pytest.mark.parametrize("classified_first", [True, False])
async def test_clocks_start_in_whatever_order_opened_and_classified_come(site: Site, classified_first: bool) -> None:
    agree(site, ALWAYS)
    await site.start("sla")
    story = Story(opened=now())
    facts = [story.opened(), story.classified()]
    for fact in reversed(facts) if classified_first else facts:
        await site.publish(fact)
        await site.settled("sla.tickets")
    started = await site.events(SlaChanged, subject=story.ticket, count=2)
    assert {event.data.clock: event.data.due_at for event in started} == {
        "first_response": story.after(hours=1),
        "resolution": story.after(hours=8),
    }
    assert {event.data.change for event in started} == {"started"}
    assert {event.correlationid for event in started} == {facts[0].correlationid}


async def test_an_unclassified_ticket_starts_after_the_wait_and_is_retargeted_when_it_is_classified(site: Site) -> None:
    urgent = "  - name: fast\n    match: {priority: urgent}\n    calendar: 24x7\n    targets: {first_response: 10m}\n"
    agree(site, ALWAYS.replace("policies:\n", f"policies:\n{urgent}"))
    await site.start("sla", classification_wait_seconds=0.2)
    story = Story(opened=now())
    await site.publish(story.opened())
    started = await site.events(SlaChanged, subject=story.ticket, count=2)
    assert {event.data.policy for event in started} == {"standard"}
    await site.publish(story.classified(priority="urgent"))
    changed = (await site.events(SlaChanged, subject=story.ticket, count=4))[2:]
    assert {(event.data.clock, event.data.change) for event in changed} == {
        ("first_response", "retargeted"),
        ("resolution", "cancelled"),
    }


async def test_an_answer_meets_and_waiting_for_the_customer_pauses(site: Site) -> None:
    agree(site, ALWAYS)
    await site.start("sla")
    story = Story(opened=now() - timedelta(hours=1))
    for fact in (
        story.opened(),
        story.classified(),
        story.said("agent", story.after(minutes=10), cause="save"),
        story.set("pending_customer", story.after(minutes=10), cause="save"),
        story.said("customer", story.after(minutes=40)),
        story.set("open", story.after(minutes=40)),
    ):
        await site.publish(fact)
        await site.settled("sla.tickets")
    told = [(event.data.clock, event.data.change) for event in await site.events(SlaChanged, count=5)]
    assert sorted(told[:2]) == [("first_response", "started"), ("resolution", "started")]
    assert told[2:] == [("first_response", "met"), ("resolution", "paused"), ("resolution", "resumed")]
    resumed = (await site.events(SlaChanged, count=5))[-1].data
    assert (resumed.due_at, resumed.elapsed_seconds) == (story.after(hours=8, minutes=30), 600)


async def test_an_overdue_ticket_is_warned_breached_and_escalated_twice(site: Site) -> None:
    agree(site, QUICK)
    running = await site.start("sla")
    story = Story(opened=now() + timedelta(seconds=1))
    opened = story.opened()
    await site.publish(opened)
    await site.publish(story.classified())
    first, second = await site.events(TicketEscalated, subject=story.ticket, count=2)
    (warned,) = await site.events(SlaWarned, subject=story.ticket)
    (breached,) = await site.events(SlaBreached, subject=story.ticket)
    due_at = story.after(seconds=2)
    assert (warned.data.percent, warned.data.due_at) == (50, due_at)
    assert breached.data.due_at == due_at
    assert breached.time >= due_at
    assert (first.data.level, first.data.notify) == (1, ("owner", "lead"))
    assert (second.data.level, second.data.team, second.data.priority) == (2, "management", "urgent")
    assert second.time >= story.after(seconds=3)
    assert {first.depth, second.depth} == {opened.depth + 1}
    breach = 'sla_breaches_total{clock="first_response",policy="quick"} 1.0'
    await site.measured(running, breach, "sla_due_lateness_seconds_count 4.0")


async def test_what_became_due_during_an_outage_is_announced_afterwards_with_how_late(site: Site) -> None:
    agree(site, QUICK)
    before = await site.start("sla")
    story = Story(opened=now() + timedelta(seconds=2))
    await site.publish(story.opened())
    await site.publish(story.classified())
    await site.events(SlaChanged, subject=story.ticket)
    await before.stop()
    waiting = Story("in the queue", opened=now() - timedelta(hours=2))
    await site.publish(waiting.opened())
    await site.publish(waiting.classified())

    async def overdue() -> bool:
        return datetime.now(UTC) > story.after(seconds=4)

    await site.eventually(overdue)
    await site.start("sla")
    for told, late_by in ((story, 2), (waiting, 7197)):
        (breached,) = await site.events(SlaBreached, subject=told.ticket)
        assert breached.data.late_by_seconds >= late_by
        levels = await site.events(TicketEscalated, subject=told.ticket, count=2)
        assert {event.data.level for event in levels} == {1, 2}


async def test_two_replicas_announce_everything_once(site: Site) -> None:
    agree(site, QUICK)
    await site.start("sla")
    await site.start("sla")
    stories = [Story(f"{number}", opened=now()) for number in range(20)]
    for story in stories:
        await site.publish(story.opened())
        await site.publish(story.classified())
    for story in stories:
        levels = await site.events(TicketEscalated, subject=story.ticket, count=2)
        assert sorted(event.data.level for event in levels) == [1, 2]
        assert len({event.id for event in site.seen if _is(event, SlaBreached, story)}) == 1
        document = await ticket(site, story)
        assert document["announced"]["first_response:1"]["breaches"] == 1
        assert document["announced"]["first_response:1"]["levels"] == [1, 2]
        assert "next_at" not in document


async def test_an_answer_stops_the_timers(site: Site) -> None:
    agree(site, QUICK)
    await site.start("sla")
    answered, forgotten = Story("answered", opened=now()), Story("forgotten", opened=now())
    for fact in (answered.opened(), answered.classified(), answered.said("agent", answered.start)):
        await site.publish(fact)
    await site.publish(forgotten.opened())
    await site.publish(forgotten.classified())
    await site.events(TicketEscalated, subject=forgotten.ticket, count=2)
    assert not [event for event in site.seen if _is(event, SlaBreached, answered)]
    assert (await ticket(site, answered))["clocks"][0]["mode"] == "ended"


async def test_a_ticket_that_can_not_be_read_holds_up_no_other(site: Site) -> None:
    agree(site, QUICK)
    await site.start("sla")
    broken = {"_id": Story("broken").ticket, "version": 1, "facts": 17, "next_at": datetime(2020, 1, 1, tzinfo=UTC)}
    await site.database("sla")["tickets"].insert_one(broken)
    story = Story(opened=now())
    await site.publish(story.opened())
    await site.publish(story.classified())
    await site.events(TicketEscalated, subject=story.ticket, count=2)


async def test_second_deliveries_change_nothing(site: Site) -> None:
    agree(site, ALWAYS)
    await site.start("sla")
    story = Story(opened=now())
    facts = [story.opened(), story.classified(), story.said("agent", story.start)]
    for fact in facts:
        await site.publish(fact)
    await site.events(SlaChanged, subject=story.ticket, count=3)
    await site.settled("sla.tickets")
    before = await ticket(site, story)
    for fact in reversed(facts):
        await site.publish(fact)
    await site.settled("sla.tickets")
    assert await ticket(site, story) == before
    assert len(await site.events(SlaChanged, subject=story.ticket)) == 3


async def test_what_does_not_hold_is_parked_with_its_reason_and_stops_nobody(site: Site) -> None:
    agree(site, ALWAYS)
    await site.start("sla")
    story = Story(opened=now())
    await site.publish_raw(b"{", routing_key="ticket.opened.v1")
    await site.publish_raw(b'{"type": "ticket.opened.v1"}', routing_key="ticket.opened.v1")
    await site.publish(Story("long ago", opened=datetime(1970, 1, 1, tzinfo=UTC)).opened())
    reasons = " | ".join(sorted(reason for reason, _ in await site.dead("sla.tickets", count=3)))
    assert "is no time at which" in reasons
    assert "not JSON" in reasons
    assert "ticket.opened.v1 does not hold" in reasons
    await site.publish(story.opened())
    await site.publish(story.classified())
    await site.events(SlaChanged, subject=story.ticket, count=2)


async def test_clocks_are_shown_as_a_sum_that_can_be_checked(site: Site) -> None:
    running = await site.start("sla")  # with the shipped policies
    story = Story(opened=datetime(2026, 11, 20, 15, 30, tzinfo=UTC))  # Friday, 16:30 in Ljubljana
    for fact in (
        story.opened(),
        story.classified(),
        story.set("pending_customer", story.after(minutes=10)),
        story.set("open", story.after(days=3)),
    ):
        await site.publish(fact)
    await site.events(SlaChanged, subject=story.ticket, count=4)
    response = await running.client.get(f"/tickets/{story.ticket}/clocks", headers=site.bearer("agent"))
    first, resolution = response.json()["clocks"]
    assert (first["policy"], first["calendar"], first["zone"]) == ("standard", "desk", "Europe/Ljubljana")
    assert first["due_at"] == "2026-11-23T11:30:00+01:00"
    assert first["reads"] == ("Fri 20 Nov 16:30:00-17:00:00 (30 min) + Mon 23 Nov 08:00:00-11:30:00 (3 h 30 min) = 4 h")
    assert resolution["sum_seconds"] == resolution["target_seconds"] == 34 * 3600
    assert [(part["counted"], part["seconds"]) for part in resolution["summands"]][:2] == [(True, 600), (False, 0)]
    assert "[not counted Fri 20 Nov 16:40:00-Mon 23 Nov 16:30:00: status pending_customer]" in resolution["reads"]


async def test_due_lists_running_clocks_page_by_page_the_longest_overdue_first(site: Site) -> None:
    agree(site, ALWAYS)
    running = await site.start("sla")
    stories = [Story(f"{number}", opened=now() + timedelta(minutes=number)) for number in range(3)]
    for story in reversed(stories):
        await site.publish(story.opened())
        await site.publish(story.classified())
    await site.events(SlaChanged, count=6)
    await site.settled("sla.tickets")
    query: dict[str, Any] = {"before": (now() + timedelta(hours=2)).isoformat(), "limit": 2}
    first = (await running.client.get("/due", params=query, headers=site.bearer("supervisor"))).json()
    rest = await running.client.get("/due", params={**query, "cursor": first["next"]}, headers=site.bearer("agent"))
    listed = [*first["due"], *rest.json()["due"]]
    assert [one["ticket"] for one in listed] == [story.ticket for story in stories]
    assert {one["clock"] for one in listed} == {"first_response"}
    assert rest.json()["next"] is None


async def test_requests_that_do_not_hold_are_told_what_to_do(site: Site) -> None:
    agree(site, ALWAYS)
    client = (await site.start("sla")).client
    path = f"/tickets/{Story().ticket}/clocks"
    assert (await client.get(path)).status_code == 401
    assert (await client.get(path, headers=site.bearer())).status_code == 403
    assert (await client.get(path, headers=site.bearer("agent"))).status_code == 404
    assert (await client.get("/tickets/17/clocks", headers=site.bearer("agent"))).status_code == 422
    for query in ({}, {"before": "tomorrow"}, {"before": "2026-11-23T10:00:00Z", "cursor": "second page"}):
        answer = await client.get("/due", params=query, headers=site.bearer("agent"))
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


async def test_no_query_scans_a_collection(site: Site) -> None:
    agree(site, QUICK)
    running = await site.start("sla")
    database = site.database("sla")
    await database.command("profile", 2)
    story = Story(opened=now())
    await site.publish(story.opened())
    await site.publish(story.classified())
    await site.events(TicketEscalated, subject=story.ticket, count=2)
    query = {"before": (now() + timedelta(hours=2)).isoformat(), "cursor": f"2026-01-01T00:00:00Z_{story.ticket}"}
    assert (await running.client.get("/due", params=query, headers=site.bearer("agent"))).status_code == 200
    assert (
        await running.client.get(f"/tickets/{story.ticket}/clocks", headers=site.bearer("agent"))
    ).status_code == 200
    assert await Store(running.service.mongo).running("first_response") == 1
    await database.command("profile", 0)
    watched = await database["system.profile"].find({"ns": {"$not": {"$regex": "system"}}}).to_list(None)
    plans = {one["planSummary"] for one in watched if "planSummary" in one}
    assert any("next_at" in plan for plan in plans)
    assert any("due_at" in plan for plan in plans)
    assert any("running" in plan for plan in plans)
    assert not [one for one in watched if "COLLSCAN" in one.get("planSummary", "")]


def _is(event: Any, kind: type[Any], story: Story) -> bool:
    return isinstance(event, kind) and event.subject == story.ticket
