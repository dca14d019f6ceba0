"""Tickets that an agent opens or splits off, and the mark by which an answer without headers finds its ticket."""

from services.ingest.conversation.marks import marks_in
from services.notify.mail import compose
from shared.events import TicketOpened
from tests.stories import MORNING, Story
from tests.unit.notify.desk import TOKENS, Desk, policy


def by_agent(event: TicketOpened, *, visibility: str = "public", **about: object) -> TicketOpened:
    """The same opening as if an agent had written its first message."""
    written = {"author": "agent", "agent": "filip", "text": "Please unplug the lamp.", "visibility": visibility}
    message = event.data.message.model_copy(update={**written, "sender": None, **about})
    return event.model_copy(
        update={"data": event.data.model_copy(update={"direction": "outbound", "message": message})}
    )


def test_what_an_agent_writes_first_goes_to_the_customer_as_a_persons_mail() -> None:
    desk = Desk(policy(), now=MORNING).hear(by_agent(Story("lamp").opens()))
    assert desk.kinds() == [("reply", "requester", "queued")]
    letter = desk.letter("reply")
    assert "Please unplug the lamp." in letter.rendered.text
    assert letter.automatic is None


def test_internal_part_of_a_ticket_is_told_to_nobody_but_those_whom_it_calls() -> None:
    desk = Desk(policy(), now=MORNING)
    desk.hear(by_agent(Story("lamp").opens(), visibility="internal", mentions=("bojan",)))
    assert {audience for _, audience, _ in desk.kinds()} <= {"mentioned"}


def test_ticket_that_was_split_off_is_not_acknowledged() -> None:
    opened = Story("lamp").opens()
    split = opened.model_copy(update={"data": opened.data.model_copy(update={"split_from": opened.subject})})
    assert Desk(policy(), now=MORNING).hear(split).kinds() == []


def test_customers_mail_has_the_hidden_mark_and_colleagues_mail_has_none() -> None:
    story = Story("lamp")
    desk = Desk(policy(), now=MORNING).hear(story.opens(), story.is_assigned("ana"), story.agent_answers("filip"))
    reply, assignment = (desk.letter(kind) for kind in ("reply", "assignment"))
    (mark,) = marks_in(compose(reply).decode().replace("=\r\n", ""))
    found = TOKENS.verify(mark, sender=reply.to)
    assert found is not None
    assert (found.ticket, found.by_recipient) == (desk.only("reply").ticket, True)
    assert "[#" not in reply.rendered.text
    assert marks_in(compose(assignment).decode().replace("=\r\n", "")) == ()
