"""What was redacted goes out of notify's copies, and what waits to be sent with it is not sent."""

from datetime import timedelta
from itertools import permutations

import pytest

from services.notify.redaction import redact
from services.notify.ticket import Ticket
from shared.change import Update
from shared.events import TicketRedacted, TicketRedactedData
from tests.stories import MORNING, Story
from tests.unit.notify.desk import Desk, policy


def story_of() -> tuple[Story, list[object], TicketRedacted]:
    story = Story("lamp")
    opened, answered = story.opens(text="My card is 4111."), story.agent_answers(text="Thank you, Maja.")
    data = TicketRedactedData(
        what=("text", "contact"),
        messages=(opened.data.message.id, answered.data.message.id),
        whole=True,
        proof="ab" * 32,
        reason="asked on paper",
    )
    return story, [opened, answered], story.states(TicketRedacted, data)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_copy_of_the_ticket_is_empty_in_whatever_order_the_events_come(order: tuple[int, ...]) -> None:
    story, said, gone = story_of()
    ticket = Ticket(id=story.ticket)
    for place in order:
        ticket = ticket.learn([*said, gone][place])  # type: ignore[arg-type]
    assert ticket.opened is not None
    kept = repr((ticket.opened, ticket.said, ticket.mails))
    assert not [word for word in ("4111", "Maja", "maja@example.org") if word in kept]


def test_what_waits_is_suppressed_and_what_was_sent_forgets_text_and_address() -> None:
    story, said, gone = story_of()
    desk = Desk(policy(), now=MORNING)
    desk.hear(*said)  # type: ignore[arg-type]
    waiting = list(desk.notifications.values())
    sent = waiting[0].model_copy(update={"id": story.ticket, "state": "sent", "due": None})

    change = redact(gone, desk.tickets[story.ticket], [*waiting, sent], now=MORNING + timedelta(hours=1))

    updates = {one.id: one for one in change.writes if isinstance(one, Update) and one.collection == "notifications"}
    assert {updates[one.id].set["state"] for one in waiting if not one.finished} == {"suppressed"}
    assert "state" not in updates[sent.id].set
    assert updates[sent.id].set["to"] is None
    assert len(change.events) == sum(not one.finished for one in waiting)
    assert "4111" not in repr(change)


def test_reply_that_waits_goes_out_when_only_another_message_was_redacted() -> None:
    story, said, gone = story_of()
    desk = Desk(policy(), now=MORNING)
    desk.hear(*said)  # type: ignore[arg-type]
    one = gone.model_copy(
        update={"data": gone.data.model_copy(update={"whole": False, "messages": gone.data.messages[:1]})}
    )
    reply = desk.only("reply")
    change = redact(one, desk.tickets[story.ticket], [reply], now=MORNING)
    assert [write for write in change.writes if isinstance(write, Update) and write.id == reply.id] == []
