"""What reporting answers over HTTP, and that no question reads a whole collection."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.reporting.reader import Reader, fresh
from tests.site import Site
from tests.stories import MORNING, Story, suppressed

EVERY_QUESTION = (
    ("/tickets", {}),
    ("/tickets", {"order": "due", "limit": 1}),
    ("/tickets", {"order": "waiting"}),
    ("/tickets", {"status": ["new", "open"], "order": "newest"}),
    ("/tickets", {"channel": "email", "category": "technical", "sla_state": "breached"}),
    ("/tickets", {"team": "support", "order": "due"}),
    ("/tickets", {"agent": "ana", "order": "waiting"}),
    ("/tickets", {"priority": "high"}),
    ("/tickets", {"number": "K-1"}),
    ("/tickets", {"q": "lamp maja"}),
    ("/reports/counts", {"by": "channel"}),
    ("/reports/counts", {"by": "agent", "from": "2026-11-01", "to": "2026-11-30"}),
    ("/reports/sla", {}),
    ("/reports/summary", {}),
    ("/suppressed", {}),
    ("/odd-events", {}),
    ("/definitions", {}),
)


async def _desk(site: Site, reader: Reader, *, tickets: int, channel: str) -> list[Story]:
    stories = []
    for n in range(tickets):
        story = Story(fresh(f"desk {n}"), channel=channel, now=MORNING + timedelta(minutes=n // 2))
        story.opens()
        story.is_classified("technical", team="support", priority="high")
        story.is_assigned("ana" if n % 2 else "bojan")
        story.clock_starts("resolution", minutes=600 - 10 * n)
        stories.append(story)
        for event in story.events:
            await site.publish(event)
    await reader.has([event for story in stories for event in story.events])
    return stories


async def test_filters_orders_and_search_find_the_right_tickets(site: Site) -> None:
    reader = Reader(site, await site.start("reporting"))
    channel = fresh("channel")
    stories = await _desk(site, reader, tickets=6, channel=channel)
    numbers = [story.number for story in stories]
    assert set(await reader.numbers(channel=channel)) == set(numbers)
    assert set(await reader.numbers(channel=channel, agent="ana")) == set(numbers[1::2])
    assert set(await reader.numbers(channel=channel, agent=["ana", "bojan"])) == set(numbers)
    assert await reader.numbers(channel=channel, order="due") == numbers[::-1]
    assert (await reader.numbers(channel=channel, order="waiting"))[:2] == sorted(numbers[:2], key=_by_id(stories))
    assert await reader.numbers(number=numbers[3]) == [numbers[3]]
    assert set(await reader.numbers(channel=channel, q="Znidarsic lam")) == set(numbers)
    assert await reader.numbers(channel=channel, q="candle") == []
    assert await reader.numbers(channel=channel, status="closed") == []


async def test_pages_stay_stable_while_tickets_are_opened(site: Site) -> None:
    reader = Reader(site, await site.start("reporting"))
    channel = fresh("channel")
    await _desk(site, reader, tickets=9, channel=channel)
    whole = await reader.numbers(channel=channel)
    for order in ("newest", "due", "waiting"):
        seen, cursor = [], {}
        whole = await reader.numbers(channel=channel, order=order)
        while True:
            page = await reader.answer("/tickets", channel=channel, order=order, limit=2, **cursor)
            seen += [ticket["number"] for ticket in page["tickets"]]
            newcomer = Story(fresh("newcomer"), channel=channel, now=MORNING + timedelta(days=1))
            await reader.passed(newcomer.opens())
            if page["next"] is None or len(seen) >= len(whole):
                break
            cursor = {"cursor": page["next"]}
        assert seen[: len(whole)] == whole
        channel = fresh("channel")
        await _desk(site, reader, tickets=5, channel=channel)


async def test_a_timeline_is_paged_by_its_events(site: Site) -> None:
    reader = Reader(site, await site.start("reporting"))
    story = Story(fresh("timeline"))
    story.opens()
    for n in range(5):
        story.customer_writes(f"{n}")
    for event in story.events:
        await site.publish(event)
    await reader.has(story.events)
    path, seen, after = f"/tickets/{story.ticket}/timeline", [], {}
    while True:
        page = await reader.answer(path, limit=2, **after)
        seen += [line["event"] for line in page["events"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == [event.id for event in story.events]


async def test_reports_name_definition_time_zone_and_n(site: Site) -> None:
    reader = Reader(site, await site.start("reporting"))
    channel, policy = fresh("channel"), fresh("policy")
    met, late = Story(fresh("met"), channel=channel), Story(fresh("late"), channel=channel)
    for story in (met, late):
        story.opens()
        story.clock_starts("first_response", minutes=30, policy=policy)
    met.later(minutes=1).clock_ends("first_response")
    late.clock_is_breached("first_response")
    input_only = suppressed(fresh("input"), channel=channel, reason="bounce")
    for event in (*met.events, *late.events, input_only):
        await site.publish(event)
    await reader.has([*met.events, *late.events, input_only])

    counts = await reader.answer("/reports/counts", by="channel")
    assert counts["figure"] == {"name": "tickets_opened", "version": 1, "unit": "tickets"}
    assert counts["period"] == {"since": None, "until": None, "timezone": "Europe/Ljubljana"}
    assert counts["n"] == sum(row["n"] for row in counts["rows"])

    (row,) = [row for row in (await reader.answer("/reports/sla"))["rows"] if row["policy"] == policy]
    assert (row["met"], row["breached"], row["attainment"]) == (1, 1, {"value": 0.5, "n": 2})

    suppressions = await reader.answer("/suppressed")
    assert {"labels": {"channel": channel, "reason": "bounce"}, "n": 1} in suppressions["rows"]

    summary = await reader.answer("/reports/summary", **{"from": "2026-11-02", "to": "2026-11-02"})
    assert channel in [row["value"] for row in summary["by_channel"]["rows"]]
    names = {entry["name"] for entry in await reader.answer("/definitions")}
    assert {part["figure"]["name"] for part in summary.values()} <= names


async def test_gauges_show_the_desk_as_it_is(site: Site) -> None:
    running = await site.start("reporting", gauges_seconds=0.05)
    team = fresh("team")
    story = Story(fresh("gauge"))
    story.opens()
    story.is_classified(team=team, priority="urgent")
    for event in story.events:
        await site.publish(event)

    async def shown() -> bool:
        text = (await running.client.get("/metrics")).text
        waiting = f'kartica_oldest_waiting_seconds{{team="{team}"}}'
        return f'kartica_open_tickets{{priority="urgent",status="new",team="{team}"}} 1.0' in text and waiting in text

    await site.eventually(shown, timeout=30)


async def test_without_a_token_or_role_nothing_is_told(site: Site) -> None:
    running = await site.start("reporting")
    for path, _ in EVERY_QUESTION:
        stranger = await running.client.get(path)
        assert (stranger.status_code, stranger.headers["content-type"]) == (401, "application/problem+json")
        nobody = await running.client.get(path, headers=site.bearer())
        assert (nobody.status_code, nobody.headers["content-type"]) == (403, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/tickets", {"staus": "open"}),
        ("/tickets", {"status": "ajar"}),
        ("/tickets", {"order": "random"}),
        ("/tickets", {"limit": 0}),
        ("/tickets", {"limit": 201}),
        ("/tickets", {"cursor": "nonsense"}),
        ("/tickets/42", {}),
        ("/reports/counts", {}),
        ("/reports/counts", {"by": "shoe_size"}),
        ("/reports/counts", {"by": "team", "from": "yesterday"}),
        ("/reports/sla", {"from": "2026-11-30", "to": "2026-11-01"}),
        ("/suppressed", {"until": "2026-11-01"}),
    ],
)
async def test_a_wrong_question_is_answered_with_what_to_correct(site: Site, path: str, query: dict[str, Any]) -> None:
    reader = Reader(site, await site.start("reporting"))
    response = await reader.ask(path, **query)
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    assert response.json()["detail"]


async def test_an_unknown_ticket_is_not_found(site: Site) -> None:
    reader = Reader(site, await site.start("reporting"))
    unknown = Story(fresh("unknown")).ticket
    for path in (f"/tickets/{unknown}", f"/tickets/{unknown}/timeline"):
        assert (await reader.ask(path)).status_code == 404


async def test_no_question_and_no_batch_scans_a_collection(site: Site) -> None:
    running = await site.start("reporting", gauges_seconds=0.05)
    reader = Reader(site, running)
    (story, *_) = await _desk(site, reader, tickets=4, channel=fresh("channel"))
    database = site.database("reporting")
    await database.command({"profile": 2})
    try:
        for path, query in (
            *EVERY_QUESTION,
            (f"/tickets/{story.ticket}", {}),
            (f"/tickets/{story.ticket}/timeline", {}),
        ):
            page = await reader.answer(path, **query)
            if isinstance(page, dict) and page.get("next") and path == "/tickets":
                await reader.answer(path, **{**query, "cursor": page["next"]})
        await _desk(site, reader, tickets=2, channel=fresh("channel"))
        await reader.passed(suppressed(fresh("batch")))
        plans = database["system.profile"].find(
            {"planSummary": {"$exists": True}, "ns": {"$not": {"$regex": "system"}}}
        )
        plans = await plans.to_list(None)
    finally:
        await database.command({"profile": 0})
    assert {plan["ns"].rpartition(".")[2] for plan in plans} >= {"tickets", "events", "counts", "projections"}
    scans = [plan["command"] for plan in plans if "COLLSCAN" in plan["planSummary"]]
    assert not scans, scans


async def test_a_narrow_question_reads_few_documents(site: Site) -> None:
    reader = Reader(site, await site.start("reporting"))
    await _desk(site, reader, tickets=40, channel=fresh("channel"))
    rare = Story(fresh("rare"), channel=fresh("channel"), title=f"A {fresh('chandelier')} fell")
    rare.opens()
    rare.is_classified(fresh("category"), team=fresh("team"))
    rare.is_assigned(fresh("agent"))
    for event in rare.events:
        await site.publish(event)
    await reader.has(rare.events)
    row = await reader.answer(f"/tickets/{rare.ticket}")
    narrow = [{name: row[name]} for name in ("number", "channel", "category", "team", "agent")]
    narrow += [{"q": rare.title}, {"q": rare.title, "order": "due"}, {"team": row["team"], "order": "waiting"}]
    database = site.database("reporting")
    await database.command({"profile": 2})
    try:
        for query in narrow:
            assert await reader.numbers(**query) == [rare.number]
        found = {"ns": f"{database.name}.tickets", "command.find": "tickets", "command.limit": 51}
        plans = await database["system.profile"].find(found).to_list(None)
    finally:
        await database.command({"profile": 0})
    assert len(plans) == len(narrow)
    read = {plan["planSummary"]: plan["docsExamined"] for plan in plans}
    assert max(read.values()) <= 3, read


def _by_id(stories: list[Story]):
    ids = {story.number: story.ticket for story in stories}
    return lambda number: ids[number]
