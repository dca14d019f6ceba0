"""The cursor of the queue."""

import base64

import pytest

from services.routing.pages import Cursor
from shared.errors import Refused


@pytest.mark.parametrize("place", [b"", b"null", b'[1, "0001-01-01T00:00:00+23:00", "1"]', b'[1, "now", "1"]'])
def test_a_cursor_that_nobody_gave_is_refused(place: bytes) -> None:
    with pytest.raises(Refused, match="Not a cursor"):
        Cursor.parse(base64.urlsafe_b64encode(place).decode())
