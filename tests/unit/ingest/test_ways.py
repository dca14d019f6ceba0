"""By which channel an answer goes: the last one that still takes it."""

from datetime import UTC, datetime, timedelta

import pytest

from services.ingest.conversation.ways import usable_channel
from shared.events import Contact

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OPEN, OVER = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
MAIL, PHONE, NOBODY = Contact(email="jo@buyer.example"), Contact(phone="+38640123456"), Contact()


@pytest.mark.parametrize(
    ("ways", "last", "requester", "channel"),
    [
        ([], "email", NOBODY, "email"),
        ([("whatsapp", OPEN)], "whatsapp", MAIL, "whatsapp"),
        ([("whatsapp", OVER)], "whatsapp", MAIL, "email"),
        ([("whatsapp", OVER)], "whatsapp", PHONE, "sms"),
        ([("whatsapp", OVER)], "whatsapp", NOBODY, "whatsapp"),
        ([("email", None), ("whatsapp", OVER)], "whatsapp", NOBODY, "email"),
        ([("messenger", OPEN), ("email", None), ("whatsapp", OVER)], "whatsapp", NOBODY, "email"),
        ([("email", None), ("messenger", OVER), ("whatsapp", OPEN)], "whatsapp", MAIL, "whatsapp"),
    ],
)
def test_answer_goes_by_the_last_channel_that_takes_it(
    ways: list[tuple[str, datetime | None]], last: str, requester: Contact, channel: str
) -> None:
    known = [{"channel": name, "until": until} for name, until in ways]
    assert usable_channel(known, last, requester, at=NOW) == channel
