"""What is logged of an error does not quote what a customer wrote."""

import pytest
from pydantic import BaseModel, ValidationError

from shared.logs import told, without_quotes
from shared.mongo import BulkWriteError

SECRET = "iva@example.org"


class Small(BaseModel):
    number: int


def _invalid() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Small.model_validate({"number": SECRET})
    return caught.value


@pytest.mark.parametrize(
    "error", [_invalid(), BulkWriteError({"writeErrors": [{"code": 1, "op": {"text": SECRET}}]})], ids=["read", "write"]
)
def test_an_error_that_quotes_is_told_without_its_quotes(error: Exception) -> None:
    assert SECRET in str(error)
    assert SECRET not in told(error)
    assert type(error).__name__ in told(error)
    rendered = {"exception": [{"exc_type": type(error).__name__, "exc_value": str(error)}]}
    assert SECRET not in str(without_quotes(None, "error", rendered))


def test_what_is_wrong_is_still_said() -> None:
    assert "number: Input should be a valid integer" in told(_invalid())
    assert told(ConnectionError("no broker")) == "ConnectionError: no broker"
    assert told(TimeoutError()) == "TimeoutError"
