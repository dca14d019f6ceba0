"""From events on the bus to mails at a relay: the right ones, once, whatever goes wrong on the way."""

import asyncio
import random
from datetime import UTC, datetime

import pytest

from services.notify.app import create_app
from services.notify.notification import Notification
from services.notify.settings import Settings
from shared.envelope import Event
from shared.events import NotificationFailed, NotificationSent, NotificationSuppressed, TicketEscalated
from tests.integration.notify.conftest import QUICK, Start
from tests.integration.notify.providers import DROP, Relay
from tests.site import Running, Site
from tests.stories import Story


def story(name: str = "lamp", **about: object) -> Story:
    return Story(name, now=datetime.now(UTC), **about)  # type: ignore[arg-type]


async def nothing_left(site: Site) -> None:
    """Waits until no notification is unfinished."""
    notifications = site.database("notify")["notifications"]

    async def none() -> bool:
        return await notifications.count_documents({"due": {"$exists": True}}) == 0

    await site.eventually(none, what="every notification finished")


async def counted(site: Site, running: Running, name: str, value: float, **labels: str) -> None:
    """Waits until a metric has this value."""

    async def reached() -> bool:
        return (running.service.metrics.get_sample_value(name, labels) or 0) >= value

    await site.eventually(reached, what=f"{name} {labels} {value}")


async def test_a_new_ticket_is_acknowledged_with_number_and_promise(site: Site, start: Start, relay: Relay) -> None:
    await start()
    lamp = story()
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response", minutes=26 * 60))
    [sent] = await site.events(NotificationSent, subject=lamp.ticket)
    [mail] = relay.to("maja@example.org")
    assert (sent.data.kind, sent.data.provider, sent.data.provider_id) == (
        "acknowledgement",
        "smtp",
        mail["Message-ID"],
    )
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert lamp.number in text
    assert "Odgovorili vam bomo jutri do" in text or "Odgovorili vam bomo v " in text
    assert mail["Auto-Submitted"] == "auto-replied"
    assert site.reply_tokens.find(mail["Reply-To"], sender="maja@example.org").ticket == lamp.ticket  # type: ignore[union-attr]


async def test_doubled_and_shuffled_events_tell_everybody_once(site: Site, start: Start, relay: Relay) -> None:
    running = await start()
    lamp = story()
    lamp.opens()
    lamp.is_assigned("dmitar", team="technical")
    lamp.clock_starts("first_response", minutes=30)
    lamp.agent_notes("dmitar")
    lamp.agent_answers("dmitar")
    lamp.later(minutes=31).is_escalated("first_response")
    doubled = [event for event in lamp.events for _ in range(2)]
    random.Random(7).shuffle(doubled)
    for event in doubled:
        await site.publish(event)
    await counted(site, running, "kartica_repeats_total", len(lamp.events))
    await nothing_left(site)
    assert sorted(relay.recipients) == [
        "cvetka@svetilka.example",  # escalation, as the team's lead
        "dmitar@svetilka.example",  # assignment
        "maja@example.org",  # acknowledgement
        "maja@example.org",  # answer
    ]
    assert set(relay.repeats().values()) == {1}
    assert len(await site.events(NotificationSent, subject=lamp.ticket, count=4)) == 4


