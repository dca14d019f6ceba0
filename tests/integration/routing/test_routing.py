"""Routing on a real broker and database: what comes out of the bus for what went in."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
import yaml

from shared.events import TicketAssigned, TicketClassified
from tests.site import Running, Site, command_key
from tests.unit.routing.samples import claim, correction, escalated, opened, status_changed, ticket_id, transfer

NOT_WORKING = "Svetilka ne dela."


def set_capacity(site: Site, **capacities: int) -> None:
    path = site.config_dir / "teams.yaml"
    teams = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, capacity in capacities.items():
        teams["agents"][name]["capacity"] = capacity
    path.write_text(yaml.safe_dump(teams, allow_unicode=True), encoding="utf-8")


async def post(site: Site, routing: Running, what: str, ticket: str, body: dict[str, Any], *, key: str) -> Any:
    headers = {**site.bearer("supervisor"), "Idempotency-Key": key}
    return await routing.client.post(f"/tickets/{ticket}/{what}", json=body, headers=headers)


async def get(site: Site, routing: Running, address: str) -> Any:
    answer = await routing.client.get(address, headers=site.bearer("supervisor"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def waiting(site: Site, routing: Running, team: str) -> list[str]:
    return [row["ticket"] for row in (await get(site, routing, f"/queue?team={team}"))["tickets"]]


async def open_all(site: Site, tickets: Iterable[str], **more: Any) -> None:
    """Opened one after the other, so that it is known who waits longer."""
    for minute, ticket in enumerate(tickets):
        await site.publish(opened(ticket, minute=minute, **more))
        await site.events(TicketAssigned, subject=ticket)


async def test_an_opened_ticket_is_classified_and_assigned_with_reasons(site: Site) -> None:
    await site.start("routing")
    event = opened(text=NOT_WORKING, language="sl")
    await site.publish(event)
    (classified,) = await site.events(TicketClassified, subject=event.subject)
    (assigned,) = await site.events(TicketAssigned, subject=event.subject)
    assert (classified.data.category, classified.data.priority, classified.data.team) == (
        "technical",
        "high",
        "technical",
    )
    assert classified.data.reasons[0].because == "keyword 'ne dela' (text, sl)"
    assert (assigned.data.state, assigned.data.agent) == ("assigned", "cvetka")
    assert assigned.data.reasons[0].because == "cvetka 0 of 6, dmitar 0 of 6: cvetka"
    assert {classified.causationid, assigned.causationid} == {event.id}
    assert (classified.ticketversion, assigned.ticketversion) == (1, 2)


async def test_a_second_delivery_changes_nothing(site: Site) -> None:
    routing = await site.start("routing")
    event = opened(text=NOT_WORKING)
    for _ in range(3):
        await site.publish(event)
    await site.events(TicketAssigned, subject=event.subject)
    await site.settled("routing.tickets")
    found = await site.database("routing")["tickets"].find_one({"_id": event.subject})
    assert (found["version"], found["stated"]) == (1, 2)
    assert len((await get(site, routing, f"/tickets/{event.subject}/decision"))["decisions"]) == 1
    assert len({seen.id for seen in site.seen if isinstance(seen, TicketAssigned)}) == 1


async def test_many_at_once_spread_over_the_team_and_nobody_is_over_capacity(site: Site) -> None:
    set_capacity(site, cvetka=4, dmitar=4)
    routing = await site.start("routing")
    tickets = [ticket_id(place) for place in range(12)]
    await asyncio.gather(*(site.publish(opened(ticket, text=NOT_WORKING)) for ticket in tickets))
    await site.events(TicketAssigned, count=12)
    await site.settled("routing.tickets")
    loads = {row["agent"]: row["load"] for row in await get(site, routing, "/agents")}
    assert (loads["cvetka"], loads["dmitar"]) == (4, 4)
    assert len(await waiting(site, routing, "technical")) == 4


async def test_a_full_team_queues_and_a_resolved_ticket_lets_the_next_one_in(site: Site) -> None:
    set_capacity(site, cvetka=1, dmitar=0)
    routing = await site.start("routing", drain_seconds=0.1)
    first, second, third = tickets = [ticket_id(name) for name in ("first", "second", "third")]
    await open_all(site, tickets, text=NOT_WORKING)
    (queued,) = await site.events(TicketAssigned, subject=second)
    assert (queued.data.state, queued.data.agent) == ("queued", None)
    because = "nobody free in technical: cvetka is full with 1 of 1, dmitar is full with 0 of 0"
    assert queued.data.reasons[0].because == because
    assert await waiting(site, routing, "technical") == [second, third]

    await site.publish(status_changed(2, "new", "resolved", first))
    _, assigned = await site.events(TicketAssigned, subject=second, count=2)
    assert (assigned.data.state, assigned.data.agent) == ("assigned", "cvetka")
    assert assigned.causationid == opened(second).id
    assert await waiting(site, routing, "technical") == [third]


async def test_the_more_urgent_and_then_the_longer_waiting_ticket_goes_first(site: Site) -> None:
    set_capacity(site, eva=1)
    routing = await site.start("routing", drain_seconds=0.1)
    busy, older, newer, vip = tickets = [ticket_id(name) for name in ("busy", "older", "newer", "vip")]
    await open_all(site, tickets[:3], text="invoice")
    await open_all(site, [vip], text="invoice", tier="vip")
    assert await waiting(site, routing, "billing") == [vip, older, newer]
    for released, expected in ((busy, vip), (vip, older), (older, newer)):
        await site.publish(status_changed(2, "new", "pending_customer", released))
        assigned = await site.events(TicketAssigned, subject=expected, count=2)
        assert assigned[-1].data.agent == "eva"


async def test_a_new_ticket_does_not_overtake_one_that_waits(site: Site) -> None:
    set_capacity(site, eva=1)
    await site.start("routing", drain_seconds=60)
    busy, older, newer = (ticket_id(name) for name in ("busy", "older", "newer"))
    await open_all(site, [busy, older], text="invoice")
    await site.database("routing")["tickets"].update_one({"_id": busy}, {"$set": {"active": False}})
    await site.publish(opened(newer, text="invoice", minute=2))
    (queued,) = await site.events(TicketAssigned, subject=newer)
    assert queued.data.state == "queued"
    assert "in turn" in queued.data.reasons[0].because
    _, assigned = await site.events(TicketAssigned, subject=older, count=2)
    assert assigned.data.agent == "eva"


async def test_of_two_claims_at_once_one_is_refused(site: Site) -> None:
    set_capacity(site, eva=0)
    routing = await site.start("routing")
    ticket = ticket_id()
    await open_all(site, [ticket], text="invoice")
    answers = await asyncio.gather(
        *(
            post(site, routing, "claim", ticket, {"agent": agent}, key=command_key())
            for agent in ("ana", "bojan", "eva")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"].startswith(f"{won['agent']} has it")
    (_, claimed) = await site.events(TicketAssigned, subject=ticket, count=2)
    assert (claimed.data.agent, claimed.data.by) == (won["agent"], f"claim:{won['agent']}")


async def test_the_same_key_twice_has_one_effect_and_the_same_answer(site: Site) -> None:
    routing = await site.start("routing")
    ticket, other, key = ticket_id(), ticket_id("other"), command_key()
    await open_all(site, [ticket, other], text="invoice")
    answers = [
        await post(site, routing, "transfer", ticket, {"team": "technical", "reason": "theirs"}, key=key)
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["team"], answers[0].json()["agent"]) == ("technical", "cvetka")
    assert (await get(site, routing, f"/tickets/{ticket}/decision"))["hops"] == 1
    reused = await post(site, routing, "transfer", other, {"team": "technical", "reason": "theirs"}, key=key)
    assert (reused.status_code, reused.json()["title"]) == (422, "The key is taken")


async def test_commands_over_the_bus_do_the_same_as_over_http(site: Site) -> None:
    await site.start("routing")
    ticket = ticket_id()
    await open_all(site, [ticket], text="invoice")
    await site.command(transfer(ticket, agent="dmitar", key=command_key()))
    _, transferred = await site.events(TicketAssigned, subject=ticket, count=2)
    assert (transferred.data.team, transferred.data.agent, transferred.data.by) == (
        "technical",
        "dmitar",
        "transfer:maja",
    )
    await site.command(correction(ticket, category="billing", priority="low", key=command_key()))
    *_, corrected = await site.events(TicketClassified, subject=ticket, count=3)
    assert (corrected.data.category, corrected.data.priority, corrected.data.by) == ("billing", "low", "agent:maja")
    await site.command(claim("ana", ticket, key=command_key()))
    ((reason, _),) = await site.dead("routing.commands")
    assert reason.startswith("The ticket is taken: dmitar has it")


async def test_an_escalation_before_the_opening_counts_when_the_ticket_opens(site: Site) -> None:
    await site.start("routing")
    ticket = ticket_id()
    await site.publish(escalated(3, team="management", priority="urgent", subject=ticket))
    await site.settled("routing.tickets")
    assert not [event for event in site.seen if isinstance(event, (TicketClassified, TicketAssigned))]
    await site.publish(opened(ticket, text="invoice"))
    (classified,) = await site.events(TicketClassified, subject=ticket)
    (assigned,) = await site.events(TicketAssigned, subject=ticket)
    assert (classified.data.category, classified.data.priority, classified.data.team) == (
        "billing",
        "urgent",
        "management",
    )
    assert (assigned.data.agent, assigned.data.by) == ("maja", "escalation")
    assert assigned.data.reasons[0].because == "first response is overdue"


async def test_an_escalation_frees_the_first_owner_for_the_next_ticket(site: Site) -> None:
    set_capacity(site, eva=1)
    await site.start("routing", drain_seconds=0.1)
    first, second = ticket_id("first"), ticket_id("second")
    await open_all(site, [first, second], text="invoice")
    await site.publish(escalated(1, team="management", priority="urgent", subject=first))
    _, escalation = await site.events(TicketAssigned, subject=first, count=2)
    assert (escalation.data.agent, escalation.data.previous_agent) == ("maja", "eva")
    _, assigned = await site.events(TicketAssigned, subject=second, count=2)
    assert assigned.data.agent == "eva"


async def test_a_reopened_ticket_whose_owner_is_full_goes_to_somebody_else(site: Site) -> None:
    set_capacity(site, cvetka=1, dmitar=1)
    await site.start("routing")
    first, second, third = (ticket_id(name) for name in ("first", "second", "third"))
    await open_all(site, [first], text=NOT_WORKING)
    await site.publish(status_changed(2, "new", "resolved", first))
    await site.settled("routing.tickets")
    await open_all(site, [second, third], text=NOT_WORKING)
    await site.publish(status_changed(2, "new", "resolved", second))  # dmitar's: the first was cvetka's
    await site.settled("routing.tickets")
    await site.publish(status_changed(3, "resolved", "open", first))
    _, again = await site.events(TicketAssigned, subject=first, count=2)
    assert (again.data.agent, again.data.previous_agent) == ("dmitar", "cvetka")


async def test_a_malformed_event_is_parked_with_its_reason_and_the_next_one_is_handled(site: Site) -> None:
    await site.start("routing")
    await site.publish_raw(b'{"type": "ticket.opened.v1"', routing_key="ticket.opened.v1")
    event = opened()
    broken = event.model_copy(update={"data": None}).model_dump_json().encode()
    await site.publish_raw(broken, routing_key=event.type)
    await site.publish(escalated(1, team="third_level", subject=event.subject))
    reasons = sorted(reason for reason, _ in await site.dead("routing.tickets", count=3))
    assert reasons[0].startswith("escalated to team 'third_level', which teams.yaml does not have")
    assert reasons[1].startswith("not JSON")
    assert reasons[2].startswith("ticket.opened.v1 does not hold: data: ")
    await site.publish(event)
    await site.events(TicketAssigned, subject=event.subject)


async def test_the_decision_shows_every_rule_tried_and_every_agent_considered(site: Site) -> None:
    routing = await site.start("routing")
    ticket = ticket_id()
    await open_all(site, [ticket], text=NOT_WORKING)
    shown = await get(site, routing, f"/tickets/{ticket}/decision")
    (decision,) = shown["decisions"]
    rules = {rule["rule"]: rule for rule in decision["rules"]}
    assert rules["hebrew"]["because"] == "language is en, not he"
    assert rules["technical_words"]["applied"]
    assert rules["technical_words"]["decided"] == ["category"]
    assert not rules["billing_words"]["applied"]
    assert [candidate["agent"] for candidate in decision["candidates"]] == ["cvetka", "dmitar"]
    assert shown["ticket"]["agent"] == "cvetka"
    assert NOT_WORKING not in str(await site.database("routing")["decisions"].find_one({}))


async def test_the_queue_is_paged_and_says_since_when_and_why(site: Site) -> None:
    set_capacity(site, eva=0)
    routing = await site.start("routing")
    tickets = [ticket_id(place) for place in range(5)]
    await open_all(site, tickets, text="invoice")
    seen, cursor = [], ""
    while True:
        page = await get(site, routing, f"/queue?limit=2{cursor}")
        seen += page["tickets"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert [row["ticket"] for row in seen] == tickets
    assert seen[0]["because"] == "nobody free in billing: eva is full with 0 of 0"
    assert seen[0]["age_seconds"] >= 0


@pytest.mark.parametrize(
    ("what", "body", "status", "says"),
    [
        ("claim", {"agent": "nobody"}, 422, "teams.yaml has no agent 'nobody'."),
        ("transfer", {"reason": "x"}, 422, "Give a team, an agent, or both."),
        ("classify", {"category": "bilings", "reason": "x"}, 422, "Use one of billing"),
        ("transfer", {"team": "billing"}, 422, "Correct the fields listed in `errors`."),
    ],
)
async def test_a_wrong_request_is_told_what_to_do(
    site: Site, what: str, body: dict[str, Any], status: int, says: str
) -> None:
    routing = await site.start("routing")
    await open_all(site, [ticket_id()])
    answer = await post(site, routing, what, ticket_id(), body, key=command_key())
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(says)


async def test_nobody_gets_in_without_token_role_key_or_ticket(site: Site) -> None:
    routing = await site.start("routing")
    address, body = f"/tickets/{ticket_id()}/claim", {"agent": "ana"}
    anonymous = await routing.client.post(address, json=body, headers={"Idempotency-Key": "k"})
    system = await routing.client.post(address, json=body, headers={**site.bearer("system"), "Idempotency-Key": "k"})
    no_key = await routing.client.post(address, json=body, headers=site.bearer("agent"))
    unknown = await post(site, routing, "claim", ticket_id(), body, key="k")
    assert [answer.status_code for answer in (anonymous, system, no_key, unknown)] == [401, 403, 422, 404]


async def test_what_is_counted_has_no_ticket_and_no_person_in_its_labels(site: Site) -> None:
    set_capacity(site, eva=0)
    routing = await site.start("routing")
    ticket = ticket_id()
    await open_all(site, [ticket], text="invoice")
    await post(site, routing, "claim", ticket, {"agent": "ana"}, key=command_key())
    metrics = await site.measured(
        routing,
        'kartica_routing_assignments_total{by="least_loaded",result="queued",team="billing"} 1.0',
        'kartica_routing_assignments_total{by="claim",result="assigned",team="billing"} 1.0',
        'kartica_routing_classifications_total{by="rules",category="billing"} 1.0',
        'kartica_routing_queue_tickets{team="support"} 0.0',
    )
    assert ticket not in metrics
