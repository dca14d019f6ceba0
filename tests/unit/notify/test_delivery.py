"""An attempt that can't be made is put off, and ends some time: it is never tried for ever in silence."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from prometheus_client import CollectorRegistry

from services.notify.delivery import MOST_ATTEMPTS, Delivery, Parts
from services.notify.notification import Notification
from services.notify.outcome import Patience
from services.notify.ticket import Ticket
from shared.change import Change
from tests.stories import MORNING, Story
from tests.unit.notify.desk import Desk, policy, writer


@dataclass
class Kept:
    """A store of one notification that also commits."""

    kept: Notification
    postponed: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    async def notification(self, id: str) -> Notification:
        return self.kept

    async def ticket(self, id: str) -> Ticket:
        return Ticket(id=id)

    async def address(self, notification: Notification) -> bool:
        return True

    async def postpone(self, notification: Notification, *, due: datetime, error: str) -> bool:
        self.postponed.append(error)
        return True

    async def handle(self, key: str, subject: str, decide: Any) -> None:
        self.changes.append(await decide())


def _sent_without_providers(kept: Any, *, give_up: timedelta) -> Delivery:
    decided = policy()
    return Delivery(
        Parts(kept, kept, decided, writer(decided), {}, Random(1)),
        lease=timedelta(seconds=60),
        patience=Patience(first=timedelta(seconds=30), longest=timedelta(hours=1), give_up=give_up),
        registry=CollectorRegistry(),
    )


async def test_a_notification_whose_provider_is_gone_waits_for_it() -> None:
    claimed = Desk(policy(), now=MORNING).hear(Story("lamp").opens()).only("acknowledgement")
    kept = Kept(claimed)
    await _sent_without_providers(kept, give_up=timedelta(days=36_500)).send(claimed)
    assert kept.postponed == ["there is no provider for email here"]


async def test_a_provider_that_never_comes_back_is_an_end_too() -> None:
    claimed = Desk(policy(), now=MORNING).hear(Story("lamp").opens()).only("acknowledgement")
    kept = Kept(claimed)
    old = claimed.model_copy(update={"at": MORNING - timedelta(days=3650)})
    await _sent_without_providers(kept, give_up=timedelta(0)).send(old)
    assert kept.changes[0].events[0].type == "notification.failed.v1"


async def test_a_mail_whose_end_can_never_be_written_down_is_not_sent_for_ever() -> None:
    claimed = Desk(policy(), now=MORNING).hear(Story("lamp").opens()).only("acknowledgement")
    kept = Kept(claimed)
    often = claimed.model_copy(update={"attempts": MOST_ATTEMPTS + 1})
    await _sent_without_providers(kept, give_up=timedelta(days=36_500)).send(often)
    assert kept.postponed == []
    assert kept.changes[0].events[0].type == "notification.failed.v1"
