"""Tickets over HTTP and the bus: replies, status, timeline, and who may do what."""

from datetime import UTC, datetime
from typing import Any

import httpx

from shared.commands import (
    MessageSubmit,
    MessageSubmitData,
    TicketReply,
    TicketReplyData,
    TicketSetStatus,
    TicketSetStatusData,
)
from shared.envelope import Envelope
from shared.events import (
    Contact,
    Reason,
    TicketAssigned,
    TicketAssignedData,
    TicketMessageAdded,
    TicketOpened,
    TicketStatusChanged,
)
from shared.ids import time_ordered_id
from tests.site import Running, Site, command_key

FAST = {"smtp_port": 0}


async def opened_ticket(site: Site) -> TicketOpened:
    data = MessageSubmitData(sender=Contact(email="jo@buyer.example"), title="Lamp", text="It is broken.", thread="t1")
    await site.command(MessageSubmit.asked(key=command_key(), source="crm", time=datetime.now(UTC), data=data))
    (opened,) = await site.events(TicketOpened)
    return opened


async def post(ingest: Running, site: Site, path: str, body: dict[str, Any], *, role: Any = "agent") -> httpx.Response:
    headers = {**site.bearer(role), "Idempotency-Key": command_key()}
    return await ingest.client.post(path, json=body, headers=headers)


async def other_ticket(ingest: Running, site: Site) -> str:
    message = {"sender": {"email": "mia@buyer.example"}, "text": "Where is it?", "thread": "t2"}
    ticket: str = (await post(ingest, site, "/messages", message, role="system")).json()["ticket"]
    return ticket


def assigned(ticket: str) -> TicketAssigned:
    now = datetime.now(UTC)
    cause = Envelope(
        id="cause", source="test", type="test", subject=ticket, time=now, correlationid="c", causationid="c"
    )
    data = TicketAssignedData(
        state="assigned",
        team="support",
        agent="ana",
        by="least_loaded",
        reasons=(Reason(rule="load", because="0 of 10"),),
    )
    return TicketAssigned.following(cause, 1, time=now, ticketversion=1, data=data)


