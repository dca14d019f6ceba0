"""What an agent looks for among tickets, and that no question reads a whole collection."""

from email.policy import SMTP
from typing import Any

from shared.events import NotificationSent, NotificationSentData, TicketMessageAdded
from shared.reply_token import ReplyTokens
from tests.integration.ingest.desk import Desk
from tests.integration.ingest.test_mail import letter, outcome, send
from tests.site import Site

FAST = {"smtp_port": 0}


async def desk(site: Site) -> Desk:
    return Desk(site, await site.start("ingest", **FAST))


def ids(answer: Any) -> list[str]:
    return [one["id"] for one in answer["tickets"]]


async def test_lists_are_narrowed_and_paged_by_what_changed_last(site: Site) -> None:
    at = await desk(site)
    one, two, three = [(await at.wrote(f"Lamp {name}", thread=name))["ticket"] for name in ("a", "b", "c")]
    await at.wrote("Where is it?", thread="d", sender="mia@x.example", channel="chat", account="website")
    await at.done(two, "status", status="resolved", reason="done")
    changed = (await at.ticket(two))["updated_at"]

    assert ids(await at.get("/tickets", status="resolved")) == [two]
    assert ids(await at.get("/tickets", status=["new", "resolved"], participant="JO@buyer.example")) == [
        two,
        three,
        one,
    ]
    assert len(ids(await at.get("/tickets", channel="chat"))) == 1
    assert ids(await at.get("/tickets", updated_since=changed)) == [two]
    found, cursor = list[str](), None
    for _ in range(4):
        page = await at.get("/tickets", limit=1, **({"cursor": cursor} if cursor else {}))
        found, cursor = [*found, *ids(page)], page["next"]
    assert (len(set(found)), cursor) == (4, None)
    wrong = await at.ingest.client.get("/tickets?cursor=x", headers=site.bearer("agent"))
    assert wrong.status_code == 422


async def test_words_are_found_in_titles_and_messages_of_open_and_closed_tickets(site: Site) -> None:
    at = await desk(site)
    old = (await at.wrote("Žarnica v kuhinji brli.", thread="a", language="sl"))["ticket"]
    new = (await at.wrote("Something else", thread="b"))["ticket"]
    await at.done(new, "replies", text="It is the kitchen's bulb, as with the zarnica.", visibility="internal")
    await at.done(old, "status", status="closed", reason="done")
    hebrew = (await at.wrote("המנורה לא פועלת", thread="c"))["ticket"]

    assert set(ids(await at.get("/tickets/search", q="zarnica"))) == {old, new}
    assert ids(await at.get("/tickets/search", q="ŽARNICA kuhinji")) == [old]
    assert ids(await at.get("/tickets/search", q="המנורה")) == [hebrew]
    assert ids(await at.get("/tickets/search", q="kuhinji bulb")) == []
    number = (await at.ticket(old))["number"]
    assert ids(await at.get("/tickets/search", q=number)) == [old]
    nothing = await at.ingest.client.get("/tickets/search?q=--", headers=site.bearer("agent"))
    assert nothing.status_code == 422


async def test_no_question_about_tickets_reads_a_whole_collection(site: Site) -> None:
    at = await desk(site)
    first = (await at.wrote("Lamp", thread="a", fields={"order_number": "S-1"}))["ticket"]
    second = (await at.wrote("Invoice", thread="b"))["ticket"]
    part = {"requester": {"email": "jo@buyer.example"}, "title": "Part", "text": "x", "visibility": "internal"}
    await at.post("/tickets", part | {"parent": first})
    database = site.database("ingest")
    await database.command({"profile": 2})
    try:
        entry = (await at.done(first, "time", seconds=60))["entry"]
        await at.done(first, "time", seconds=-1, corrects=entry)
        await at.wrote("More", thread="b")
        await at.done(second, "merge", into=first, reason="x")
        messages = (await at.ticket(first))["messages"]
        await at.done(first, "split", messages=[messages[-1]["id"]], reason="x")
        for path in ("", "/worklog", "/parts", "/timeline"):
            await at.get(f"/tickets/{first}{path}")
        for query in (
            {"number": "K-1000017"},
            {},
            {"status": ["new", "open"]},
            {"status": "new", "channel": "api"},
            {"participant": "jo@buyer.example"},
            {"channel": "api"},
            {"customer": first},
            {"parent": first},
            {"field": "order_number:S-1"},
            {"updated_since": "2026-11-22T00:00:00Z"},
        ):
            page = await at.get("/tickets", **query, **({} if "number" in query else {"limit": 1}))
            if page.get("next"):
                await at.get("/tickets", **query, limit=1, cursor=page["next"])
        await at.get("/tickets/search", q="lamp")
        service = at.ingest.service
        timers = next(step for name, step, _ in service._loops if name == "timers")
        await timers()
        found = database["system.profile"].find(
            {"planSummary": {"$exists": True}, "ns": {"$regex": "tickets|messages|timeline|threads|worklog"}}
        )
        plans = await found.to_list(None)
    finally:
        await database.command({"profile": 0})
    assert {plan["ns"].rpartition(".")[2] for plan in plans} >= {"tickets", "messages", "timeline", "worklog"}
    scans = [plan["command"] for plan in plans if "COLLSCAN" in plan["planSummary"]]
    assert not scans, scans


async def test_answer_to_a_mail_that_was_split_off_lands_in_the_new_ticket(site: Site) -> None:
    at = await desk(site)
    _, told = await send(at.ingest, letter(message_id="<first@kupec.example>"))
    await outcome(at.ingest, site, told)
    answer = letter(
        text="In kje je moj račun?",
        message_id="<second@kupec.example>",
        subject="Re: Svetilka utripa",
        In_Reply_To="<first@kupec.example>",
    )
    _, told = await send(at.ingest, answer)
    ticket = (await outcome(at.ingest, site, told))["ticket"]
    await at.done(ticket, "replies", text="Gre po pošti.")
    added, reply = sorted(await site.events(TicketMessageAdded, count=2), key=lambda event: event.ticketversion)
    notification = "11111111-1111-5111-8111-111111111111"
    sent = NotificationSentData(
        notification=notification,
        kind="reply",
        audience="requester",
        channel="email",
        to="janez@kupec.example",
        language="sl",
        ticket=ticket,
        provider="smtp",
    )
    await site.publish(NotificationSent.following(reply, "sent", time=reply.time, ticketversion=1, data=sent))

    async def noted() -> bool:
        lines = (await at.get(f"/tickets/{ticket}/timeline"))["timeline"]
        return any(line["type"] == "notification.sent.v1" for line in lines)

    await site.eventually(noted)
    moved = [added.data.message.id, reply.data.message.id]
    split = await at.done(ticket, "split", messages=moved, title="Račun", reason="drugo")

    token = ReplyTokens.parse(site.reply_keys).sign(ticket, "janez@kupec.example")
    to_second = letter(text="Še enkrat.", message_id="<3@kupec.example>", References="<second@kupec.example>")
    to_ours = letter(
        text="Hvala, a kdaj?",
        message_id="<4@kupec.example>",
        In_Reply_To=f"<kartica.{notification}.{token}@svetilka.example>",
    )
    to_first = letter(text="Še vedno.", message_id="<5@kupec.example>", In_Reply_To="<first@kupec.example>")
    landed = []
    for mail in (to_second, to_ours, to_first):
        _, told = await send(at.ingest, mail.as_bytes(policy=SMTP.clone(max_line_length=900)))
        landed.append((await outcome(at.ingest, site, told))["ticket"])
    assert landed == [split["into"], split["into"], ticket]
