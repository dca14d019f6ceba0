"""Whole tickets: opened, merged, split, put off, closed, by HTTP and over the bus."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.commands import TicketMerge, TicketMergeData
from shared.events import (
    TicketChanged,
    TicketMerged,
    TicketMessageAdded,
    TicketOpened,
    TicketRated,
    TicketSnoozed,
    TicketSplit,
    TicketStatusChanged,
    TicketThanked,
    TicketTimeLogged,
    TicketUnmerged,
)
from tests.integration.ingest.desk import Desk
from tests.site import Site, command_key

FAST = {"smtp_port": 0}
BECAUSE = "the same lamp"


async def desk(site: Site) -> Desk:
    return Desk(site, await site.start("ingest", **FAST))


def policy(site: Site, before: str, after: str) -> None:
    path = site.config_dir / "tickets.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


async def test_agent_opens_a_ticket_for_a_customer_who_has_not_written(site: Site) -> None:
    at = await desk(site)
    body = {
        "requester": {"email": "jo@buyer.example"},
        "title": "Recall of your lamp",
        "text": "Please unplug it.",
        "fields": {"lamps": 2, "colour": "red"},
        "files": [{"name": "recall.pdf", "content_type": "application/pdf", "content": "JVBERg=="}],
    }
    key = command_key()
    answer = await at.post("/tickets", body, key=key)
    again = await at.post("/tickets", body, key=key)

    assert (answer.status_code, again.json()) == (201, answer.json())
    (opened,) = await site.events(TicketOpened)
    assert (opened.data.direction, opened.data.message.author, opened.data.message.agent) == (
        "outbound",
        "agent",
        "ana",
    )
    assert opened.data.mailbox == "support@svetilka.example"
    shown = await at.ticket(answer.json()["ticket"])
    assert shown["fields"] == {"lamps": 2, "colour": "red"}
    (message,) = shown["messages"]
    file = message["attachments"][0]
    download = await at.ingest.client.get(f"/attachments/{file['id']}", headers=site.bearer("agent"))
    assert download.content == b"%PDF"


async def test_ticket_is_not_opened_where_nobody_could_be_written_to(site: Site) -> None:
    at = await desk(site)
    good = {"requester": {"email": "jo@buyer.example"}, "title": "Recall", "text": "Unplug it."}
    bad = [
        good | {"requester": {"phone": "+38640100100"}},
        good | {"mailbox": "nobody@svetilka.example"},
        good | {"text": " "},
        good | {"fields": {"lamps": "many"}},
        good | {"parent": "00000000-0000-7000-8000-000000000000"},
    ]
    assert [(await at.post("/tickets", body)).status_code for body in bad] == [422, 422, 422, 422, 404]


async def test_ticket_with_open_parts_is_not_resolved(site: Site) -> None:
    at = await desk(site)
    whole = (await at.wrote("Rewire the house, please."))["ticket"]
    part = {
        "requester": {"email": "jo@buyer.example"},
        "title": "Kitchen",
        "text": "Go there on Monday.",
        "visibility": "internal",
        "parent": whole,
    }
    kitchen, hall = [(await at.post("/tickets", part | {"title": title})).json() for title in ("Kitchen", "Hall")]

    refused = [
        await at.post(f"/tickets/{whole}/status", {"status": "resolved", "reason": "done"}),
        await at.post(f"/tickets/{whole}/replies", {"text": "Done.", "status": "closed"}),
    ]
    assert [one.status_code for one in refused] == [409, 409]
    assert kitchen["number"] in refused[0].json()["detail"]
    for one in (kitchen, hall):
        await at.done(one["ticket"], "status", status="resolved", reason="done")
    await at.done(whole, "status", status="resolved", reason="done")
    assert {one["status"] for one in (await at.get(f"/tickets/{whole}/parts"))["parts"]} == {"resolved"}


async def test_merged_ticket_leads_to_its_target_and_both_conversations_are_shown_in_order(site: Site) -> None:
    at = await desk(site)
    first, second = await at.wrote("It is dark.", thread="a"), await at.wrote("Still dark.", thread="b")
    merged = await at.done(second["ticket"], "merge", into=first["ticket"], reason=BECAUSE)
    later = await at.wrote("And smells.", thread="b")

    assert (merged["into"], later["state"], later["ticket"]) == (first["ticket"], "joined", first["ticket"])
    assert await at.texts(first["ticket"]) == ["It is dark.", "Still dark.", "And smells."]
    (event,) = await site.events(TicketMerged)
    assert (event.data.into, event.subject) == (first["ticket"], second["ticket"])
    closed = await at.ticket(second["ticket"])
    assert (closed["status"], closed["merged_into"]) == ("closed", first["ticket"])
    refused = [
        await at.post(f"/tickets/{second['ticket']}/replies", {"text": "Hello."}),
        await at.post(f"/tickets/{second['ticket']}/merge", {"into": first["ticket"], "reason": BECAUSE}),
        await at.post(f"/tickets/{first['ticket']}/merge", {"into": first["ticket"], "reason": BECAUSE}),
        await at.post(f"/tickets/{first['ticket']}/merge", {"into": second["ticket"], "reason": BECAUSE}),
    ]
    assert [one.status_code for one in refused] == [409] * 4
    assert first["ticket"] in refused[0].json()["detail"]


async def test_merge_that_is_taken_back_leaves_with_each_ticket_what_was_its_own(site: Site) -> None:
    at = await desk(site)
    first = await at.wrote("It is dark.", thread="a")
    second = await at.wrote("Invoice?", thread="b", sender="mia@x.example")
    await at.done(second["ticket"], "merge", into=first["ticket"], reason=BECAUSE)
    await at.wrote("By post, please.", thread="b", sender="mia@x.example")
    await at.done(second["ticket"], "unmerge", reason="another matter")
    await at.wrote("Thank you, and when?", thread="b", sender="mia@x.example")

    assert await at.texts(first["ticket"]) == ["It is dark.", "By post, please."]
    assert await at.texts(second["ticket"]) == ["Invoice?", "Thank you, and when?"]
    shown = await at.ticket(second["ticket"])
    assert (shown["status"], shown["merged_into"]) == ("new", None)
    assert len(await site.events(TicketUnmerged)) == 1
    again = await at.post(f"/tickets/{second['ticket']}/unmerge", {"reason": "again"})
    assert again.status_code == 409


async def test_merges_are_followed_to_the_end_of_the_chain(site: Site) -> None:
    at = await desk(site)
    one, two, three = [await at.wrote(name, thread=name) for name in ("one", "two", "three")]
    await at.done(one["ticket"], "merge", into=two["ticket"], reason=BECAUSE)
    await at.done(two["ticket"], "merge", into=three["ticket"], reason=BECAUSE)
    four = (await at.wrote("four", thread="four"))["ticket"]
    into_merged = await at.done(four, "merge", into=one["ticket"], reason="x")

    assert into_merged["into"] == three["ticket"]
    assert (await at.wrote("more", thread="one"))["ticket"] == three["ticket"]
    assert await at.texts(three["ticket"]) == ["one", "two", "three", "four", "more"]
    await at.done(two["ticket"], "unmerge", reason="apart")
    assert await at.texts(two["ticket"]) == ["one", "two"]
    assert await at.texts(three["ticket"]) == ["three", "four", "more"]


async def test_two_tickets_that_are_merged_into_each_other_at_once_do_not_both_vanish(site: Site) -> None:
    at, other = await desk(site), await desk(site)
    for attempt in range(5):
        one, two = [(await at.wrote("Dark.", thread=f"{name}{attempt}"))["ticket"] for name in "ab"]
        answers = await asyncio.gather(
            at.post(f"/tickets/{one}/merge", {"into": two, "reason": BECAUSE}),
            other.post(f"/tickets/{two}/merge", {"into": one, "reason": BECAUSE}),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert sorted([(await at.ticket(ticket))["status"] for ticket in (one, two)]) == ["closed", "new"]


async def test_command_has_the_same_effect_over_the_bus_and_is_refused_there_as_well(site: Site) -> None:
    at = await desk(site)
    first, second = await at.wrote("It is dark.", thread="a"), await at.wrote("Still dark.", thread="b")
    data, now = TicketMergeData(into=first["ticket"], reason=BECAUSE), datetime.now(UTC)
    itself = TicketMergeData(into=second["ticket"], reason=BECAUSE)
    await site.command(TicketMerge.asked(key="9", source="crm", time=now, subject=second["ticket"], data=itself))
    ((reason, _),) = await site.dead("ingest.commands")
    assert "circle" in reason
    await site.command(TicketMerge.asked(key="10", source="crm", time=now, subject=second["ticket"], data=data))
    await site.events(TicketMerged)
    same = await at.post(f"/tickets/{second['ticket']}/merge", data.model_dump(), key="10")
    other = await at.post(f"/tickets/{second['ticket']}/unmerge", {"reason": BECAUSE}, key="10")
    assert (same.status_code, other.status_code) == (200, 422)
    assert len(await site.events(TicketMerged)) == 1


async def test_messages_that_are_split_off_are_a_ticket_of_their_own_and_the_old_one_says_where(site: Site) -> None:
    at = await desk(site)
    ticket = (await at.wrote("It is dark."))["ticket"]
    await at.wrote("And where is my invoice?")
    shown = await at.ticket(ticket)
    invoice = shown["messages"][1]["id"]
    split = await at.done(ticket, "split", messages=[invoice], title="Invoice", reason="another matter")

    assert await at.texts(ticket) == ["It is dark."]
    assert await at.texts(split["into"]) == ["And where is my invoice?"]
    left = (await at.ticket(ticket))["messages"][1]
    assert (left["moved_to"], left["id"]) == (split["into"], invoice)
    (event,) = await site.events(TicketSplit)
    assert event.data.messages == (invoice,)
    opened = (await site.events(TicketOpened, count=2))[1]
    assert (opened.data.split_from, opened.data.title, opened.data.message.id) == (ticket, "Invoice", invoice)
    refused = [
        await at.post(f"/tickets/{ticket}/split", {"messages": [invoice], "reason": "again"}),
        await at.post(f"/tickets/{ticket}/split", {"messages": [shown["messages"][0]["id"]], "reason": "all"}),
    ]
    assert [one.status_code for one in refused] == [404, 422]


async def test_ticket_that_was_put_off_wakes_once_at_its_time_whatever_many_replicas_look(site: Site) -> None:
    at = await desk(site)
    await site.start("ingest", **FAST)
    ticket = (await at.wrote("Ring me next week."))["ticket"]
    until = datetime.now(UTC) + timedelta(seconds=1)
    asleep = await at.done(ticket, "snooze", until=until.isoformat(), reason="next week")

    assert asleep["status"] == "on_hold"
    slept, woke = await site.events(TicketSnoozed, count=2)
    assert (slept.data.until, woke.data.until, woke.actor) == (until, None, "system")
    assert woke.causationid != slept.causationid
    held, opened = await site.events(TicketStatusChanged, count=2)
    assert (held.data.status, opened.data.status) == ("on_hold", "open")
    assert (await at.ticket(ticket))["snoozed_until"] is None


async def test_customer_and_agent_end_a_snooze(site: Site) -> None:
    at = await desk(site)
    tickets = [(await at.wrote("Later.", thread=name))["ticket"] for name in ("a", "b")]
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for ticket in tickets:
        await at.done(ticket, "snooze", until=until, reason="tomorrow")
    await at.wrote("No, now.", thread="a")
    await at.done(tickets[1], "status", status="open", reason="I have time")

    assert [(await at.ticket(ticket))["status"] for ticket in tickets] == ["open", "open"]
    assert [event.data.until for event in await site.events(TicketSnoozed, count=4)][2:] == [None, None]
    past = {"until": (datetime.now(UTC) - timedelta(seconds=1)).isoformat(), "reason": "x"}
    assert (await at.post(f"/tickets/{tickets[0]}/snooze", past)).status_code == 422


async def test_resolved_ticket_closes_after_its_time_once(site: Site) -> None:
    policy(site, "close_after_hours: 96", "close_after_hours: 0.0001")
    at = await desk(site)
    await site.start("ingest", **FAST)
    ticket = (await at.wrote("It is dark."))["ticket"]
    await at.done(ticket, "status", status="resolved", reason="done")
    resolved, closed = await site.events(TicketStatusChanged, count=2)
    assert (resolved.data.status, closed.data.status, closed.actor) == ("resolved", "closed", "system")
    follow = await at.wrote("Dark again.")
    assert (follow["state"], (await at.ticket(follow["ticket"]))["follows"]) == ("opened", ticket)


async def test_word_of_thanks_leaves_a_ticket_resolved_and_a_question_does_not(site: Site) -> None:
    at = await desk(site)
    ticket = (await at.wrote("It is dark."))["ticket"]
    await at.done(ticket, "status", status="resolved", reason="done")
    await at.wrote("Hvala lepa za hitro pomoč! 🙂")
    assert (await at.ticket(ticket))["status"] == "resolved"
    (thanked,) = await site.events(TicketThanked)
    assert thanked.subject == ticket
    await at.wrote("Thanks, but why?")
    assert (await at.ticket(ticket))["status"] == "open"


async def test_thanks_wakes_where_the_organisation_did_not_choose_otherwise(site: Site) -> None:
    policy(site, "thanks_keep_resolved: true", "thanks_keep_resolved: false")
    at = await desk(site)
    ticket = (await at.wrote("It is dark."))["ticket"]
    await at.done(ticket, "status", status="resolved", reason="done")
    await at.wrote("Thanks!")
    assert (await at.ticket(ticket))["status"] == "open"


async def test_chat_that_goes_on_long_after_its_resolution_is_a_new_linked_ticket(site: Site) -> None:
    policy(site, "chat: 24", "chat: 0")
    at = await desk(site)
    first = await at.wrote("Hello", channel="chat", account="website")
    joined = await at.wrote("Anybody?", channel="chat", account="website")
    await at.done(first["ticket"], "status", status="resolved", reason="done")
    later = await at.wrote("Another thing", channel="chat", account="website")
    assert (joined["ticket"], later["state"]) == (first["ticket"], "opened")
    assert (await at.ticket(later["ticket"]))["follows"] == first["ticket"]
    assert (await at.wrote("more", channel="chat", account="website"))["ticket"] == later["ticket"]


async def test_time_is_corrected_by_entries_and_the_sum_counts(site: Site) -> None:
    at = await desk(site)
    ticket = (await at.wrote("It is dark."))["ticket"]
    entry = (await at.done(ticket, "time", seconds=3600, kind="work", note="on the phone"))["entry"]
    await at.done(ticket, "time", seconds=-600, corrects=entry)
    log = await at.get(f"/tickets/{ticket}/worklog")
    assert (log["seconds"], log["by_agent"], len(log["entries"])) == (3000, {"ana": 3000}, 2)
    assert [event.data.seconds for event in await site.events(TicketTimeLogged, count=2)] == [3600, -600]
    refused = [
        await at.post(f"/tickets/{ticket}/time", {"seconds": 0}),
        await at.post(f"/tickets/{ticket}/time", {"seconds": -1}),
        await at.post(f"/tickets/{ticket}/time", {"seconds": -3001, "corrects": entry}),
        await at.post(f"/tickets/{ticket}/time", {"seconds": 1, "agent": "bojan"}),
    ]
    assert [one.status_code for one in refused] == [422, 422, 409, 403]


async def test_each_resolution_is_rated_once_and_the_latest_word_counts(site: Site) -> None:
    at = await desk(site)
    ticket = (await at.wrote("It is dark."))["ticket"]

    async def rate(score: int) -> Any:
        return await at.post(f"/tickets/{ticket}/rating", {"score": score}, role="system")

    assert (await rate(5)).status_code == 409
    await at.done(ticket, "status", status="resolved", reason="done")
    first, changed = (await rate(2)).json(), (await rate(4)).json()
    await at.done(ticket, "status", status="open", reason="not done")
    await at.done(ticket, "status", status="resolved", reason="done")
    second = (await rate(5)).json()
    assert [(one["cycle"], one["replaces"]) for one in (first, changed, second)] == [(1, False), (1, True), (2, False)]
    assert {cycle: one["score"] for cycle, one in (await at.ticket(ticket))["ratings"].items()} == {"1": 4, "2": 5}
    assert len(await site.events(TicketRated, count=3)) == 3


async def test_title_and_fields_are_changed_checked_and_found_by(site: Site) -> None:
    at = await desk(site)
    ticket = (await at.wrote("It is dark.", fields={"shop": "Koper"}))["ticket"]
    asked = {"title": "Dark lamp", "fields": {"order_number": "S-1042", "floor": 3, "shop": None}, "reason": "told"}
    assert (await at.done(ticket, "changes", **asked))["changed"]
    assert not (await at.done(ticket, "changes", **asked))["changed"]
    assert len(await site.events(TicketChanged)) == 1
    wrong = await at.post(f"/tickets/{ticket}/changes", {"fields": {"bought_on": "soon", "lamps": 0}, "reason": "x"})
    assert wrong.status_code == 422
    assert "bought_on" in wrong.json()["detail"]
    assert "lamps" in wrong.json()["detail"]
    shown = await at.ticket(ticket)
    assert (shown["title"], shown["fields"]) == ("Dark lamp", {"order_number": "S-1042", "floor": 3})
    found = await at.get("/tickets", field="order_number:s-1042")
    assert [one["id"] for one in found["tickets"]] == [ticket]
    assert (await at.get("/ticket-fields"))["schema"]["properties"]["lamps"]["minimum"] == 1


async def test_phase_of_the_organisation_stands_for_its_status(site: Site) -> None:
    at = await desk(site)
    ticket = (await at.wrote("It is dark."))["ticket"]
    moved = await at.done(ticket, "status", phase="in_workshop", reason="sent in")
    assert (moved["status"], moved["phase"]) == ("on_hold", "in_workshop")
    await at.done(ticket, "status", phase="waiting_for_supplier", reason="no bulb")
    changes = await site.events(TicketStatusChanged, count=2)
    assert [(one.data.status, one.data.phase) for one in changes] == [
        ("on_hold", "in_workshop"),
        ("on_hold", "waiting_for_supplier"),
    ]
    await at.wrote("Hello?")
    assert (await at.ticket(ticket))["phase"] is None
    refused = [
        await at.post(f"/tickets/{ticket}/status", {"phase": "lost", "reason": "x"}),
        await at.post(f"/tickets/{ticket}/status", {"phase": "in_workshop", "status": "open", "reason": "x"}),
        await at.post(f"/tickets/{ticket}/status", {"reason": "x"}),
    ]
    assert [one.status_code for one in refused] == [422, 422, 422]


async def test_note_calls_colleagues_and_reply_brings_files(site: Site) -> None:
    at = await desk(site)
    ticket = (await at.wrote("It is dark."))["ticket"]
    await at.done(ticket, "replies", text="@bojan, look; not me@cvetka or @nobody.", visibility="internal")
    picture = {"name": "bulb.png", "content_type": "image/png", "content": "aGk="}
    await at.done(ticket, "replies", text="This one, @bojan.", files=[picture])
    note, reply = await site.events(TicketMessageAdded, count=2)
    assert (note.data.message.mentions, reply.data.message.mentions) == (("bojan",), ())
    (file,) = reply.data.message.attachments
    assert (file.name, file.size) == ("bulb.png", 2)
    download = await at.ingest.client.get(f"/attachments/{file.id}", headers=site.bearer("agent"))
    assert download.content == b"hi"
