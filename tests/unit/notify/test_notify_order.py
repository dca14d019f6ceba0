"""In whatever order events come, and however often, the same people are told the same."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify.letter import Writer
from services.notify.notification import Notification
from shared.envelope import Event
from tests.histories import deliveries, histories
from tests.stories import MORNING
from tests.unit.notify.desk import Desk, policy, writer

POLICY = policy()
WRITER = writer(POLICY)


def told(desk: Desk) -> dict[str, Any]:
    """Every notification with its address and its words, without the times at which this was decided."""
    return {one.id: (_fixed(one), _words(desk, one, WRITER)) for one in map(desk.reached, desk.notifications.values())}


def _fixed(notification: Notification) -> dict[str, Any]:
    return notification.model_dump(exclude={"at", "due", "version"})


def _words(desk: Desk, notification: Notification, writer: Writer) -> Any:
    if notification.to is None:
        return None
    return writer.write(notification, desk.tickets[notification.ticket or ""], now=desk.now)


def known(desk: Desk) -> list[dict[str, Any]]:
    return [ticket.model_dump(exclude={"version"}) for ticket in desk.tickets.values()]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_order_and_repeats_change_nothing(data: st.DataObject) -> None:
    history: tuple[Event, ...] = data.draw(histories())
    arriving = [event for portion in data.draw(deliveries(history)) for event in portion]
    in_order = Desk(POLICY, now=MORNING).hear(*history)
    shuffled = Desk(POLICY, now=MORNING).hear(*arriving)
    assert told(shuffled) == told(in_order)
    assert known(shuffled) == known(in_order)
    assert len(shuffled.events) == len(in_order.events)
    acknowledgements = [one for one in shuffled.notifications.values() if one.kind == "acknowledgement"]
    assert len(acknowledgements) == 1
