"""The cursor of GET /due."""

import pytest

from services.sla.api import _place
from shared.errors import Refused


@pytest.mark.parametrize("cursor", ["", "x", "2026-11-21T00:00:00_1", "0001-01-01T00:00:00+23:00_1"])
def test_a_cursor_that_nobody_gave_is_refused(cursor: str) -> None:
    with pytest.raises(Refused, match="Unknown cursor"):
        _place(cursor)
