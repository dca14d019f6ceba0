"""What people do with tickets in the pool, on a real broker and database, and with several replicas."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import yaml

from shared.envelope import Event
from shared.events import TicketAssigned, TicketOffered
from tests.integration.routing.test_routing import NOT_WORKING, get, open_all, post, set_capacity, waiting
from tests.site import Running, Site, command_key
from tests.unit.routing.samples import claim, decline, message_added, opened, release, ticket_id, transfer

E = TypeVar("E", bound=Event)
PAST = datetime(2020, 1, 1, tzinfo=UTC)


def set_team(site: Site, team: str, **terms: Any) -> None:
    path = site.config_dir / "teams.yaml"
    teams = yaml.safe_load(path.read_text(encoding="utf-8"))
    teams["teams"][team] |= terms
    path.write_text(yaml.safe_dump(teams, allow_unicode=True), encoding="utf-8")


async def by(site: Site, routing: Running, who: str, what: str, ticket: str, body: dict[str, Any]) -> Any:
    """A request of an agent in their own name."""
    headers = {**site.bearer("agent", subject=f"agent:{who}"), "Idempotency-Key": command_key()}
    return await routing.client.post(f"/tickets/{ticket}/{what}", json=body, headers=headers)


async def too_late(site: Site, ticket: str, field: str) -> None:
    """As if that much time had passed, or nobody had looked for so long."""
    period = {f"{field}.since": PAST, f"{field}.until": PAST + timedelta(minutes=10)}
    past = {field: PAST} if field == "ask_again_at" else period
    await site.database("routing")["tickets"].update_one({"_id": ticket}, {"$set": past, "$inc": {"version": 1}})


async def told(site: Site, kind: type[E], ticket: str | None, count: int) -> list[E]:
    """So many events about the ticket, in their order. Replicas may send the same one twice: it is one."""

    async def found() -> list[E]:
        events = {one.id: one for one in site.seen if isinstance(one, kind) and ticket in (None, one.subject)}
        return sorted(events.values(), key=lambda one: one.ticketversion) if len(events) >= count else []

    events: list[E] = await site.eventually(found, what=f"{count} {kind.__name__}")
    assert len(events) == count
    return events


async def offers(site: Site, ticket: str, count: int) -> list[tuple[str, str]]:
    return [(event.data.state, event.data.agent) for event in await told(site, TicketOffered, ticket, count)]


async def test_an_offer_goes_round_until_somebody_accepts_it(site: Site) -> None:
    set_team(site, "billing", agents=["eva", "filip"], offer={"within": "10m"})
    routing = await site.start("routing", drain_seconds=0.2)
    await site.start("routing", drain_seconds=0.2)
    ticket = ticket_id()
    await site.publish(opened(ticket, text="invoice"))
    assert await offers(site, ticket, 1) == [("offered", "eva")]
    (queued,) = await told(site, TicketAssigned, ticket, 1)
    assert (queued.data.state, queued.data.reasons[-1].because) == ("queued", "eva is asked first")
    (row,) = (await get(site, routing, "/queue?team=billing"))["tickets"]
    assert row["offered_to"] == "eva"
    loads = {one["agent"]: one["load"] for one in await get(site, routing, "/agents")}
    assert (loads["eva"], loads["filip"]) == (1, 0)

    taken = await by(site, routing, "filip", "claim", ticket, {"agent": "filip"})
    assert (taken.status_code, "offered to eva until" in taken.json()["detail"]) == (409, True)
    await site.command(decline("eva", ticket, key=command_key()))
    assert (await offers(site, ticket, 3))[1:] == [("declined", "eva"), ("offered", "filip")]
    await too_late(site, ticket, "offer")
    assert (await offers(site, ticket, 4))[3:] == [("expired", "filip")]
    shown = await get(site, routing, f"/tickets/{ticket}/decision")
    assert (shown["excluded"], shown["offer"]) == (["eva", "filip"], None)
    await too_late(site, ticket, "ask_again_at")
    assert (await offers(site, ticket, 5))[4:] == [("offered", "filip")]
    accepted = await by(site, routing, "filip", "claim", ticket, {"agent": "filip"})
    assert (accepted.status_code, accepted.json()["agent"]) == (200, "filip")
    assert (await offers(site, ticket, 6))[5:] == [("accepted", "filip")]
    (_, assigned) = await told(site, TicketAssigned, ticket, 2)
    assert (assigned.data.by, assigned.data.agent) == ("offer:filip", "filip")
    counted = {one.ticketversion for one in site.seen if isinstance(one, (TicketOffered, TicketAssigned))}
    assert counted == set(range(2, 10))


async def test_an_offer_to_somebody_who_leaves_goes_to_the_next(site: Site) -> None:
    set_team(site, "billing", agents=["eva", "filip"], offer={"within": "10m"})
    routing = await site.start("routing", drain_seconds=0.2)
    ticket = ticket_id()
    await site.publish(opened(ticket, text="invoice"))
    assert await offers(site, ticket, 1) == [("offered", "eva")]
    headers = {**site.bearer("agent", subject="agent:eva"), "Idempotency-Key": command_key()}
    said = await routing.client.put("/agents/eva/presence", json={"state": "away", "reason": "lunch"}, headers=headers)
    assert said.status_code == 200
    assert (await offers(site, ticket, 3))[1:] == [("withdrawn", "eva"), ("offered", "filip")]
    (_, withdrawn, _) = await told(site, TicketOffered, ticket, 3)
    assert withdrawn.data.because == "eva is away: lunch"


async def test_of_twenty_claims_at_once_over_two_replicas_one_wins_and_the_others_hear_whose_it_is(site: Site) -> None:
    set_capacity(site, eva=0)
    replicas = [await site.start("routing"), await site.start("routing")]
    ticket, people = ticket_id(), ["ana", "bojan", "gal", "cvetka", "dmitar", "eva", "filip", "maja"]
    await open_all(site, [ticket], text="invoice")
    answers = await asyncio.gather(
        *(
            by(site, replicas[number % 2], people[number % 8], "claim", ticket, {"agent": people[number % 8]})
            for number in range(20)
        )
    )
    winners = {answer.json()["agent"] for answer in answers if answer.status_code == 200}
    assert len(winners) == 1
    (winner,) = winners
    refused = [answer.json()["detail"] for answer in answers if answer.status_code != 200]
    assert len(refused) >= 17  # whoever won may have asked three times
    assert all(detail.startswith(f"{winner} has it; ") for detail in refused)
    await site.settled("routing.tickets")
    assert [event.data.agent for event in await told(site, TicketAssigned, ticket, 2)] == [None, winner]


async def test_a_claim_that_nothing_follows_ends_once_and_one_that_is_acted_on_stays(site: Site) -> None:
    set_capacity(site, eva=0)
    set_team(site, "billing", claim_lease="30m")
    routing = await site.start("routing")
    await site.start("routing")
    idle, busy = ticket_id("idle"), ticket_id("busy")
    await open_all(site, [idle, busy], text="invoice")
    answer = await by(site, routing, "ana", "claim", idle, {"agent": "ana", "lease_seconds": 60})
    assert datetime.fromisoformat(answer.json()["lease_until"]) > datetime.now(UTC)
    await site.command(claim("ana", busy, key=command_key()))
    await told(site, TicketAssigned, busy, 2)
    lease = (await get(site, routing, f"/tickets/{busy}/decision"))["lease"]
    assert lease["agent"] == "ana"
    assert datetime.fromisoformat(lease["until"]) - datetime.fromisoformat(lease["since"]) == timedelta(minutes=30)
    await site.publish(message_added(5, "agent", agent="ana", internal=True, subject=busy))
    await site.settled("routing.tickets")
    assert (await get(site, routing, f"/tickets/{busy}/decision"))["lease"] is None
    await too_late(site, idle, "lease")
    (_, _, back) = await told(site, TicketAssigned, idle, 3)
    assert (back.data.state, back.data.by, back.data.previous_agent) == ("queued", "lease_ended", "ana")
    assert await waiting(site, routing, "billing") == [idle]
    assert (await get(site, routing, f"/tickets/{idle}/decision"))["excluded"] == ["ana"]
    assert (await by(site, routing, "ana", "claim", idle, {"agent": "ana"})).status_code == 200


async def test_agents_act_for_themselves_and_give_back_hand_on_and_return(site: Site) -> None:
    set_capacity(site, eva=0)
    routing = await site.start("routing", drain_seconds=0.2)
    tickets = [ticket_id(name) for name in ("first", "second", "third")]
    await open_all(site, tickets, text="invoice")
    third = tickets[2]
    mine = await get(site, routing, "/queue?agent=eva")
    assert [row["ticket"] for row in mine["tickets"]] == tickets
    assert (await get(site, routing, "/queue?agent=ana"))["tickets"] == []
    assert (await by(site, routing, "filip", "claim", third, {"agent": "eva"})).status_code == 403
    assert (await by(site, routing, "eva", "claim", third, {"agent": "eva"})).status_code == 200
    (_, picked) = await told(site, TicketAssigned, third, 2)
    assert picked.data.reasons[1].because == "2 that they could have taken waited before it"

    assert (await by(site, routing, "filip", "release", third, {"reason": "x"})).status_code == 403
    handed = await by(site, routing, "eva", "transfer", third, {"team": "sales", "reason": "wants to buy"})
    assert (handed.json()["team"], handed.json()["agent"]) == ("sales", "filip")
    back = await by(site, routing, "filip", "transfer", third, {"back": True, "reason": "no, an old bill"})
    assert (back.json()["team"], back.json()["agent"]) == ("billing", "eva")
    await site.command(transfer(third, key=command_key(), team="management"))
    moved = await told(site, TicketAssigned, third, 5)
    assert (moved[-1].data.agent, moved[-1].data.hops) == ("maja", 3)
    await site.command(release("maja", third, key=command_key()))
    released = (await told(site, TicketAssigned, third, 6))[-1]
    assert (released.data.state, released.data.by) == ("queued", "release:maja")
    assert (await post(site, routing, "release", third, {"reason": "x"}, key=command_key())).status_code == 409
    await site.measured(
        routing,
        'kartica_routing_cherry_picks_total{team="billing"} 1.0',
        'kartica_routing_hops_total{team="sales"} 1.0',
        'kartica_routing_ping_pong_total{team="management"} 1.0',
    )


async def test_whoever_writes_an_answer_hears_who_else_does(site: Site) -> None:
    routing = await site.start("routing")
    ticket = ticket_id()
    await open_all(site, [ticket])
    address = f"/tickets/{ticket}/replying"

    async def writes(who: str) -> Any:
        return await routing.client.put(
            address, json={"agent": who}, headers=site.bearer("agent", subject=f"agent:{who}")
        )

    assert (await writes("ana")).json()["others"] == []
    assert [one["agent"] for one in (await writes("bojan")).json()["others"]] == ["ana"]
    assert [one["agent"] for one in (await writes("ana")).json()["others"]] == ["bojan"]
    shown = await get(site, routing, f"/tickets/{ticket}/decision")
    assert [one["agent"] for one in shown["replying"]] == ["ana", "bojan"]
    bojan = site.bearer("agent", subject="agent:bojan")
    other = await routing.client.delete(f"{address}?agent=ana", headers=bojan)
    gone = await routing.client.delete(f"{address}?agent=bojan", headers=bojan)
    assert (other.status_code, gone.status_code) == (403, 204)
    assert [one["agent"] for one in await get(site, routing, address)] == ["ana"]
    await site.database("routing")["replying"].update_many({}, {"$set": {"until": PAST}})
    assert await get(site, routing, address) == []
    assert (
        await routing.client.put(
            f"/tickets/{ticket_id('x')}/replying", json={"agent": "ana"}, headers=site.bearer("agent")
        )
    ).status_code == 404


async def test_a_burst_of_offers_over_two_replicas_asks_for_no_more_than_there_is_room_for(site: Site) -> None:
    set_capacity(site, cvetka=3, dmitar=2)
    set_team(site, "technical", offer={"within": "10m"})
    replicas = [await site.start("routing", drain_seconds=0.1), await site.start("routing", drain_seconds=0.1)]
    tickets = [ticket_id(f"burst {number}") for number in range(12)]
    await asyncio.gather(*(site.publish(opened(ticket, text=NOT_WORKING)) for ticket in tickets))
    for ticket in tickets:
        await site.events(TicketAssigned, subject=ticket)
    await site.settled("routing.tickets")
    asked = await told(site, TicketOffered, None, 5)
    assert sorted(event.data.agent for event in asked) == ["cvetka"] * 3 + ["dmitar"] * 2
    answers = await asyncio.gather(
        *(
            by(site, replicas[place % 2], event.data.agent, "claim", event.subject, {"agent": event.data.agent})
            for place, event in enumerate(asked)
        )
    )
    assert {answer.status_code for answer in answers} == {200}
    await site.settled("routing.tickets")
    loads = {one["agent"]: one["load"] for one in await get(site, replicas[0], "/agents")}
    assert (loads["cvetka"], loads["dmitar"]) == (3, 2)
    assert len(await waiting(site, replicas[0], "technical")) == 7
    states = [event.data.state for event in await told(site, TicketOffered, None, 10)]
    assert (states.count("offered"), states.count("accepted")) == (5, 5)
