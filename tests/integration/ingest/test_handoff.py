"""A bot hands over: the transcript is in the conversation, and the clocks begin with the hand-over."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.events import SlaChanged, TicketMessageAdded, TicketOpened
from tests.site import Running, Site, command_key

FAST = {"smtp_port": 0}


async def write(ingest: Running, site: Site, text: str, lines: list[tuple[str, str, datetime]]) -> dict[str, Any]:
    spoken = [{"author": author, "text": said, "sent_at": at.isoformat()} for author, said, at in lines]
    body = {
        "channel": "chat",
        "account": "bot",
        "sender": {"visitor": "visitor:1", "name": "Jo"},
        "text": text,
        "thread": "conversation 1",
        "handed_over": spoken,
    }
    headers = {**site.bearer("system", subject="system:bot"), "Idempotency-Key": command_key()}
    told: dict[str, Any] = (await ingest.client.post("/messages", json=body, headers=headers)).json()
    return told


async def test_transcript_stands_before_the_message_and_the_first_response_is_due_from_the_hand_over(
    site: Site,
) -> None:
    ingest = await site.start("ingest", **FAST)
    for service in ("routing", "sla"):
        await site.start(service)
    began = datetime.now(UTC) - timedelta(hours=3)
    lines = [
        ("customer", "My lamp is dark.", began),
        ("bot", "Did you switch it on?", began + timedelta(minutes=1)),
        ("customer", "Of course.", began + timedelta(minutes=2)),
    ]

    told = await write(ingest, site, "I want a person.", lines)

    (opened,) = await site.events(TicketOpened)
    assert opened.data.first_contact_at == began
    assert opened.data.fields["handoff"] == {"by": "bot", "lines": 3, "by_customer": 2}
    assert opened.data.message.text == "I want a person."
    assert await _conversation(ingest, site, told["ticket"]) == [
        ("customer", "My lamp is dark."),
        ("system", "Did you switch it on?"),
        ("customer", "Of course."),
        ("customer", "I want a person."),
    ]
    clocks = await site.events(SlaChanged, subject=told["ticket"])
    first = next(clock for clock in clocks if clock.data.clock == "first_response")
    assert first.data.due_at is None or first.data.due_at > opened.data.message.received_at


async def test_bot_that_goes_on_and_hands_over_again_adds_only_what_is_new(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    began = datetime.now(UTC) - timedelta(hours=3)
    lines = [("customer", "My lamp is dark.", began)]
    told = await write(ingest, site, "I want a person.", lines)
    more = [*lines, ("bot", "Somebody will call.", began + timedelta(hours=1))]

    again = await write(ingest, site, "Nobody has called.", more)

    assert again["ticket"] == told["ticket"]
    assert len(await site.events(TicketMessageAdded)) == 1
    texts = [text for _, text in await _conversation(ingest, site, told["ticket"])]
    assert sorted(texts) == ["I want a person.", "My lamp is dark.", "Nobody has called.", "Somebody will call."]


async def _conversation(ingest: Running, site: Site, ticket: str) -> list[tuple[str, str]]:
    shown = (await ingest.client.get(f"/tickets/{ticket}", headers=site.bearer("agent"))).json()
    return [(one["author"], one["text"]) for one in shown["messages"]]
