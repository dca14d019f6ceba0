"""The notifications that a subject's facts tell of, each with the last that was heard of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from services.reporting.facts import Fact
from shared.envelope import Frozen


class Notification(Frozen):
    id: str
    kind: str
    audience: str
    channel: str | None
    state: Literal["sent", "failed", "suppressed"]
    reason: str | None = None
    at: datetime


def notifications(facts: Iterable[Fact]) -> tuple[Notification, ...]:
    """Each notification with the last that was heard of it, in the order of their times."""
    heard: dict[str, Notification] = {}
    told_of = (fact for fact in facts if fact.type.startswith("notification."))
    for fact in sorted(told_of, key=lambda fact: fact.stated):
        told, state = fact.content, fact.type.split(".")[1]
        notification = told.get("notification", fact.id)
        heard[notification] = Notification(
            id=notification,
            kind=told["kind"],
            audience=told["audience"],
            channel=told.get("channel"),
            state=state,
            reason=told.get("reason"),
            at=fact.time,
        )
    return tuple(sorted(heard.values(), key=lambda notification: (notification.at, notification.id)))
