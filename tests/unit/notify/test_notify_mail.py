"""The mail that goes out stays in its thread, says truly who wrote it, and takes no foreign headers."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from services.notify.letter import Letter
from services.notify.mail import REFERENCES_LENGTH, bounded, compose
from services.notify.outcome import NeverMind
from shared.events import Contact, MailHeaders, TicketOpened
from tests.stories import MORNING, Story
from tests.unit.notify.desk import TOKENS, Desk
from tests.unit.notify.desk import policy as company

AUTOMATIC = ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Loop", "Precedence", "List-Id")


def parsed(letter: Letter) -> EmailMessage:
    mail = message_from_bytes(compose(letter), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def mailed(event: Any, message_id: str, *references: str) -> Any:
    """The same event as if its message had come by mail."""
    headers = MailHeaders(message_id=message_id, references=references)
    message = event.data.message.model_copy(update={"mail": headers})
    return event.model_copy(update={"data": event.data.model_copy(update={"message": message})})


def conversation(**about: Any) -> tuple[Desk, Story, TicketOpened]:
    story = Story("lamp", **about)
    opened = mailed(story.opens(), "<first@customer.example>")
    desk = Desk(company(), now=MORNING).hear(opened, story.clock_starts("first_response", minutes=26 * 60))
    return desk, story, opened


def test_an_acknowledgement_says_that_no_person_wrote_it() -> None:
    desk, _, _ = conversation()
    mail = parsed(desk.letter("acknowledgement"))
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-Loop"] == "support@svetilka.example"
    assert mail["From"] == "Svetilka <support@svetilka.example>"


def test_colleagues_mail_is_automatic_too() -> None:
    desk, story, _ = conversation()
    desk.hear(story.is_assigned("ana"))
    assert parsed(desk.letter("assignment"))["Auto-Submitted"] == "auto-generated"


def test_a_persons_answer_is_a_persons() -> None:
    desk, story, _ = conversation()
    desk.hear(story.agent_answers("filip"))
    mail = parsed(desk.letter("reply"))
    assert [name for name in AUTOMATIC if name in mail] == []
    assert mail["From"].addresses[0].display_name == "Filip Kovač"
    assert mail["From"].addresses[0].addr_spec == "support@svetilka.example"


def test_an_answer_goes_on_where_the_customer_wrote_last() -> None:
    desk, story, _ = conversation()
    again = mailed(story.customer_writes(), "<second@customer.example>", "<first@customer.example>", "<ours@x.example>")
    desk.hear(story.agent_answers(), again)
    mail = parsed(desk.letter("reply"))
    assert mail["In-Reply-To"] == "<second@customer.example>"
    assert mail["References"].split() == ["<first@customer.example>", "<ours@x.example>", "<second@customer.example>"]


def test_a_later_mail_is_not_what_an_answer_answers() -> None:
    desk, story, _ = conversation()
    answer = story.agent_answers()
    desk.hear(mailed(story.customer_writes(), "<later@customer.example>"), answer)
    assert parsed(desk.letter("reply"))["In-Reply-To"] == "<first@customer.example>"


def test_where_the_customer_wrote_no_mail_the_thread_begins_with_our_own() -> None:
    story = Story("form", channel="form")
    desk = Desk(company(), now=MORNING).hear(story.opens(), story.agent_answers())
    acknowledgement, reply = parsed(desk.letter("acknowledgement")), parsed(desk.letter("reply"))
    assert "In-Reply-To" not in acknowledgement
    assert reply["In-Reply-To"] == reply["References"] == acknowledgement["Message-ID"]


def test_address_and_id_carry_the_token_of_ticket_and_receiver() -> None:
    desk, story, _ = conversation()
    mail = parsed(desk.letter("acknowledgement"))
    for header in ("Reply-To", "Message-ID"):
        found = TOKENS.find(str(mail[header]), sender="maja@example.org")
        assert found is not None
        assert (found.ticket, found.by_recipient) == (story.ticket, True)
    assert str(mail["Reply-To"]).startswith("support+")
    assert len(str(mail["Reply-To"]).partition("@")[0]) <= 64
    token, told = TOKENS.sign(story.ticket, "maja@example.org"), desk.only("acknowledgement")
    assert mail["Message-ID"] == f"<kartica.{told.id}.{token}@svetilka.example>"


def test_ids_and_addresses_are_never_folded_or_encoded() -> None:
    desk, story, _ = conversation()
    long = [f"<{'x' * 300}{number}@customer.example>" for number in range(3)]
    answer = mailed(story.customer_writes(), long[-1], *long[:-1])
    raw = compose(desk.hear(answer, story.agent_answers()).letter("reply"))
    assert f"In-Reply-To: {long[-1]}\r\n".encode() in raw
    assert "\r\n ".join(long).encode() in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_references_keep_the_first_and_the_newest() -> None:
    ids = [f"<{number:04}.{'y' * 60}@customer.example>" for number in range(100)]
    kept = bounded(ids)
    assert kept[0] == ids[0]
    assert kept[1:] == tuple(ids[-len(kept) + 1 :])
    assert len("\r\n ".join(kept)) < REFERENCES_LENGTH


def test_what_is_no_message_id_is_not_passed_on() -> None:
    assert bounded(["<a@b>", "junk", "<a b@c>", "<x\r\nBcc: y@z>", "<č@b>", "<a@b>"]) == ("<a@b>",)


def test_the_subject_carries_title_and_number_once() -> None:
    desk, story, _ = conversation(title="Re: AW: The lamp [K-0] flickers")
    assert parsed(desk.letter("acknowledgement"))["Subject"] == f"Re: The lamp [K-0] flickers [{story.number}]"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x00"])
def test_nobody_writes_headers_through_names_or_titles(newline: str) -> None:
    evil = f"Lamp{newline}Bcc: victim@example.org{newline}{newline}body"
    requester = Contact(name=evil, email="maja@example.org")
    desk, _, _ = conversation(title=evil, requester=requester)
    raw = compose(desk.letter("acknowledgement"))
    head = message_from_bytes(raw, policy=policy.default)
    assert "Bcc" not in head
    assert "victim" in head["Subject"]  # folded into one line, not lost
    assert head.get_content_type() == "multipart/alternative"


def test_an_impossible_address_is_hopeless() -> None:
    desk, _, _ = conversation(requester=Contact(email="a b@@example.org\r\nRCPT TO:<x@y>"))
    with pytest.raises(NeverMind):
        compose(desk.letter("acknowledgement"))


def test_text_and_html_come_together_in_the_readers_language() -> None:
    desk, _, _ = conversation(language="he")
    mail = parsed(desk.letter("acknowledgement"))
    assert mail["Content-Language"] == "he"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "נשיב לך מחר עד השעה" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "נשיב לך מחר עד השעה" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "\u2068" in mail["Subject"]


def test_mails_are_seven_bit_for_old_relays() -> None:
    desk, _, _ = conversation(language="he")
    assert compose(desk.letter("acknowledgement")).isascii()


def test_a_promise_that_has_passed_is_not_made() -> None:
    desk, _, _ = conversation(language="en")
    late = desk.letter("acknowledgement", now=MORNING + timedelta(days=3))
    assert "as soon as we can" in late.rendered.text


def test_answers_go_out_from_the_mailbox_that_was_written_to() -> None:
    story = Story("sales")
    opened = story.opens()
    to_sales = opened.model_copy(update={"data": opened.data.model_copy(update={"mailbox": "Sales@svetilka.example"})})
    desk = Desk(company(), now=MORNING).hear(to_sales)
    mail = parsed(desk.letter("acknowledgement"))
    assert mail["From"].addresses[0].addr_spec == "sales@svetilka.example"
    assert str(mail["Reply-To"]).startswith("sales+")


def test_an_agents_mail_quotes_the_customer_and_says_when_it_is_due() -> None:
    desk, story, _ = conversation()
    letter = desk.hear(story.is_assigned("bojan")).letter("assignment")
    assert "> It is dark here." in letter.rendered.text
    assert "Rok: 3. novembra 2026, 11:00" in letter.rendered.text
