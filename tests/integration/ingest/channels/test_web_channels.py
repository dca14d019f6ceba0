"""Form, WhatsApp and chat on the real broker and database: from what a customer sends to the ticket and back."""

import asyncio
import hmac
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
import yaml
from websockets.asyncio.client import ClientConnection, connect

from shared.events import TicketMessageAdded, TicketOpened
from tests.site import Running, Site, command_key

WHATSAPP = {"support": {"app_secret": "the-app-secret", "verify_token": "the-verify-token"}}
WRITTEN = {"name": "Iva Novak", "email": "iva@example.org", "topic": "technical", "message": "Luč ne sveti."}


async def start(site: Site) -> Running:
    """Ingest with a form that may be sent at once."""
    path = site.config_dir / "channels.yaml"
    content = yaml.safe_load(path.read_text())
    content["forms"]["contact"]["minimum_seconds"] = 0
    path.write_text(yaml.safe_dump(content, allow_unicode=True))
    return await site.start("ingest", smtp_port=0, channel_secrets={"whatsapp": WHATSAPP})


@asynccontextmanager
async def listening(ingest: Running) -> AsyncIterator[str]:
    """The service behind a real socket, for WebSockets; gives its address."""
    server = uvicorn.Server(uvicorn.Config(ingest.app, lifespan="off", log_config=None, ws="websockets-sansio"))
    door = socket.create_server(("127.0.0.1", 0))  # who connects waits until it is served
    serving = asyncio.create_task(server.serve(sockets=[door]))
    try:
        yield f"ws://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def send(chat: ClientConnection, **frame: Any) -> None:
    await chat.send(json.dumps(frame))


async def receive(chat: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await asyncio.wait_for(chat.recv(), timeout=15))
    return frame


async def reply(site: Site, ingest: Running, ticket: str, text: str, *, visibility: str = "public") -> None:
    answer = await ingest.client.post(
        f"/tickets/{ticket}/replies",
        json={"agent": "ana", "text": text, "visibility": visibility},
        headers={**site.bearer("agent"), "Idempotency-Key": command_key()},
    )
    assert answer.status_code < 300, answer.text


async def page_token(ingest: Running) -> str:
    page = await ingest.client.get("/forms/contact")
    found = re.search(r'name="page" value="([^"]+)"', page.text)
    assert found is not None
    return found.group(1)


async def whatsapp(ingest: Running, content: object, *, secret: str = "the-app-secret") -> httpx.Response:
    body = json.dumps(content, ensure_ascii=False).encode()
    signature = "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
    return await ingest.client.post(
        "/webhooks/whatsapp/support", content=body, headers={"X-Hub-Signature-256": signature}
    )


def text_message(id: str, text: str) -> dict[str, Any]:
    message = {"from": "38640123456", "id": id, "timestamp": "1763888400", "type": "text", "text": {"body": text}}
    contact = {"wa_id": "38640123456", "profile": {"name": "Iva Novak"}}
    value = {"metadata": {"phone_number_id": "1122334455"}, "contacts": [contact], "messages": [message]}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }


async def test_a_form_opens_a_ticket_with_its_fields_and_files(site: Site) -> None:
    ingest = await start(site)
    token = await page_token(ingest)
    files = {"files": ("luč.png", b"\x89PNG", "image/png")}
    sent = await ingest.client.post(
        "/forms/contact?lang=sl", data={**WRITTEN, "page": token, "order_number": "N-17"}, files=files
    )
    assert sent.status_code == 303
    (opened,) = await site.events(TicketOpened)
    about = opened.data
    assert (about.channel, about.mailbox, about.fields) == (
        "form",
        "contact",
        {"topic": "technical", "order_number": "N-17"},
    )
    assert (about.requester.email, about.requester.verified, about.language) == ("iva@example.org", False, "sl")
    assert [(file.name, file.size) for file in about.message.attachments] == [("luč.png", 4)]
    thanks = await ingest.client.get(f"/forms/{sent.headers['location']}")
    assert about.number in thanks.text
    assert 'lang="sl"' in thanks.text


async def test_a_form_that_is_sent_twice_is_one_ticket(site: Site) -> None:
    ingest = await start(site)
    token = await page_token(ingest)
    clicks = [ingest.client.post("/forms/contact", data={**WRITTEN, "page": token}) for _ in range(3)]
    keyed = {"headers": {"Idempotency-Key": "key-1"}, "json": {**WRITTEN, "message": "As JSON"}}
    calls = [ingest.client.post("/forms/contact", **keyed) for _ in range(3)]
    answers = await asyncio.gather(*clicks, *calls)
    assert [answer.status_code for answer in answers] == [303] * 3 + [202] * 3
    assert len({answer.headers["location"] for answer in answers[:3]}) == 1
    assert len({answer.json()["number"] for answer in answers[3:]}) == 1
    assert await site.database("ingest").tickets.count_documents({}) == 2
    assert len(await site.events(TicketOpened, count=2)) == 2


