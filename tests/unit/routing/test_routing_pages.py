"""The cursor of the queue."""

import base64

import pytest

from services.routing.pages import Cursor
from shared.errors import Refused

TIMES = b'"2026-11-23T09:00:00+00:00", "2026-11-23T09:00:00+00:00"'
TICKET = b'"0193563a-c400-7000-8000-000000000000"'


@pytest.mark.parametrize(
    "place",
    [
        b"",
        b"null",
        b'[1, "0001-01-01T00:00:00+23:00", "1"]',
        b'[1, "now", "1"]',
        b"[" * 40_000,
        b"[1" + b"0" * 30 + b", " + TIMES + b", " + TICKET + b"]",
        b"[1, " + TIMES + b', "\\ud800"]',
        b"[1, " + TIMES + b", {}]",
    ],
)
def test_a_cursor_that_nobody_gave_is_refused(place: bytes) -> None:
    with pytest.raises(Refused, match="Not a cursor"):
        Cursor.parse(base64.urlsafe_b64encode(place).decode())


def test_one_that_was_given_is_taken() -> None:
    place = base64.urlsafe_b64encode(b"[1, " + TIMES + b", " + TICKET + b"]").decode()
    assert Cursor.parse(Cursor.parse(place).text()) == Cursor.parse(place)
