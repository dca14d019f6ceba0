"""A command that does not hold is refused before it has any effect."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.commands import MessageSubmitData

GOOD: dict[str, Any] = {"sender": {"email": "iva@example.org", "phone": "+38640123456"}, "text": "Hello"}


def test_a_good_one_is_read() -> None:
    assert MessageSubmitData.model_validate(GOOD).sender.email == "iva@example.org"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("sender", {"email": "nope"}, "not an address"),
        ("sender", {"email": "a@b\r\nBcc: c@d"}, "not an address"),
        ("sender", {"email": "x" * 300 + "@example.org"}, "not an address"),
        ("sender", {"phone": "040 123 456"}, "E.164"),
        ("text", "", "at least 1 character"),
        ("files", [{"name": "a.txt", "content": "not base64!"}], "not base64"),
        ("channel", "E-Mail", "pattern"),
    ],
)
def test_what_does_not_hold_is_named(field: str, value: Any, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        MessageSubmitData.model_validate({**GOOD, field: value})