async def test_a_forged_webhook_is_refused_and_nothing_is_stored(site: Site) -> None:
    ingest = await start(site)
    forged = await whatsapp(ingest, text_message("wamid.1", "Give me access"), secret="a-guess")
    assert forged.status_code == 401
    assert await site.database("ingest").inputs.count_documents({}) == 0
    metrics = (await ingest.client.get("/metrics")).text
    assert 'kartica_webhook_refused_total{account="support",provider="whatsapp"} 1.0' in metrics


async def test_whatsapp_messages_of_one_sender_are_one_ticket_however_often_they_come(site: Site) -> None:
    ingest = await start(site)
    first, second = text_message("wamid.1", "Luč ne sveti 😢"), text_message("wamid.2", "Še vedno ne")
    assert (await whatsapp(ingest, first)).json() == {"received": 1, "ignored": 0}
    (opened,) = await site.events(TicketOpened)
    await asyncio.gather(*(whatsapp(ingest, content) for content in (first, second, second)))
    (added,) = await site.events(TicketMessageAdded)
    assert (opened.data.requester.phone, opened.data.requester.verified) == ("+38640123456", True)
    assert (opened.subject, added.data.message.text) == (added.subject, "Še vedno ne")
    assert added.data.message.unverified_sender is False
    assert await site.database("ingest").tickets.count_documents({}) == 1


async def test_a_chat_message_opens_a_ticket_and_the_agents_public_answers_come_back(site: Site) -> None:
    ingest = await start(site)
    async with listening(ingest) as address, connect(f"{address}/chat/website") as chat:
        await send(chat, type="hello", name="Iva")
        assert (await receive(chat))["type"] == "welcome"
        await send(chat, type="message", id="m1", text="Luč ne sveti.")
        received = await receive(chat)
        assert (received["type"], received["id"], received["repeated"]) == ("received", "m1", False)
        told = await receive(chat)
        (opened,) = await site.events(TicketOpened)
        assert told == {"type": "ticket", "id": "m1", "number": opened.data.number}
        assert str(opened.data.requester.visitor).startswith("visitor:")
        await reply(site, ingest, opened.subject, "Only for us", visibility="internal")
        await reply(site, ingest, opened.subject, "Pozdravljeni!")
        pushed = await receive(chat)
    assert (pushed["type"], pushed["author"], pushed["text"]) == ("message", "agent", "Pozdravljeni!")


async def test_what_was_answered_meanwhile_and_elsewhere_is_delivered_after_coming_back(site: Site) -> None:
    here, there = await start(site), await start(site)
    async with listening(here) as address, connect(f"{address}/chat/website") as chat:
        await send(chat, type="hello")
        session = (await receive(chat))["session"]
        await send(chat, type="message", id="m1", text="Luč ne sveti.")
        (opened,) = await site.events(TicketOpened)
        await reply(site, there, opened.subject, "Prvi")
        seen = [await receive(chat) for _ in range(3)]
    cursor = next(frame["cursor"] for frame in seen if frame["type"] == "message")
    await reply(site, here, opened.subject, "Drugi")
    async with listening(there) as address, connect(f"{address}/chat/website") as chat:
        await send(chat, type="hello", session=session, after=cursor)
        assert (await receive(chat))["resumed"] is True
        assert (await receive(chat))["text"] == "Drugi"
        await send(chat, type="message", id="m2", text="Hvala")
    (added,) = [
        event for event in await site.events(TicketMessageAdded, count=3) if event.data.message.author == "customer"
    ]
    assert added.subject == opened.subject


async def test_no_question_of_the_chat_scans_a_collection(site: Site) -> None:
    await start(site)
    database = site.database("ingest")
    asked = {
        "threads": {"_id": {"$in": ["a", "b"]}},
        "tickets": {"_id": {"$in": ["a", "b"]}},
        "messages": {
            "$or": [
                {"ticket": ticket, "author": "agent", "visibility": "public", "ticketversion": {"$gt": 1}}
                for ticket in ("a", "b")
            ]
        },
    }
    for collection, query in asked.items():
        plan = await database.command("explain", {"find": collection, "filter": query}, verbosity="queryPlanner")
        assert "COLLSCAN" not in json.dumps(plan, default=str), collection
