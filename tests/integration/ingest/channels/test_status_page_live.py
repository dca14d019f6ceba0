"""The status page on the real broker and database: from the form's link to the agent's answer and the rating."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.events import SlaChanged, SlaChangedData, TicketMessageAdded, TicketOpened, TicketRated, TicketStatusChanged
from shared.status_link import StatusLinks
from tests.integration.ingest.channels.test_web_channels import WRITTEN, reply, start
from tests.site import Running, Site, command_key


async def sent(ingest: Running, **more: Any) -> dict[str, Any]:
    """A program sends the form; what it is told."""
    answer = await ingest.client.post(
        "/forms/contact", json={**WRITTEN, "lang": "en", **more}, headers={"Idempotency-Key": command_key()}
    )
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def write(ingest: Running, link: str, text: str, **more: Any) -> httpx.Response:
    page = await ingest.client.get(link)
    found = re.search(r'name="page" value="([^"]+)"', page.text)
    assert found is not None
    return await ingest.client.post(link, data={"message": text, "page": found.group(1)}, **more)


async def set_status(site: Site, ingest: Running, ticket: str, status: str) -> None:
    answer = await ingest.client.post(
        f"/tickets/{ticket}/status",
        json={"status": status, "reason": "test"},
        headers={**site.bearer("agent"), "Idempotency-Key": command_key()},
    )
    assert answer.status_code < 300, answer.text


async def test_a_customer_follows_answers_and_rates_a_request_by_the_link_of_the_form(site: Site) -> None:
    ingest = await start(site)
    told = await sent(ingest)
    link = told["status"].removeprefix("http://localhost:8101")
    await reply(site, ingest, told["ticket"], "Only for us", visibility="internal")
    await reply(site, ingest, told["ticket"], "Have you tried another bulb?")
    page = (await ingest.client.get(f"{link}?lang=en")).text
    assert ("Have you tried another bulb?" in page, "Only for us" in page) == (True, False)
    assert ("In progress" in page, told["number"] in page) == (True, True)

    written = await write(ingest, link, "It is the same.", files={"files": ("lamp.png", b"\x89PNG", "image/png")})
    assert written.status_code == 303
    (added,) = [e for e in await site.events(TicketMessageAdded, count=3) if e.data.message.author == "customer"]
    message = added.data.message
    assert (added.subject, message.channel, message.unverified_sender) == (told["ticket"], "portal", False)
    assert message.sender is not None
    assert (message.sender.email, message.sender.verified) == ("iva@example.org", False)
    file = message.attachments[0].id
    assert (await ingest.client.get(f"{link}/files/{file}")).content == b"\x89PNG"

    await set_status(site, ingest, told["ticket"], "resolved")
    for score in ("3", "3", "5"):
        rated = await ingest.client.post(f"{link}/rating", data={"score": score, "comment": "Hvala"})
        assert rated.status_code == 303, rated.text
    ratings = await site.events(TicketRated, count=2)
    assert [(event.data.score, event.data.cycle) for event in ratings] == [(3, 1), (5, 1)]
    assert "Very satisfied" in (await ingest.client.get(f"{link}?lang=en")).text

    await write(ingest, link, "It broke again.")
    changed = await site.events(TicketStatusChanged, subject=told["ticket"], count=3)
    assert changed[-1].data.status == "open"


async def test_the_page_tells_what_sla_promised(site: Site) -> None:
    ingest = await start(site)
    told = await sent(ingest)
    (opened,) = await site.events(TicketOpened)
    due = datetime(2031, 5, 6, 10, 0, tzinfo=UTC)
    data = SlaChangedData(
        clock="first_response", change="started", due_at=due, policy="p", calendar="c",
        target_seconds=3600, elapsed_seconds=0, because="the ticket was opened",
    )  # fmt: skip
    await site.publish(
        SlaChanged.following(opened, "sla", time=opened.time, subject=opened.subject, ticketversion=1, data=data)
    )
    link = told["status"].removeprefix("http://localhost:8101")

    async def shown() -> bool:
        return "6 May 2031, 12:00" in (await ingest.client.get(f"{link}?lang=en")).text

    await site.eventually(shown, what="the promise, in the zone of the organisation")


async def test_a_link_that_was_mailed_lets_its_recipient_write_as_a_proved_participant(site: Site) -> None:
    ingest = await start(site)
    told = await sent(ingest)
    until = datetime.now(UTC) + timedelta(days=1)
    links = StatusLinks.parse(site.reply_keys)
    own, strange = (links.sign(told["ticket"], who, until=until) for who in ("iva@example.org", "mallory@example.org"))
    assert (await write(ingest, f"/status/{own}", "By mail's link.")).status_code == 303
    (added,) = await site.events(TicketMessageAdded)
    assert added.data.message.sender is not None
    assert added.data.message.sender.verified
    assert (await ingest.client.get(f"/status/{strange}")).status_code == 404


async def test_a_message_to_a_closed_request_opens_a_linked_one(site: Site) -> None:
    ingest = await start(site)
    told = await sent(ingest)
    link = told["status"].removeprefix("http://localhost:8101")
    await set_status(site, ingest, told["ticket"], "closed")
    assert (await write(ingest, link, "And another thing.")).status_code == 303
    _, follow = await site.events(TicketOpened, count=2)
    assert (follow.data.follows, follow.data.channel) == (told["ticket"], "portal")


async def test_no_question_of_the_status_page_scans_a_collection(site: Site) -> None:
    await start(site)
    asked: dict[str, dict[str, Any]] = {
        "messages": {
            "filter": {"ticket": {"$in": ["a", "b"]}, "visibility": "public"},
            "sort": {"received_at": -1},
            "limit": 201,
        },
        "timeline": {"filter": {"ticket": "a", "type": {"$in": ["sla.changed.v1", "ticket.rated.v1"]}}},
    }  # fmt: skip
    for collection, query in asked.items():
        plan = await site.database("ingest").command("explain", {"find": collection, **query}, verbosity="queryPlanner")
        assert "COLLSCAN" not in json.dumps(plan, default=str), collection
