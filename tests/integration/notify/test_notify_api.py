"""Commands have one effect, by HTTP or over the bus; notifications can be looked up; no query scans."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.commands import NotificationSend, NotificationSendData
from shared.events import NotificationSent
from tests.integration.notify.conftest import Start
from tests.integration.notify.providers import Relay
from tests.site import Running, Site, command_key
from tests.stories import Story

ASKED = {"channel": "email", "to": "iva@example.org", "title": "Outage", "text": "The bulbs of Maribor are back."}


async def ask(running: Running, site: Site, key: str, **changes: Any) -> Any:
    headers = {**site.bearer("system", subject="erp"), "idempotency-key": key}
    return await running.client.post("/notifications", json={**ASKED, **changes}, headers=headers)


async def test_a_text_is_sent_once_however_often_it_is_asked_for(site: Site, start: Start, relay: Relay) -> None:
    running, key = await start(), command_key()
    answers = [await ask(running, site, key) for _ in range(2)]
    data = NotificationSendData.model_validate(ASKED)
    await site.command(NotificationSend.asked(key=key, source="erp", time=datetime.now(UTC), data=data))
    await site.events(NotificationSent)
    other = command_key()
    await ask(running, site, other, to="maja@example.org")
    await site.events(NotificationSent, count=2)
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert sorted(relay.recipients) == ["iva@example.org", "maja@example.org"]
    [mail] = relay.to("iva@example.org")
    assert (mail["Subject"], mail["Auto-Submitted"], mail["Reply-To"]) == ("Outage", "auto-generated", None)


async def test_a_text_about_a_ticket_can_be_answered_to(site: Site, start: Start, relay: Relay) -> None:
    running = await start()
    lamp = Story("lamp", now=datetime.now(UTC))
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response"))
    await site.events(NotificationSent, subject=lamp.ticket)
    await ask(running, site, command_key(), ticket=lamp.ticket)
    await site.events(NotificationSent, subject=lamp.ticket, count=2)
    [mail] = relay.to("iva@example.org")
    assert lamp.number in mail["Subject"]
    found = site.reply_tokens.find(mail["Reply-To"], sender="iva@example.org")
    assert found is not None
    assert (found.ticket, found.by_recipient) == (lamp.ticket, True)


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"to": "nobody"}, 422), ({"channel": "fax"}, 422), ({"text": ""}, 422), ({"channel": "sms", "to": "12"}, 422)],
)
async def test_what_cannot_be_sent_is_refused_with_what_to_do(
    site: Site, start: Start, changes: dict[str, str], status: int
) -> None:
    answer = await ask(await start(), site, command_key(), **changes)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"]


async def test_only_who_may_can_send_and_look(site: Site, start: Start) -> None:
    running = await start()
    url = f"/notifications?ticket={Story('lamp').ticket}"
    assert (await running.client.get(url)).status_code == 401
    assert (await running.client.post("/notifications", json=ASKED)).status_code in (401, 422)
    headers = {**site.bearer("supervisor"), "idempotency-key": "k"}
    assert (await running.client.post("/notifications", json=ASKED, headers=headers)).status_code == 403
    assert (await running.client.get(url, headers=site.bearer("supervisor"))).status_code == 200


async def test_a_command_without_a_key_is_refused(site: Site, start: Start) -> None:
    running = await start()
    answer = await running.client.post("/notifications", json=ASKED, headers=site.bearer("system"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == "header.idempotency-key"


async def test_a_tickets_notifications_are_listed_page_by_page(site: Site, start: Start) -> None:
    running = await start()
    lamp = Story("lamp", now=datetime.now(UTC))
    for event in (lamp.opens(), lamp.clock_starts("first_response"), *(lamp.agent_answers() for _ in range(4))):
        await site.publish(event)
    await site.events(NotificationSent, subject=lamp.ticket, count=5)
    looking, found, after = site.bearer("agent"), list[dict[str, Any]](), ""
    while True:
        url = f"/notifications?ticket={lamp.ticket}&limit=2{after}"
        page = (await running.client.get(url, headers=looking)).json()
        found += page["notifications"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(one["kind"] for one in found) == ["acknowledgement", *["reply"] * 4]
    one = await running.client.get(f"/notifications/{found[0]['id']}", headers=looking)
    assert one.json() == found[0]
    assert found[0]["state"] == "sent"
    unknown = await running.client.get(f"/notifications/{lamp.ticket}", headers=looking)
    assert (unknown.status_code, unknown.json()["title"]) == (404, "No such notification")


async def test_the_backlog_is_measured(site: Site, start: Start, relay: Relay) -> None:
    running = await start()
    assert "kartica_notifications_queued 0.0" in (await running.client.get("/metrics")).text


async def test_a_flood_of_nonsense_is_parked_and_stops_nothing(site: Site, start: Start, relay: Relay) -> None:
    await start()
    await site.publish_raw(b"{", routing_key="ticket.opened.v1")
    await site.publish_raw(b'{"type": "ticket.opened.v1"}', routing_key="ticket.opened.v1")
    lamp = Story("lamp", now=datetime.now(UTC))
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response"))
    await site.events(NotificationSent, subject=lamp.ticket)
    reasons = [reason for reason, _ in await site.dead("notify.events", count=2)]
    assert sorted(reason.split(":")[0] for reason in reasons) == ["not JSON", "ticket.opened.v1 does not hold"]


QUERIES: list[tuple[str, dict[str, Any], dict[str, int]]] = [
    ("claim", {"due": {"$lte": datetime(2026, 11, 21, tzinfo=UTC)}}, {"due": 1}),
    ("backlog", {"due": {"$exists": True}}, {"at": 1}),
    ("page", {"ticket": "t", "_id": {"$gt": "n"}}, {"_id": 1}),
    ("acknowledgements", {"turn.sender": "maja@example.org"}, {"turn.number": -1}),
    ("notifications", {"_id": {"$in": ["a", "b"]}}, {}),
]


@pytest.mark.parametrize(("name", "query", "order"), QUERIES, ids=[name for name, _, _ in QUERIES])
async def test_no_query_scans_or_sorts_a_collection(
    site: Site, start: Start, name: str, query: dict[str, Any], order: dict[str, int]
) -> None:
    await start()
    command = {"find": "notifications", "filter": query, "sort": order}
    plan = await site.database("notify").command("explain", command, verbosity="queryPlanner")
    stages = set(_stages(plan["queryPlanner"]["winningPlan"]))
    assert stages & {"IXSCAN", "IDHACK", "EXPRESS_IXSCAN"}
    assert not stages & {"COLLSCAN", "SORT"}


async def test_counting_the_backlog_scans_no_collection(site: Site, start: Start) -> None:
    await start()
    command = {"count": "notifications", "query": {"due": {"$exists": True}}}
    plan = await site.database("notify").command("explain", command, verbosity="queryPlanner")
    assert "COLLSCAN" not in _stages(plan["queryPlanner"]["winningPlan"])


def _stages(plan: Any) -> list[str]:
    """The names of all stages of a plan."""
    if isinstance(plan, dict):
        own = [plan["stage"]] if isinstance(plan.get("stage"), str) else []
        return own + [stage for part in plan.values() for stage in _stages(part)]
    return [stage for part in plan for stage in _stages(part)] if isinstance(plan, list) else []
