"""The providers' webhooks on the real broker and database: from what they send to tickets, edits and files."""

import asyncio
import json
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest
import yaml

from services.ingest.channels.provider import Provider
from services.ingest.channels.providers.telegram import Telegram
from shared.events import CallIdentified, MessageDeleted, MessageEdited, TicketMessageAdded, TicketOpened
from tests.site import Running, Site
from tests.unit.ingest.channels import provider_samples as samples
from tests.unit.ingest.channels.provider_samples import EVERYTHING, PUBLIC, SECRETS, Sample, signed

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


async def start(site: Site, **settings: Any) -> Running:
    """Ingest with an account `main` of every provider."""
    path = site.config_dir / "channels.yaml"
    content = yaml.safe_load(path.read_text())
    content |= {name: {"main": {}} for name in SECRETS}
    content["twilio_voice"] = {"main": {"greeting": "Please leave a message."}}
    path.write_text(yaml.safe_dump(content, allow_unicode=True))
    secrets = {name: {"main": dict(one)} for name, one in SECRETS.items()}
    running = await site.start("ingest", smtp_port=0, channel_secrets=secrets, public_url=PUBLIC, **settings)
    running.app.state.media.transport = Files({})
    running.app.state.media.resolve = public
    return running


async def public(_: str) -> Sequence[str]:
    return ["93.184.215.14"]


class Files(httpx.AsyncBaseTransport):
    """The providers' file servers; what they do not have, they answer with 404."""

    def __init__(self, found: Mapping[str, bytes]) -> None:
        self._found = dict(found)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = self._found.get(request.headers["host"] + request.url.path)
        return httpx.Response(404 if content is None else 200, stream=httpx.ByteStream(content or b""))


async def post(ingest: Running, sample: Sample) -> httpx.Response:
    return await post_body(ingest, sample.provider, sample.body())


async def post_body(ingest: Running, provider: type[Provider[Any]], body: bytes) -> httpx.Response:
    headers = signed(provider, body, at=int(time.time()))
    return await ingest.client.post(f"/webhooks/{provider.name}/main", content=body, headers=headers)


async def decided(site: Site, count: int) -> None:
    """Waits until `count` inputs have their outcome."""
    inputs = site.database("ingest").inputs

    async def all_are() -> bool:
        pending = await inputs.count_documents({"state": "pending"})
        return pending == 0 and await inputs.count_documents({}) >= count

    await site.eventually(all_are, what=f"{count} inputs decided")


async def test_every_provider_opens_a_ticket_of_its_channel(site: Site) -> None:
    ingest = await start(site)
    first = [
        samples.whatsapp(type="text", text={"body": "Luč ne sveti"}),
        samples.meta(samples.Messenger, samples.sent(message={"mid": "m_1", "text": "Luč ne sveti"})),
        samples.change(samples.Instagram, "comments", **samples.COMMENT, id="c1", text="Luč ne sveti"),
        samples.telegram(text="Luč ne sveti"),
        samples.slack(**samples.WRITTEN),
        samples.post(),
        samples.sms(),
        samples.voice(CallStatus="no-answer"),
        samples.own(),
    ]
    answers = [await post(ingest, sample) for sample in first]
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
    opened = {event.data.channel: event.data for event in await site.events(TicketOpened, count=len(first))}
    assert set(opened) == {"whatsapp", "messenger", "instagram", "telegram", "slack", "x", "sms", "phone", "forum"}
    assert opened["instagram"].message.posted == "comment"
    assert opened["x"].message.posted == "mention"
    assert opened["messenger"].message.reply_until is not None
    (call,) = await site.events(CallIdentified)
    assert (call.data.state, call.data.caller.phone) == ("missed", "+38640123456")


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_fast_typist_and_an_album_are_one_ticket_each_message_once(site: Site, seed: int) -> None:
    ingest, other = await start(site), await start(site)
    updates = [
        samples.telegram(update=n, message_id=n, text=f"{n}", media_group_id="1", date=samples.SECONDS - 100 + n)
        for n in range(12)
    ]
    shuffled = random.Random(seed).sample(updates * 2, k=len(updates) * 2)
    sent = [post(random.Random(place).choice((ingest, other)), one) for place, one in enumerate(shuffled)]
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {200}
    await decided(site, len(updates))
    database = site.database("ingest")
    assert await database.tickets.count_documents({}) == 1
    texts = [one["text"] for one in await database.messages.find({}).to_list(None)]
    assert sorted(texts, key=int) == [f"{n}" for n in range(12)]
    (opened,) = await site.events(TicketOpened)
    shown = (await ingest.client.get(f"/tickets/{opened.subject}", headers=site.bearer("agent"))).json()
    assert [one["text"] for one in shown["messages"]] == [f"{n}" for n in range(12)], "in the order of writing"


