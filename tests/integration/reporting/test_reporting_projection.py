"""The stream becomes rows and counts exactly once, whatever happens on the way."""

import asyncio
import random
from collections.abc import Iterable

from prometheus_client import CollectorRegistry

from services.reporting import rebuild
from services.reporting.projector import Projector
from services.reporting.settings import Settings
from services.reporting.store import State, Store, Writes
from shared.history import History
from shared.mongo import Mongo
from tests.integration.reporting.reader import Reader, fresh, projections
from tests.site import Site
from tests.stories import Story, suppressed


def _busy(name: str, *, channel: str = "email") -> Story:
    """A ticket with something of everything."""
    story = Story(name, channel=channel)
    story.opens()
    story.is_classified("technical", priority="high", team="technical")
    story.is_assigned("cvetka")
    story.clock_starts("first_response", minutes=30)
    story.clock_starts("resolution", minutes=480)
    story.is_notified("acknowledgement")
    story.clock_is_breached("first_response")
    story.is_escalated("first_response")
    story.later(minutes=5).agent_answers("cvetka")
    story.clock_ends("first_response")
    story.changes_status("pending_customer")
    story.clock_pauses("resolution")
    return story


async def test_events_on_the_bus_become_a_row_a_timeline_and_counts(site: Site) -> None:
    reader = Reader(site, await site.start("reporting"))
    story = _busy(fresh("row"), channel=fresh("channel"))
    for event in story.events:
        await site.publish(event)
    await reader.has(story.events)

    row = await reader.answer(f"/tickets/{story.ticket}")
    assert (row["number"], row["team"], row["agent"]) == (story.number, "technical", "cvetka")
    assert (row["status"], row["sla_state"], row["escalation_level"]) == ("pending_customer", "breached", 1)
    assert row["clocks"]["resolution"]["state"] == "paused"
    assert [notification["kind"] for notification in row["notifications"]] == ["acknowledgement"]

    timeline = await reader.answer(f"/tickets/{story.ticket}/timeline")
    assert [line["event"] for line in timeline["events"]] == [event.id for event in _in_time(story)]
    assert timeline["next"] is None

    counts = await reader.answer("/reports/counts", by="channel")
    assert {"value": story.channel, "n": 1, "share": 1 / counts["n"]} in counts["rows"]


async def test_repeats_in_any_order_change_nothing(site: Site) -> None:
    reader = Reader(site, await site.start("reporting"))
    story = _busy(fresh("repeats"))
    arriving = [*story.events, *story.events]
    random.Random(7).shuffle(arriving)
    for event in arriving:
        await site.publish(event)
    await reader.has(story.events)
    await reader.passed(suppressed(fresh("marker one")))
    before = await projections(site)
    row = await reader.answer(f"/tickets/{story.ticket}")
    assert row["messages"] == {"customer": 1, "agent": 1, "notes": 0}

    for event in story.events:
        await site.publish(event)
    marker = suppressed(fresh("marker two"), channel=fresh("channel"))
    await reader.passed(marker)
    after = await projections(site)
    assert after["tickets"] == before["tickets"]
    assert [count for count in after["counts"] if count["labels"].get("channel") != marker.data.channel] == [
        count for count in before["counts"] if count["labels"].get("channel") != marker.data.channel
    ]


async def test_a_projector_that_is_stopped_again_and_again_projects_exactly_once(site: Site) -> None:
    channel = fresh("channel")
    stories = [_busy(fresh(f"crash {n}"), channel=channel) for n in range(30)]
    events = [event for story in stories for event in story.events]
    publishing = asyncio.create_task(_publish(site, events))
    for _ in range(3):
        running = await site.start("reporting")
        kept = site.database("reporting")["events"]
        had = await kept.count_documents({})
        await site.eventually(lambda had=had, kept=kept: _more(kept, had), what="some progress")
        await running.stop()
    await publishing
    reader = Reader(site, await site.start("reporting"))
    await reader.has(events)
    counts = await reader.answer("/reports/counts", by="channel")
    assert [row["n"] for row in counts["rows"] if row["value"] == channel] == [len(stories)]
    rows = await site.database("reporting")["tickets"].find({"channel": channel}).to_list(None)
    assert all(row["messages"] == {"customer": 1, "agent": 1, "notes": 0} for row in rows)


class Crashing(Store):
    """Fails before, or after, what it was told to commit is committed."""

    def __init__(self, mongo: Mongo, *, crashes: Iterable[str]) -> None:
        super().__init__(mongo)
        self.crashes = list(crashes)

    async def commit(self, before: State, after: State, writes: Writes) -> None:
        crash = self.crashes.pop(0) if self.crashes else "not"
        if crash == "before":
            raise ConnectionError("died before the commit")
        await super().commit(before, after, writes)
        if crash == "after":
            raise ConnectionError("died after the commit, before anybody knew")


