"""Several replicas of routing, many tickets at the same moment: no agent over capacity, no ticket with two owners."""

import asyncio
from collections import Counter

from shared.events import TicketAssigned
from tests.integration.routing.test_routing import NOT_WORKING, set_capacity, waiting
from tests.site import Site
from tests.unit.routing.samples import opened, status_changed, ticket_id


async def test_a_burst_over_two_replicas_fills_agents_to_their_capacity_and_queues_the_rest(site: Site) -> None:
    set_capacity(site, cvetka=5, dmitar=4)
    routing = await site.start("routing", drain_seconds=0.1)
    await site.start("routing", drain_seconds=0.1)
    tickets = [ticket_id(f"burst {number}") for number in range(24)]
    await asyncio.gather(*(site.publish(opened(ticket, text=NOT_WORKING)) for ticket in tickets))
    for ticket in tickets:
        await site.events(TicketAssigned, subject=ticket)
    await site.settled("routing.tickets")

    assert await _holding(site) == {"cvetka": 5, "dmitar": 4}
    queued = await waiting(site, routing, "technical")
    assert len(queued) == 15

    held = [ticket for ticket in tickets if ticket not in queued]
    await asyncio.gather(*(site.publish(status_changed(2, "open", "resolved", subject=ticket)) for ticket in held))
    for ticket in queued[:9]:
        await site.events(TicketAssigned, subject=ticket, count=2)
    await site.settled("routing.tickets")
    assert await _holding(site) == {"cvetka": 5, "dmitar": 4}
    assert await waiting(site, routing, "technical") == queued[9:]


async def _holding(site: Site) -> Counter[str]:
    found = await site.database("routing")["tickets"].find({"active": True, "agent": {"$ne": None}}).to_list(None)
    return Counter(document["agent"] for document in found)
