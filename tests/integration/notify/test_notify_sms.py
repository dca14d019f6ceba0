"""Text messages through the provider's HTTP interface, counted as it counts them."""

from datetime import UTC, datetime

import pytest

from deploy.local.sms_provider import OPTED_OUT, UNREACHABLE
from shared.commands import NotificationSend, NotificationSendData
from shared.events import Contact, NotificationFailed, NotificationSent
from tests.integration.notify.conftest import Start
from tests.integration.notify.providers import Relay, SmsProvider
from tests.site import Site, command_key
from tests.stories import Story


def story(phone: str, *, language: str = "sl") -> Story:
    return Story(phone, channel="whatsapp", requester=Contact(phone=phone), language=language, now=datetime.now(UTC))


async def test_who_has_only_a_telephone_is_acknowledged_by_sms(
    site: Site, start: Start, sms: SmsProvider, relay: Relay
) -> None:
    running = await start()
    lamp = story("+38640111222")
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response", minutes=26 * 60))
    [sent] = await site.events(NotificationSent, subject=lamp.ticket)
    [message] = sms.sent
    assert (message["to"], message["from"]) == ("+38640111222", "+38640000000")
    assert message["body"].startswith(f"Svetilka: vaše sporočilo smo prejeli, številka {lamp.number}.")
    assert (sent.data.provider_id, str(sent.data.segments)) == (message["sid"], message["num_segments"])
    assert sent.data.segments == 2  # one letter of ours makes 70 out of 160
    assert running.service.metrics.get_sample_value("kartica_sms_segments_total") == 2
    assert relay.mails == []


async def test_an_english_acknowledgement_fits_into_one_segment(site: Site, start: Start, sms: SmsProvider) -> None:
    await start()
    lamp = story("+447700900123", language="en")
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response", minutes=26 * 60))
    [sent] = await site.events(NotificationSent, subject=lamp.ticket)
    assert sent.data.segments == 1
    assert sms.sent[0]["num_segments"] == "1"


async def test_a_long_answer_is_cut_at_the_cap(site: Site, start: Start, sms: SmsProvider) -> None:
    await start()
    lamp = story("+38640111222")
    await site.publish(lamp.opens())
    await site.publish(lamp.agent_answers("ana", "š" * 2000))
    await site.publish(lamp.clock_starts("first_response"))
    sent = await site.events(NotificationSent, subject=lamp.ticket, count=2)
    assert max(event.data.segments or 0 for event in sent) == 6
    assert {message["num_segments"] for message in sms.sent} == {"2", "6"}


@pytest.mark.parametrize(("phone", "code"), [(UNREACHABLE, "21211"), (OPTED_OUT, "21610")])
async def test_what_the_provider_refuses_has_failed(
    site: Site, start: Start, sms: SmsProvider, phone: str, code: str
) -> None:
    await start()
    lamp = story(phone)
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response"))
    [failed] = await site.events(NotificationFailed, subject=lamp.ticket)
    assert failed.data.error.startswith(f"400 {code}: ")
    assert (failed.data.provider, failed.data.attempts, sms.sent) == ("twilio", 1, [])


async def test_wrong_credentials_lose_nothing(site: Site, start: Start, sms: SmsProvider) -> None:
    first = await start(twilio_auth_token="mistyped")
    lamp = story("+38640111222")
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response"))
    notifications = site.database("notify")["notifications"]

    async def put_off() -> bool:
        found = await notifications.find_one({"ticket": lamp.ticket})
        return found is not None and "20003" in found.get("error", "")

    await site.eventually(put_off)
    await first.stop()
    await start()  # the operator has put it right
    await site.events(NotificationSent, subject=lamp.ticket)
    assert len(sms.sent) == 1


async def test_without_a_provider_a_telephone_is_no_address(site: Site, start: Start, sms: SmsProvider) -> None:
    await start(twilio_account_sid=None)
    asked = NotificationSendData(channel="sms", to="+38640111222", text="Hello")
    key = command_key()
    await site.command(NotificationSend.asked(key=key, source="erp", time=datetime.now(UTC), data=asked))
    [(reason, _)] = await site.dead("notify.commands")
    assert "There is no provider for sms here" in reason