async def test_an_acknowledgement_does_not_wait_for_ever(site: Site, start: Start, relay: Relay) -> None:
    config = site.config_dir / "notify.yaml"
    config.write_text(config.read_text("utf-8").replace("wait_for_due_seconds: 60", "wait_for_due_seconds: 1"))
    await start()
    lamp = story()
    await site.publish(lamp.opens())
    await site.events(NotificationSent, subject=lamp.ticket)
    [mail] = relay.mails
    assert "takoj ko bo mogoče" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_an_agents_answer_shows_no_machine_and_no_note_leaks(site: Site, start: Start, relay: Relay) -> None:
    await start()
    lamp = story()
    await site.publish(lamp.opens())
    await site.publish(lamp.agent_notes(text="The customer is difficult."))
    await site.publish(lamp.agent_answers("ana", "Pritisnite dvakrat."))
    await site.publish(lamp.clock_starts("first_response"))
    await site.events(NotificationSent, subject=lamp.ticket, count=2)
    answers = [mail for mail in relay.mails if "Auto-Submitted" not in mail]
    assert [mail["From"].addresses[0].display_name for mail in answers] == ["Ana Novak"]
    assert [name for name in ("X-Auto-Response-Suppress", "X-Loop", "Precedence") if name in answers[0]] == []
    assert "Pritisnite dvakrat." in answers[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert not any("difficult" in mail.as_string() for mail in relay.mails)


async def test_a_machine_gets_nothing(site: Site, start: Start, relay: Relay) -> None:
    await start()
    alarm, lamp = story("alarm"), story("lamp")
    await site.publish(alarm.opens(machine=True))
    await site.publish(alarm.clock_starts("first_response"))
    [suppressed] = await site.events(NotificationSuppressed, subject=alarm.ticket)
    assert (suppressed.data.kind, suppressed.data.reason) == ("acknowledgement", "machine")
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response"))
    await site.events(NotificationSent, subject=lamp.ticket)
    await nothing_left(site)
    assert len(relay.mails) == 1  # the lamp's


async def test_what_the_relay_puts_off_is_sent_later_and_once(site: Site, start: Start, relay: Relay) -> None:
    running = await start()
    relay.at_rcpt[:] = ["451 4.7.1 Greylisted"]
    relay.at_data[:] = ["452 4.3.1 Out of storage"]
    lamp = story()
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response"))
    await site.events(NotificationSent, subject=lamp.ticket)
    assert len(relay.mails) == 1
    found = await site.database("notify")["notifications"].find_one({"ticket": lamp.ticket})
    assert (found["state"], found["attempts"]) == ("sent", 3)
    labels = {"channel": "email", "provider": "smtp"}
    await counted(site, running, "kartica_notification_attempts_total", 2, **labels, result="later")
    await counted(site, running, "kartica_notification_attempts_total", 1, **labels, result="sent")


@pytest.mark.parametrize("phase", ["at_rcpt", "at_data"])
async def test_what_the_relay_refuses_has_failed(site: Site, start: Start, relay: Relay, phase: str) -> None:
    await start()
    getattr(relay, phase)[:] = ["550 5.1.1 No such user here"]
    lamp = story()
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response"))
    [failed] = await site.events(NotificationFailed, subject=lamp.ticket)
    assert (failed.data.error, failed.data.attempts) == ("550 5.1.1 No such user here", 1)
    assert relay.mails == []


async def test_what_never_works_is_given_up(site: Site, start: Start, relay: Relay) -> None:
    await start(give_up_hours=0.2 / 3600)
    relay.at_rcpt[:] = ["451 4.7.1 Not today"] * 1000
    lamp = story()
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response"))
    [failed] = await site.events(NotificationFailed, subject=lamp.ticket)
    assert failed.data.error.startswith("given up after ")
    assert "451 4.7.1 Not today" in failed.data.error


async def test_a_relay_without_tls_gets_no_mail_that_needs_it(site: Site, start: Start, relay: Relay) -> None:
    await start(relay_tls="starttls", give_up_hours=0.2 / 3600)
    lamp = story()
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response"))
    await site.events(NotificationFailed, subject=lamp.ticket)
    assert relay.mails == []


async def test_a_connection_lost_after_the_mail_repeats_it_under_the_same_id(
    site: Site, start: Start, relay: Relay
) -> None:
    running = await start()
    relay.at_data[:] = [DROP]
    lamp = story()
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response"))
    await site.events(NotificationSent, subject=lamp.ticket)
    assert list(relay.repeats().values()) == [2]
    labels = {"channel": "email", "provider": "smtp", "result": "unknown"}
    await counted(site, running, "kartica_notification_attempts_total", 1, **labels)


async def test_a_crash_between_sending_and_recording_repeats_exactly_once(
    site: Site, start: Start, relay: Relay
) -> None:
    crashes = [1]

    async def crash_once(_: Notification) -> None:
        if crashes:
            crashes.pop()
            raise RuntimeError("the process died here")

    given = {"relay_host": "127.0.0.1", "relay_port": relay.port, **QUICK, "lease_seconds": 1}
    app = create_app(Settings(**{**site.settings("notify"), **given}), accepted=crash_once)
    lamp = story()
    async with app.router.lifespan_context(app):
        await site.publish(lamp.opens())
        await site.publish(lamp.clock_starts("first_response"))
        await site.events(NotificationSent, subject=lamp.ticket)
        await nothing_left(site)
    assert list(relay.repeats().values()) == [2]
    assert len(await site.events(NotificationSent, subject=lamp.ticket)) == 1


async def test_a_stopping_service_finishes_what_it_sends(site: Site, start: Start, relay: Relay) -> None:
    running = await start()
    relay.open.clear()
    lamp = story()
    await site.publish(lamp.opens())
    await site.publish(lamp.clock_starts("first_response"))
    await relay.waiting.wait()
    stopping = asyncio.create_task(running.stop())
    relay.open.set()
    await stopping
    found = await site.database("notify")["notifications"].find_one({"ticket": lamp.ticket})
    assert (found["state"], found["attempts"]) == ("sent", 1)


async def test_two_replicas_send_each_notification_once(site: Site, start: Start, relay: Relay) -> None:
    await start()
    await start()
    lamps = [story(f"lamp {n}") for n in range(30)]
    for lamp in lamps:
        await site.publish(lamp.opens())
        await site.publish(lamp.agent_answers())
        await site.publish(lamp.clock_starts("first_response"))
    sent = await site.events(NotificationSent, count=35, timeout=30)
    await nothing_left(site)
    suppressed = await site.events(NotificationSuppressed, count=25)
    assert {event.data.reason for event in suppressed} == {"rate"}  # five acknowledgements an hour, never six
    assert sorted(event.data.kind for event in sent) == ["acknowledgement"] * 5 + ["reply"] * 30
    assert len(relay.mails) == 35
    assert set(relay.repeats().values()) == {1}


async def test_an_escalation_goes_to_lead_and_manager(site: Site, start: Start, relay: Relay) -> None:
    await start()
    lamp = story()
    await site.publish(lamp.opens())
    await site.publish(lamp.is_assigned("dmitar", team="technical"))
    await site.publish(lamp.clock_starts("first_response", minutes=1))
    escalated = lamp.later(minutes=2).is_escalated("first_response")
    await site.publish(_naming(escalated, "lead", "manager"))
    await site.events(NotificationSent, subject=lamp.ticket, count=4)
    [to_lead], [to_manager] = relay.to("cvetka@svetilka.example"), relay.to("maja@svetilka.example")
    assert lamp.number in to_lead["Subject"]
    assert "Eskalacija" in to_manager["Subject"]


def _naming(event: Event, *roles: str) -> Event:
    assert isinstance(event, TicketEscalated)
    return event.model_copy(update={"data": event.data.model_copy(update={"notify": roles})})
