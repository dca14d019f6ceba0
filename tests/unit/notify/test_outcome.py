"""Attempts are spread out, end some time, and each end is told once."""

from datetime import timedelta
from random import Random

import pytest
from pydantic import ValidationError

from services.notify.commands import send
from services.notify.notification import Notification
from services.notify.outcome import Hopeless, Patience, Receipt, Unwanted, settled
from services.notify.settings import Settings
from services.notify.ticket import Ticket
from shared.change import NOTHING, Insert
from shared.commands import NotificationSend, NotificationSendData
from shared.errors import Refused
from shared.events import NotificationFailed, NotificationSent, NotificationSuppressed
from tests.stories import MORNING, Story
from tests.unit.notify.desk import Desk, policy

PATIENCE = Patience(first=timedelta(seconds=30), longest=timedelta(hours=1), give_up=timedelta(hours=24))
KNOWN = {"amqp_url": "amqp://x", "mongo_url": "mongodb://x", "jwt_key": "k" * 32, "reply_keys": "a:" + "k" * 16}


def notification() -> Notification:
    return Desk(policy(), now=MORNING).hear(Story("lamp").opens()).only("acknowledgement")


def test_waits_double_up_to_an_hour_and_are_spread() -> None:
    for attempts, ceiling in [(1, 30), (2, 60), (5, 480), (8, 3600), (500, 3600)]:
        tried = notification().model_copy(update={"attempts": attempts})
        waits = [PATIENCE.next(tried, now=MORNING, random=Random(seed)) for seed in range(50)]
        seconds = [(wait - MORNING).total_seconds() for wait in waits if wait is not None]
        assert len(seconds) == 50
        assert 0 <= min(seconds) < ceiling / 4 < ceiling * 3 / 4 < max(seconds) <= ceiling


def test_after_a_day_it_is_enough() -> None:
    assert PATIENCE.next(notification(), now=MORNING + timedelta(hours=24), random=Random(1)) is None


@pytest.mark.parametrize(
    ("outcome", "state", "event"),
    [
        (Receipt("smtp", "<id>"), "sent", NotificationSent),
        (Hopeless("smtp", "550 no"), "failed", NotificationFailed),
        (Unwanted("nobody has the ticket"), "suppressed", NotificationSuppressed),
    ],
)
def test_an_end_is_stated_as_the_next_fact_about_the_ticket(outcome: Receipt, state: str, event: type) -> None:
    told = notification()
    change = settled(outcome, told, Ticket(id=told.ticket or "", version=4, stated=2), now=MORNING)
    assert [type(each) for each in change.events] == [event]
    assert (change.events[0].subject, change.events[0].ticketversion) == (told.ticket, 3)
    assert change.events[0].causationid == told.occasion.cause.id
    assert change.writes[0].set["state"] == state  # type: ignore[union-attr]


def test_what_has_ended_ends_no_second_time() -> None:
    ended = notification().model_copy(update={"state": "sent"})
    assert settled(Receipt("smtp"), ended, None, now=MORNING) is NOTHING


def command(**asked: str) -> NotificationSend:
    fields = {"channel": "email", "to": "a@example.org", "text": "Hello", **asked}
    return NotificationSend.asked(
        key="k1", source="erp", time=MORNING, data=NotificationSendData.model_validate(fields)
    )


def test_a_commanded_text_is_queued_as_it_is() -> None:
    change = send(command(channel="sms", to="040 123 456", language="sl-SI"), policy=policy(), now=MORNING)
    made = change.writes[0]
    assert isinstance(made, Insert)
    assert (made.document["to"], made.document["language"]) == ("+38640123456", "sl")
    assert change.answer == {"notification": made.document["_id"], "state": "queued", "to": "+38640123456"}


@pytest.mark.parametrize(
    "asked",
    [
        {"to": "nobody"},
        {"to": "a@example.org\r\nBcc: b@example.org"},
        {"channel": "sms", "to": "123"},
        {"channel": "sms", "to": "hello"},
    ],
)
def test_an_impossible_receiver_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        send(command(**asked), policy=policy(), now=MORNING)
    assert refused.value.status == 422


def test_a_channel_without_provider_is_refused() -> None:
    with pytest.raises(Refused, match="no provider for sms"):
        send(command(channel="sms", to="+38640123456"), policy=policy(channels=["email"]), now=MORNING)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"relay_user": "u"}, "belong together"),
        ({"relay_user": "u", "relay_password": "p", "relay_host": "relay.example"}, "in the clear"),
        ({"twilio_account_sid": "AC1"}, "twilio_auth_token is missing"),
        ({"twilio_account_sid": "AC1", "twilio_auth_token": "t"}, "twilio_from or"),
        ({"reply_keys": "a:short"}, "at least 16 bytes"),
    ],
)
def test_half_a_set_of_settings_is_refused(given: dict[str, str], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Settings(**{**KNOWN, **given})  # type: ignore[arg-type]


def test_secrets_are_not_shown() -> None:
    settings = Settings(
        **{**KNOWN, "relay_user": "u", "relay_password": "hidden1", "twilio_account_sid": "AC1"},  # type: ignore[arg-type]
        twilio_auth_token="hidden2",  # type: ignore[arg-type]
        twilio_from="+38640000000",
    )
    assert "hidden" not in str(settings.redacted())