async def test_reply_with_a_status_is_one_step_with_two_events(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    opened = await opened_ticket(site)

    answer = await post(
        ingest, site, f"/tickets/{opened.subject}/replies", {"text": "A new one is on its way.", "status": "resolved"}
    )

    assert answer.status_code == 201
    assert answer.json()["status"] == "resolved"
    (added,) = await site.events(TicketMessageAdded)
    (changed,) = await site.events(TicketStatusChanged)
    assert (changed.data.previous, changed.data.status) == ("new", "resolved")
    assert added.causationid == changed.causationid
    assert (added.ticketversion, changed.ticketversion) == (2, 3)


async def test_key_that_was_used_for_another_request_is_refused_and_not_answered_with_the_other_ones_effect(
    site: Site,
) -> None:
    ingest = await site.start("ingest", **FAST)
    first, second = await opened_ticket(site), await other_ticket(ingest, site)
    headers = {**site.bearer("agent"), "Idempotency-Key": command_key()}

    async def ask(path: str, body: dict[str, Any]) -> int:
        return (await ingest.client.post(path, json=body, headers=headers)).status_code

    words = {"text": "A new one is on its way."}
    assert await ask(f"/tickets/{first.subject}/replies", words) == 201
    assert await ask(f"/tickets/{first.subject}/replies", words) == 201
    assert await ask(f"/tickets/{first.subject}/replies", {"text": "No, an old one."}) == 422
    assert await ask(f"/tickets/{second}/replies", words) == 422
    assert await ask(f"/tickets/{first.subject}/status", {"status": "resolved", "reason": "done"}) == 422
    assert len(await site.events(TicketMessageAdded)) == 1


async def test_id_that_comes_again_with_another_message_is_refused_and_not_swallowed(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    sender, now = Contact(email="jo@buyer.example"), datetime.now(UTC)
    first, other = (
        MessageSubmit.asked(key="1", source=source, time=now, data=MessageSubmitData(sender=sender, text=text))
        for source, text in (("crm", "It is broken."), ("shop", "Where is it?"))
    )
    await site.command(first)
    await site.command(first)
    await site.events(TicketOpened)  # handlers run side by side: of three at once the other one could be the first
    await site.command(other)
    ((reason, body),) = await site.dead("ingest.commands")
    assert "The key is taken" in reason
    assert b"Where is it?" in body
    headers = {**site.bearer("system"), "Idempotency-Key": "1"}
    again = {"sender": {"email": "jo@buyer.example"}, "text": "It is broken."}
    assert (await ingest.client.post("/messages", json=again, headers=headers)).json()["repeated"]
    assert (await ingest.client.post("/messages", json=again | {"text": "?"}, headers=headers)).status_code == 422


async def test_command_whose_id_was_used_for_another_one_is_parked(site: Site) -> None:
    await site.start("ingest", **FAST)
    ticket, now = (await opened_ticket(site)).subject, datetime.now(UTC)
    reply = TicketReplyData(agent="ana", text="We look into it.")
    status = TicketSetStatusData(status="resolved", reason="done")
    await site.command(TicketReply.asked(key="7", source="crm", time=now, subject=ticket, data=reply))
    await site.events(TicketMessageAdded)
    await site.command(TicketSetStatus.asked(key="7", source="crm", time=now, subject=ticket, data=status))
    ((reason, _),) = await site.dead("ingest.commands")
    assert "used for another command" in reason


async def test_reply_of_nothing_but_blanks_is_refused_by_both_ways(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    opened = await opened_ticket(site)
    blank = TicketReplyData(agent="ana", text=" \n\t ")

    await site.command(
        TicketReply.asked(key="8", source="crm", time=datetime.now(UTC), subject=opened.subject, data=blank)
    )
    ((reason, _),) = await site.dead("ingest.commands")
    assert "The reply is empty" in reason

    answer = await post(ingest, site, f"/tickets/{opened.subject}/replies", {"text": " \n\t "})

    assert (answer.status_code, answer.json()["title"]) == (422, "The reply is empty")


async def test_note_changes_no_status(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    opened = await opened_ticket(site)
    answer = await post(
        ingest, site, f"/tickets/{opened.subject}/replies", {"text": "He called twice.", "visibility": "internal"}
    )
    assert answer.json()["status"] == "new"


async def test_conversation_and_timeline_are_shown_in_order(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    opened = await opened_ticket(site)
    fact = assigned(opened.subject)
    await site.publish(fact)
    await site.publish(fact)
    await post(ingest, site, f"/tickets/{opened.subject}/replies", {"text": "Hello."})

    async def complete() -> dict[str, Any] | None:
        found = await ingest.client.get(f"/tickets?number={opened.data.number}", headers=site.bearer("agent"))
        shown: dict[str, Any] = found.json()
        return shown if len(shown["timeline"]) == 3 else None

    shown = await site.eventually(complete)
    assert [message["text"] for message in shown["messages"]] == ["It is broken.", "Hello."]
    assert {line["type"] for line in shown["timeline"]} == {
        "ticket.opened.v1",
        "ticket.assigned.v1",
        "ticket.status_changed.v1",
    }
    assert shown["status"] == "open"
    by_id = await ingest.client.get(f"/tickets/{opened.subject}", headers=site.bearer("supervisor"))
    assert by_id.json() == shown


async def test_fact_that_comes_before_its_ticket_is_kept(site: Site) -> None:
    await site.start("ingest", **FAST)
    await site.publish(assigned(time_ordered_id(datetime.now(UTC), "nobody knows it yet")))
    await site.eventually(lambda: site.database("ingest").timeline.count_documents({}), what="a line in the timeline")


async def test_closed_ticket_takes_no_reply_and_no_status(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    opened = await opened_ticket(site)
    path = f"/tickets/{opened.subject}"
    await post(ingest, site, f"{path}/status", {"status": "closed", "reason": "duplicate"})

    refused = [
        await post(ingest, site, f"{path}/replies", {"text": "One more thing."}),
        await post(ingest, site, f"{path}/status", {"status": "open", "reason": "again"}),
    ]

    assert [answer.status_code for answer in refused] == [409, 409]
    assert all("linked" in answer.json()["detail"] for answer in refused)


async def test_every_refusal_is_a_problem_that_says_what_to_do(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    unknown = time_ordered_id(datetime.now(UTC), "unknown")
    client, agent = ingest.client, site.bearer("agent")
    answers = {
        401: await client.get(f"/tickets/{unknown}"),
        403: await client.post("/messages", json={}, headers={**agent, "Idempotency-Key": "k"}),
        404: await client.get(f"/tickets/{unknown}", headers=agent),
        422: await client.get("/tickets/not-an-id", headers=agent),
    }
    missing_key = await client.post(f"/tickets/{unknown}/replies", json={"text": "x"}, headers=agent)
    neither = await client.get("/ledger", headers=agent)
    another = await post(ingest, site, f"/tickets/{unknown}/replies", {"text": "x", "agent": "bojan"})

    assert {code: answer.status_code for code, answer in answers.items()} == {code: code for code in answers}
    assert (missing_key.status_code, neither.status_code, another.status_code) == (422, 422, 403)
    for answer in (*answers.values(), missing_key, neither, another):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


async def test_command_that_does_not_hold_is_parked_with_its_reason_and_stops_nothing(site: Site) -> None:
    await site.start("ingest", **FAST)
    for body in (b"{not json", b'{"type": "message.submit.v1"}', b'{"type": "message.submit.v9"}'):
        await site.publish_raw(body, routing_key="message.submit.v1", exchange="kartica.commands")

    reasons = [reason for reason, _ in await site.dead("ingest.commands", count=3)]

    assert {reason.split(":")[0] for reason in reasons} == {
        "not JSON",
        "message.submit.v1 does not hold",
        'unknown type "message.submit.v9"; known here',
    }
    await opened_ticket(site)


async def test_service_is_ready_only_while_it_listens_for_mail(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    assert (await ingest.client.get("/readyz")).status_code == 200
    await ingest.app.state.smtp.stop()
    not_ready = await ingest.client.get("/readyz")
    assert (not_ready.status_code, not_ready.json()["reasons"]) == (503, ["no SMTP listener"])
