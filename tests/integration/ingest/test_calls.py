"""Telephone calls: who is calling, told once for each state, and what is left of a call as a message."""

import base64
from typing import Any

from shared.events import CallIdentified, TicketMessageAdded, TicketOpened
from tests.site import Running, Site, command_key

FAST = {"smtp_port": 0}
JO = {"phone": "+38640123456", "verified": True}


async def tell(ingest: Running, site: Site, state: str, **more: Any) -> Any:
    body = {"call": "c1", "state": state, "called": "01 555 01 00", "caller": {"phone": "040 123 456"}, **more}
    answer = await ingest.client.post("/calls", json=body, headers=site.bearer("system"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_caller_is_known_by_the_number_as_it_rings(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    headers = {**site.bearer("system"), "Idempotency-Key": command_key()}
    sms = {"sender": {**JO, "name": "Jo"}, "text": "It is broken.", "channel": "sms"}
    ticket = (await ingest.client.post("/messages", json=sms, headers=headers)).json()["ticket"]
    (opened,) = await site.events(TicketOpened)

    told = await tell(ingest, site, "ringing")

    assert (told["customer"], told["tickets"]) == (opened.data.customer, [ticket])
    assert told["caller"]["name"] == "Jo"
    (event,) = await site.events(CallIdentified)
    assert (event.data.caller.phone, event.data.called) == ("+38640123456", "+38615550100")
    assert event.data.tickets == (ticket,)


async def test_states_in_any_order_and_twice_are_told_once_and_only_forwards(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    for state, more in (("answered", {}), ("ringing", {}), ("answered", {}), ("ended", {"seconds": 61})):
        await tell(ingest, site, state, **more)
    events = await site.events(CallIdentified, count=2)
    assert [(one.data.state, one.ticketversion) for one in events] == [("answered", 1), ("ended", 2)]
    assert events[-1].data.seconds == 61


async def test_missed_calls_of_a_number_are_one_ticket_as_long_as_it_is_open(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    for call in ("c1", "c1", "c2"):
        await tell(ingest, site, "missed", call=call)
    (opened,) = await site.events(TicketOpened)
    (added,) = await site.events(TicketMessageAdded)
    assert (opened.data.channel, added.data.message.channel) == ("phone", "phone")
    assert "Missed call from +38640123456" in opened.data.message.text


async def test_call_that_was_answered_after_all_is_not_missed(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    await tell(ingest, site, "answered")
    await tell(ingest, site, "missed")
    await tell(ingest, site, "ended", note="She asked for the invoice.")
    (opened,) = await site.events(TicketOpened)
    assert opened.data.message.text == "She asked for the invoice."


async def test_recording_is_a_file_of_its_message(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    sound = {"name": "call.mp3", "content_type": "audio/mpeg", "content": base64.b64encode(b"ID3 sound").decode()}
    await tell(ingest, site, "recorded", recording=sound)
    (opened,) = await site.events(TicketOpened)
    assert [one.name for one in opened.data.message.attachments] == ["call.mp3"]


async def test_called_number_that_is_none_is_refused_and_an_anonymous_caller_is_not(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    body = {"call": "c1", "state": "ringing", "called": "nobody", "caller": {}}
    refused = await ingest.client.post("/calls", json=body, headers=site.bearer("system"))
    assert refused.status_code == 422
    told = await tell(ingest, site, "ringing", caller={"phone": "anonymous"})
    assert (told["customer"], told["caller"]["phone"]) == (None, None)
