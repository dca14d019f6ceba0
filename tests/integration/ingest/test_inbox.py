"""The inbox on the real database: nothing that was stored is forgotten, and the ledger adds up."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from services.ingest.inbox.inbox import Inbox, Outcome, Received
from services.ingest.inbox.inputs import Waiting
from services.ingest.inbox.store import InputStore
from services.ingest.scanning.store import ScanStore
from services.ingest.store import COLLECTIONS, Store
from shared.commands import MessageSubmit, MessageSubmitData, TicketReply, TicketReplyData
from shared.events import Contact, TicketMessageAdded, TicketOpened
from shared.mongo import Mongo
from tests.site import Running, Site, command_key

FAST = {"smtp_port": 0, "inbox_lease_seconds": 0.5}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def submit(
    *, key: str | None = None, text: str = "My lamp stopped working yesterday.", thread: str | None = None, **more: Any
) -> MessageSubmit:
    data = MessageSubmitData(sender=Contact(name="Jo", email="jo@buyer.example"), text=text, thread=thread, **more)
    return MessageSubmit.asked(key=key or command_key(), source="crm", time=datetime.now(UTC), data=data)


def received(*, key: str = "k1", body: bytes = b"{}") -> Received:
    return Received("api", "", key, body, "application/json", LONG_AGO)


@pytest.fixture
async def store(site: Site) -> AsyncIterator[InputStore]:
    settings = site.settings("ingest")
    mongo = Mongo(settings["mongo_url"], database=settings["database"])
    made = InputStore(mongo)
    await made.prepare()
    yield made
    await mongo.close()


async def fail(_: Waiting) -> Outcome:
    raise RuntimeError("disk on fire")


async def test_input_that_was_stored_by_a_process_that_died_is_taken_up_again(site: Site, store: InputStore) -> None:
    command = submit(text="Stored, and then the lights went out.")
    crashed = Received("api", "", command.id, command.encoded(), "application/cloudevents+json", LONG_AGO)
    await store.add(crashed, due_at=LONG_AGO)

    await site.start("ingest", **FAST)

    (event,) = await site.events(TicketOpened)
    assert event.data.message.text == command.data.text
    assert await store.outcome(crashed.input) == Outcome(
        "opened", event.subject, event.data.number, "nothing that it answers is known"
    )


async def test_input_that_always_fails_is_dead_with_its_reason_and_can_be_redriven(
    site: Site, store: InputStore
) -> None:
    inbox = Inbox(store, fail, registry=CollectorRegistry(), lease=0.01, attempts=2)
    command = submit()
    body = command.encoded()
    receipt = await inbox.receive(Received("api", "", command.id, body, "application/json", datetime.now(UTC)))

    async def dead() -> Outcome | None:
        await inbox.sweep()
        return await store.outcome(receipt.input)

    outcome = await site.eventually(dead)
    assert (outcome.state, outcome.reason) == ("dead", "RuntimeError")
    await inbox.drain()

    ingest = await site.start("ingest", **FAST)
    path = f"/ledger/{receipt.input}/redrive"
    assert (await ingest.client.post(path, headers=site.bearer("agent"))).status_code == 403
    assert (await ingest.client.post(path, headers=site.bearer("admin"))).status_code == 202
    (event,) = await site.events(TicketOpened)
    assert event.data.message.text == command.data.text
    again = await ingest.client.post(path, headers=site.bearer("admin"))
    assert again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"


async def test_repeat_of_an_input_gives_the_same_receipt_and_is_stored_once(store: InputStore) -> None:
    inbox = Inbox(store, fail, registry=CollectorRegistry())
    receipts = await asyncio.gather(*(inbox.receive(received()) for _ in range(10)))
    assert len({receipt.input for receipt in receipts}) == 1
    assert sum(not receipt.repeated for receipt in receipts) == 1
    await inbox.drain()


async def test_large_input_is_stored_whole(store: InputStore) -> None:
    body = bytes(range(256)) * 80_000
    await store.add(received(body=body), due_at=LONG_AGO)
    waiting = await store.waiting(received().input)
    assert waiting is not None
    assert waiting.received.body == body


async def test_two_replicas_never_take_up_the_same_input(store: InputStore) -> None:
    await store.add(received(), due_at=LONG_AGO)
    now = datetime.now(UTC)
    taken = await asyncio.gather(
        *(store.begin_again(received().input, now=now, due_at=now + timedelta(minutes=1)) for _ in range(5))
    )
    assert [one.attempts for one in taken if one is not None] == [2]


async def test_blocks_of_numbers_never_overlap(site: Site) -> None:
    settings = site.settings("ingest")
    mongo = Mongo(settings["mongo_url"], database=settings["database"])
    tickets = Store(mongo, scans=ScanStore(mongo, scanned=False))
    await tickets.prepare()
    blocks = await asyncio.gather(*(tickets.take_numbers(20, first=1) for _ in range(10)))
    await mongo.close()
    assert sorted(blocks) == list(range(1, 201, 20))


async def test_command_over_the_bus_and_over_http_with_one_key_has_one_effect(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    command = submit(fields={"order": "A-17"}, channel="phone", account="+38611234567")
    headers = {**site.bearer("system", subject="system:crm"), "Idempotency-Key": command.id}
    body = command.data.model_dump(mode="json")

    _, first = await asyncio.gather(site.command(command), ingest.client.post("/messages", json=body, headers=headers))
    second = await ingest.client.post("/messages", json=body, headers=headers)

    (event,) = await site.events(TicketOpened)
    assert (event.data.channel, event.data.mailbox, event.data.fields) == ("phone", "+38611234567", {"order": "A-17"})
    assert first.status_code == second.status_code == 201
    assert first.json()["number"] == second.json()["number"] == event.data.number
    assert second.json()["repeated"]
    await site.settled("ingest.commands")
    assert await site.database("ingest").tickets.count_documents({}) == 1


async def test_reply_over_the_bus_and_over_http_with_one_key_has_one_effect(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    await site.command(submit())
    (opened,) = await site.events(TicketOpened)
    key = command_key()
    command = TicketReply.asked(
        key=key,
        source="test",
        time=datetime.now(UTC),
        subject=opened.subject,
        data=TicketReplyData(agent="ana", text="Have you tried the other socket?"),
    )
    answers = await asyncio.gather(
        site.command(command),
        *(
            ingest.client.post(
                f"/tickets/{opened.subject}/replies",
                json={"text": "Have you tried the other socket?"},
                headers={**site.bearer("agent"), "Idempotency-Key": key},
            )
            for _ in range(3)
        ),
    )
    await site.settled("ingest.commands")

    assert {answer.status_code for answer in answers[1:]} == {201}
    assert len({answer.text for answer in answers[1:]}) == 1
    assert answers[1].json()["status"] == "open"
    (added,) = await site.events(TicketMessageAdded)
    assert (added.data.message.author, added.data.message.agent) == ("agent", "ana")
    assert await site.database("ingest").messages.count_documents({"author": "agent"}) == 1


async def test_messages_of_one_conversation_at_the_same_time_make_one_ticket_on_two_replicas(site: Site) -> None:
    replicas = [await site.start("ingest", **FAST) for _ in range(2)]
    headers = site.bearer("system")

    async def say(replica: Running, number: int) -> int:
        body = submit(thread="wa-15551234", channel="whatsapp", text=f"Line {number}").data.model_dump(mode="json")
        key = {"Idempotency-Key": command_key()}
        return (await replica.client.post("/messages", json=body, headers={**headers, **key})).status_code

    codes = await asyncio.gather(*(say(replicas[number % 2], number) for number in range(12)))

    assert set(codes) <= {201, 202}
    await site.events(TicketMessageAdded, count=11)
    assert await site.database("ingest").tickets.count_documents({}) == 1
    (ticket,) = await site.database("ingest").tickets.find({}).to_list(None)
    assert ticket["ticketversion"] == 12


async def test_ledger_adds_up(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    for number in range(6):
        await site.command(submit(thread=f"t{number % 3}"))
    await site.command(submit(machine=True))
    await site.events(TicketOpened, count=4)
    await site.events(TicketMessageAdded, count=3)

    async def settled() -> dict[str, Any] | None:
        found: dict[str, Any] = (await ingest.client.get("/ledger/summary", headers=site.bearer("agent"))).json()
        return found if "pending" not in found["outcomes"] else None

    summary = await site.eventually(settled)
    assert summary["channels"]["api"] == {"received": 7, "outcomes": {"opened": 4, "joined": 3}}
    assert summary["received"] == 7 == await site.database("ingest").inputs.count_documents({})
    assert await site.database("ingest").messages.count_documents({}) == 7
    assert await site.database("ingest").tickets.count_documents({}) == 4
    await site.measured(ingest, 'kartica_messages_received_total{channel="api",result="opened"} 4.0')


async def test_no_query_of_a_message_a_command_or_a_page_scans_a_collection(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    database = site.database("ingest")
    await database.command("profile", 2)
    for number in range(4):
        await site.command(submit(thread=f"t{number % 2}", title="About K-1000017"))
    opened = (await site.events(TicketOpened, count=2))[0]
    await site.events(TicketMessageAdded, count=2)
    agent, admin = site.bearer("agent"), site.bearer("admin")
    path = f"/tickets/{opened.subject}"
    await ingest.client.post(f"{path}/replies", json={"text": "Yes"}, headers={**agent, "Idempotency-Key": "r1"})
    for address in (
        path,
        f"/tickets?number={opened.data.number}",
        "/ledger?message_id=<x@y.example>",
        "/ledger/summary",
        "/attachments/00ff",
    ):
        await ingest.client.get(address, headers=agent)
    await ingest.client.post(f"/ledger/{opened.subject}/redrive", headers=admin)
    await database.command("profile", 0)

    names = [f"{database.name}.{name}" for name in (*COLLECTIONS, "inputs", "handled")]
    profiled = await database["system.profile"].find({"ns": {"$in": names}}).to_list(None)
    assert {entry["ns"].rpartition(".")[2] for entry in profiled} >= {"inputs", "tickets", "messages", "threads"}
    scans = [(entry["ns"], entry.get("command")) for entry in profiled if "COLLSCAN" in entry.get("planSummary", "")]
    assert scans == []


async def test_input_whose_bytes_are_gone_is_dead_and_says_so(site: Site) -> None:
    await site.start("ingest", **FAST)
    inputs = site.database("ingest").inputs
    gone = {
        "_id": received().input,
        "version": 1,
        "channel": "api",
        "account": "",
        "key": "gone",
        "content_type": "application/json",
        "size": 1,
        "received_at": LONG_AGO,
        "envelope": {},
        "state": "pending",
        "attempts": 1,
        "due_at": LONG_AGO,
    }
    await inputs.insert_one(gone)

    async def dead() -> bool:
        found = await inputs.find_one({"_id": gone["_id"]})
        return bool(found and found["state"] == "dead" and "not there any more" in found["reason"])

    await site.eventually(dead, what="the input is dead")
