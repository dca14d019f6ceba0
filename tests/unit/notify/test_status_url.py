"""The link to a request: in the customer's letters, for their own address, and in nobody else's."""

import re

from shared.events import Contact, TicketMessageAdded
from tests.stories import MORNING, Story
from tests.unit.notify.desk import LINKS, Desk, policy

LINK = re.compile(r"https://help\.example/status/(\S{60})")


def left(event: TicketMessageAdded, sender: Contact) -> TicketMessageAdded:
    """The message with this sender."""
    message = event.data.message.model_copy(update={"sender": sender})
    return event.model_copy(update={"data": event.data.model_copy(update={"message": message})})


def test_acknowledgement_and_answer_carry_a_link_for_the_recipient_alone() -> None:
    story = Story("lamp")
    heard = Desk(policy(), now=MORNING).hear(story.opens(), story.agent_answers("ana", "Press it twice."))
    for kind in ("acknowledgement", "reply"):
        letter = heard.letter(kind)
        tokens = LINK.findall(letter.rendered.text)
        assert len(tokens) == 1
        link = LINKS.open(tokens[0])
        assert link is not None
        assert (link.ticket, LINKS.is_for(link, "maja@example.org")) == (story.ticket, True)
        assert f'href="https://help.example/status/{tokens[0]}"' in letter.rendered.html
        assert "/status/" not in letter.rendered.sms, "it would cost a segment more"


def test_an_agents_mail_has_no_link_of_the_customers() -> None:
    story = Story("lamp")
    heard = Desk(policy(), now=MORNING).hear(story.opens(), story.is_assigned("ana"))
    assert "/status/" not in heard.letter("assignment").rendered.text


def test_a_visitor_who_leaves_an_address_later_is_answered_there() -> None:
    story = Story("chat", requester=Contact(visitor="visitor:1"), channel="chat")
    opened, later, answer = story.opens(), story.customer_writes(), story.agent_answers("ana", "Press it twice.")
    sender = Contact(visitor="visitor:1", email="iva@example.org")
    assert Desk(policy(), now=MORNING).hear(opened, left(later, sender), answer).only("reply").to == "iva@example.org"
    assert Desk(policy(), now=MORNING).hear(left(later, sender), opened, answer).only("reply").to == "iva@example.org"


def test_what_another_visitor_leaves_redirects_nothing() -> None:
    story = Story("chat", requester=Contact(visitor="visitor:1"), channel="chat")
    stranger = Contact(visitor="visitor:2", email="mallory@example.org")
    events = (story.opens(), left(story.customer_writes(), stranger), story.agent_answers("ana", "Press it twice."))
    assert Desk(policy(), now=MORNING).hear(*events).only("reply").to is None