async def test_edits_and_deletions_are_events_whatever_their_order(site: Site) -> None:
    ingest = await start(site)
    chat = samples.telegram(update=1, text="Luč ne svetu")
    edit = samples.telegram("edited_message", update=2, text="Luč ne sveti", edit_date=samples.SECONDS + 5)
    gone = {"deleted_business_messages": {"chat": samples.CHAT, "message_ids": [7]}}
    for sample in (Sample(Telegram, {"update_id": 3, **gone}), edit, chat, edit, chat):
        assert (await post(ingest, sample)).status_code == 200
        await decided(site, 1)
    (opened,) = await site.events(TicketOpened)
    (deleted,) = await site.events(MessageDeleted)
    assert deleted.subject == opened.subject
    assert deleted.data.message == opened.data.message.id
    (message,) = await site.database("ingest").messages.find({}).to_list(None)
    assert (message["text"], [one["text"] for one in message["versions"]]) == (
        "Luč ne sveti",
        ["Luč ne svetu", "Luč ne sveti"],
    )
    ledger = [one async for one in site.database("ingest").inputs.find({})]
    assert sorted(one["state"] for one in ledger) == ["joined", "joined", "opened"]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_edits_that_meet_their_message_in_two_replicas_come_to_the_same(site: Site, seed: int) -> None:
    here, there = await start(site), await start(site)
    gone = {"deleted_business_messages": {"chat": samples.CHAT, "message_ids": [7]}}
    updates = [
        samples.telegram(update=1, text="a"),
        samples.telegram("edited_message", update=2, text="b", edit_date=samples.SECONDS + 1),
        samples.telegram("edited_message", update=3, text="c", edit_date=samples.SECONDS + 2),
        Sample(Telegram, {"update_id": 4, **gone}),
    ]
    shuffled = random.Random(seed).sample(updates * 2, k=len(updates) * 2)
    await asyncio.gather(*(post((here, there)[place % 2], one) for place, one in enumerate(shuffled)))
    await decided(site, len(updates))
    (message,) = await site.database("ingest").messages.find({}).to_list(None)
    assert (message["text"], [one["text"] for one in message["versions"]]) == ("c", ["a", "b", "c"])
    assert message["deleted_at"] is not None
    (ticket,) = await site.database("ingest").tickets.find({}).to_list(None)
    (opened,) = await site.events(TicketOpened)
    stated = list(range(1, ticket["ticketversion"] + 1))

    async def all_told() -> bool:  # the latest event may still be on its way
        return sorted({event.ticketversion for event in site.seen if event.subject == opened.subject}) == stated

    await site.eventually(all_told, what=f"events {stated}")
    assert {one["state"] async for one in site.database("ingest").inputs.find({})} == {"opened", "joined"}


async def test_an_edit_after_its_message_is_one_event(site: Site) -> None:
    ingest = await start(site)
    await post(ingest, samples.telegram(update=1, text="Luč ne svetu"))
    (opened,) = await site.events(TicketOpened)
    for _ in range(2):
        await post(ingest, samples.telegram("edited_message", update=2, text="Luč ne sveti", edit_date=samples.SECONDS))
    (edited,) = await site.events(MessageEdited)
    await decided(site, 2)
    assert (edited.subject, edited.data.text, edited.ticketversion) == (opened.subject, "Luč ne sveti", 2)