async def test_a_crash_before_or_after_a_commit_loses_and_doubles_nothing(site: Site) -> None:
    channel = fresh("channel")
    stories = [_busy(fresh(f"commit {n}"), channel=channel) for n in range(10)]
    events = [event for story in stories for event in story.events]
    await _publish(site, events)
    settings = Settings(**site.settings("reporting"))
    mongo = Mongo(settings.mongo_url.get_secret_value(), database=settings.database)
    store = Crashing(mongo, crashes=["before", "after", "not", "after"])
    await store.prepare()
    history = History(settings.amqp_url.get_secret_value(), name="reporting.history")
    projector = Projector(store, history, zone=settings.zone, holder="test", registry=CollectorRegistry())
    await projector.start()
    late = _busy(fresh("late"), channel=channel)
    reader = Reader(site, await site.start("reporting"))
    await reader.has(events)
    await _publish(site, late.events)
    await reader.has(late.events)
    await projector.stop()
    await mongo.close()
    counts = await reader.answer("/reports/counts", by="channel")
    assert [row["n"] for row in counts["rows"] if row["value"] == channel] == [len(stories) + 1]


async def test_two_replicas_project_exactly_once_and_one_takes_over_from_the_other(site: Site) -> None:
    first, second = await site.start("reporting"), await site.start("reporting")
    channel = fresh("channel")
    stories = [_busy(fresh(f"replicas {n}"), channel=channel) for n in range(10)]
    await _publish(site, [event for story in stories[:5] for event in story.events])
    await first.stop()
    await _publish(site, [event for story in stories[5:] for event in story.events])
    reader = Reader(site, second)
    await reader.has([event for story in stories for event in story.events])
    counts = await reader.answer("/reports/counts", by="channel")
    assert [row["n"] for row in counts["rows"] if row["value"] == channel] == [10]


async def test_a_rebuild_gives_the_same_projections_bit_for_bit(site: Site) -> None:
    reader = Reader(site, await site.start("reporting"))
    stories = [_busy(fresh(f"rebuild {n}")) for n in range(20)]
    await _publish(site, [event for story in stories for event in story.events])
    await reader.has([event for story in stories for event in story.events])
    before = await projections(site)

    database = site.database("reporting")
    await database["counts"].update_many({}, {"$inc": {"n": 1}})
    await database["tickets"].update_many({}, {"$set": {"status": "spam"}})
    await rebuild.ask(Settings(**site.settings("reporting")))

    async def rebuilt() -> bool:
        state = await database["projections"].find_one({"_id": "tickets"})
        return state["phase"] == "follow" and state["offset"] > 0 and await projections(site) == before

    await site.eventually(rebuilt, timeout=30, what="equal projections after the rebuild")


async def test_another_time_zone_rebuilds_by_itself(site: Site) -> None:
    running = await site.start("reporting", timezone="Europe/Ljubljana")
    reader = Reader(site, running)
    story = Story(fresh("zone"), channel=fresh("channel")).later(hours=15)  # 23:00 UTC, midnight in Ljubljana
    story.opens()
    await _publish(site, story.events)
    await reader.has(story.events)
    there = await reader.answer("/reports/counts", by="channel", **{"from": "2026-11-03", "to": "2026-11-03"})
    assert story.channel in [row["value"] for row in there["rows"]]
    await running.stop()

    reader = Reader(site, await site.start("reporting", timezone="UTC"))

    async def moved() -> bool:
        there = await reader.answer("/reports/counts", by="channel", **{"from": "2026-11-02", "to": "2026-11-02"})
        return story.channel in [row["value"] for row in there["rows"]]

    await site.eventually(moved, timeout=30, what="the count on the day in UTC")


async def test_what_is_no_event_is_kept_as_odd_and_the_projector_goes_on(site: Site) -> None:
    reader = Reader(site, await site.start("reporting"))
    story = Story(fresh("odd"))
    story.opens()
    for body in (b"not json", b"[]", b'{"type": "ticket.exploded.v1"}', b'{"type": "ticket.opened.v1"}'):
        await site.publish_raw(body, routing_key="ticket.opened.v1")
    await reader.passed(story.events[0])
    odd = await site.database("reporting")["odd_events"].find({}).to_list(None)
    starts = {bytes(entry["start"]): entry["reason"] for entry in odd}
    assert "not JSON" in starts[b"not json"]
    assert "unknown type" in starts[b'{"type": "ticket.exploded.v1"}']
    assert "does not hold" in starts[b'{"type": "ticket.opened.v1"}']

    async def counted() -> bool:
        # The counter follows the commit, so for a moment the rows are there without it.
        return await reader.metric("kartica_odd_events_total") >= 4

    await site.eventually(counted, what="the odd events in the metric")
    assert len(await reader.answer("/odd-events")) >= 4


async def test_lag_is_none_when_all_is_projected(site: Site) -> None:
    reader = Reader(site, await site.start("reporting"))
    await reader.passed(suppressed(fresh("lag")))

    async def caught_up() -> bool:
        projecting = await reader.metric("kartica_projecting")
        return projecting == 1 and await reader.metric("kartica_read_model_lag_seconds") == 0

    await site.eventually(caught_up)


async def _publish(site: Site, events: list) -> None:
    for event in events:
        await site.publish(event)


async def _more(kept, had: int) -> bool:
    return await kept.count_documents({}) > had


def _in_time(story: Story) -> list:
    return sorted(story.events, key=lambda event: (event.time, event.source, event.ticketversion, event.id))
