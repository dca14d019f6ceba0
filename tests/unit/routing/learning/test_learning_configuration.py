"""The section `learning` of routing.yaml: what it takes, and what it refuses."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.routing.learning.configuration import Learning
from services.routing.learning.parts import off_because
from services.routing.settings import Settings


@pytest.mark.parametrize(
    ("written", "interval"), [("12h", timedelta(hours=12)), ("7d", timedelta(days=7)), ("off", None), (False, None)]
)
def test_an_interval_is_hours_days_or_off(written: object, interval: timedelta | None) -> None:
    assert Learning.model_validate({"train_every": written}).train_every == interval


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"train_every": "weekly"}, "'weekly' is no interval: write hours or days (12h, 7d), or off"),
        ({"train_every": "0d"}, "is no interval"),
        ({"apply": 0.5, "suggest": 0.6}, "suggest: it can't be above apply"),
        ({"presicion": 0.9}, "presicion"),
        ({"answer_within_ms": 60_000}, "answer_within_ms"),
    ],
)
def test_a_mistake_is_told(section: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=r"(?s).*") as failed:
        Learning.model_validate(section)
    assert says in str(failed.value)


def test_learning_is_off_for_a_reason() -> None:
    given: dict[str, Any] = {"amqp_url": "amqp://x", "mongo_url": "mongodb://x", "jwt_key": "x" * 32}
    assert off_because(Settings(**given, learning=False), Learning()) == "KARTICA_LEARNING is false"
    disabled = off_because(Settings(**given), Learning(enabled=False))
    assert disabled == "`learning.enabled` is false in routing.yaml"
    assert off_because(Settings(**given), Learning()) is None