async def test_a_customers_file_is_fetched_and_kept_with_the_message(site: Site) -> None:
    ingest = await start(site)
    token = SECRETS["telegram"]["bot_token"]
    ingest.app.state.media.transport = Files(
        {
            f"api.telegram.org/bot{token}/getFile": b'{"ok":true,"result":{"file_path":"photos/1.png"}}',
            f"api.telegram.org/file/bot{token}/photos/1.png": PNG,
        }
    )
    await post(ingest, samples.telegram(caption="Takole", photo=[{"file_id": "A-1"}]))
    (opened,) = await site.events(TicketOpened)
    (file,) = opened.data.message.attachments
    answer = await ingest.client.get(f"/attachments/{file.id}", headers=site.bearer("agent"))
    assert (answer.content, file.content_type) == (PNG, "image/png")


async def test_a_file_that_is_gone_opens_its_ticket_all_the_same(site: Site) -> None:
    ingest = await start(site)
    await post(ingest, samples.telegram(caption="Takole", photo=[{"file_id": "A-1"}]))
    (opened,) = await site.events(TicketOpened)
    assert opened.data.message.text == (
        "Takole\n\n[Photo not fetched: the provider answered 404. photo.jpg image/jpeg A-1]"
    )


async def test_stop_is_suppressed_with_its_reason(site: Site) -> None:
    ingest = await start(site)
    await post(ingest, samples.sms(Body="STOP"))
    await decided(site, 1)
    (found,) = await site.database("ingest").inputs.find({}).to_list(None)
    assert (found["state"], found["reason"]) == ("suppressed", "keyword: STOP, which the carrier answers")
    assert await site.database("ingest").tickets.count_documents({}) == 0


async def test_a_reaction_opens_nothing_and_joins_what_is_there(site: Site) -> None:
    ingest = await start(site)
    reaction = {"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👍"}}
    await post(ingest, samples.whatsapp(id="wamid.0", **reaction))
    await post(ingest, samples.whatsapp(type="text", text={"body": "Luč ne sveti"}))
    await decided(site, 2)
    await post(ingest, samples.whatsapp(id="wamid.2", **reaction))
    (added,) = await site.events(TicketMessageAdded)
    assert added.data.message.text == "[A reaction: 👍]"
    assert len(await site.events(TicketOpened)) == 1


async def test_a_call_that_rings_is_told_at_once_and_answered_with_the_greeting(site: Site) -> None:
    ingest = await start(site)
    answer = await post(ingest, samples.voice())
    assert "<Say" in answer.text
    (call,) = await site.events(CallIdentified)
    assert (call.data.state, call.data.called) == ("ringing", "+38615550100")


async def test_no_signed_body_breaks_a_webhook_or_a_reader(site: Site) -> None:
    ingest = await start(site)
    odd: tuple[Any, ...] = (None, [], {}, 10**30, "\x00\ud83d", True, [[{}]])
    statuses, bodies = set(), 0
    for sample in EVERYTHING:
        for value in odd:
            inner = {name: value if place % 2 else one for place, (name, one) in enumerate(sample.content.items())}
            body = json.dumps(inner).encode() if not sample.is_form else sample.body().replace(b"0", b"%ed%a0%bd\x00")
            for content in (body, body[: len(body) // 2], b"\xff" + body):
                statuses.add((await post_body(ingest, sample.provider, content)).status_code)
                bodies += 1
        statuses.add((await post(ingest, sample)).status_code)
    assert statuses <= {200, 400, 401, 422}
    await decided(site, 1)
    dead = await site.database("ingest").inputs.count_documents({"state": "dead"})
    unreadable = await site.database("ingest").tickets.count_documents({"title": {"$regex": "^Unreadable"}})
    assert (dead, unreadable) == (0, 0)
