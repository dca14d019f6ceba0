"""Agents who work from their mailbox get the conversation, and a token that says what their answer is."""

from services.notify.letter import Letter
from shared.answer_line import BEGINS
from shared.events import AgentInstructed, AgentInstructedData, Attachment, TicketMessageAdded, TicketMessageAddedData
from shared.reply_token import Purpose
from tests.stories import MORNING, Story
from tests.unit.notify.desk import TOKENS, Desk, policy

ANA, CVETKA = "ana@svetilka.example", "cvetka@svetilka.example"


def desk() -> Desk:
    return Desk(policy(), now=MORNING)


def mentions(story: Story, *agents: str, text: str = "Please look, @cvetka.") -> TicketMessageAdded:
    note = story.agent_notes(text=text)
    message = note.data.message.model_copy(update={"mentions": agents})
    return note.model_copy(update={"data": TicketMessageAddedData(message=message)})


def mistaken(story: Story, agent: str = "ana") -> AgentInstructed:
    told = AgentInstructedData(
        agent=agent,
        understood=("the ticket is resolved",),
        mistakes=("#trasnfer billing: there is no such instruction",),
        text="#trasnfer billing\nThank you!",
    )
    return story.states(AgentInstructed, told, actor=f"agent:{agent}")


def purpose(letter: Letter, *, sender: str) -> Purpose | None:
    found = TOKENS.find(letter.reply_to or "", sender=sender)
    return found.purpose if found and found.by_recipient else None


def test_the_assignment_carries_the_conversation_with_notes_marked() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), story.agent_notes("bojan", "He called as well."), story.is_assigned("ana"))
    text = heard.letter("assignment").rendered.text
    assert text.startswith(BEGINS)
    assert "> It is dark here." in text
    assert "interna opomba" in text
    assert "> He called as well." in text


def test_the_latest_message_stands_first() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), story.is_assigned("ana"), story.customer_writes("Any news?"))
    text = heard.letter("update").rendered.text
    assert text.index("Any news?") < text.index("It is dark here.")


def test_what_customers_get_shows_neither_notes_nor_an_answer_line() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), story.agent_notes(text="He never pays."), story.agent_answers())
    for kind in ("acknowledgement", "reply"):
        letter = heard.letter(kind)
        for part in (letter.rendered.text, letter.rendered.html, letter.rendered.subject, letter.rendered.sms):
            assert "He never pays." not in part
            assert BEGINS not in part
        assert purpose(letter, sender="maja@example.org") == "customer"


def test_an_agents_files_come_as_the_customers_own_links() -> None:
    story = Story("lamp")
    file = Attachment(id="ab" * 32, name="navodila.pdf", content_type="application/pdf", size=1234)
    opened, assigned, answer = story.opens(), story.is_assigned("bojan"), story.agent_answers()
    message = answer.data.message.model_copy(update={"attachments": (file,)})
    with_file = answer.model_copy(update={"data": TicketMessageAddedData(message=message)})
    heard = desk().hear(opened, assigned, with_file)
    text = heard.letter("reply").rendered.text
    link = next(line for line in text.split("\n") if "navodila.pdf" in line)
    assert "/status/" in link
    assert link.endswith(f"/files/{'ab' * 32}")
    assert "[navodila.pdf]" in heard.letter("assignment").rendered.text


def test_an_answer_to_an_assignment_is_the_agents_reply() -> None:
    story = Story("lamp")
    letter = desk().hear(story.opens(), story.is_assigned("ana")).letter("assignment")
    assert purpose(letter, sender=ANA) == "agent"
    assert purpose(letter, sender="maja@example.org") is None


def test_an_answer_to_a_mention_is_a_note() -> None:
    story = Story("lamp")
    letter = desk().hear(story.opens(), mentions(story, "cvetka")).letter("mention")
    assert letter.to == CVETKA
    assert purpose(letter, sender=CVETKA) == "note"
    assert "> Please look, @cvetka." in letter.rendered.text


def test_each_agent_whom_a_note_mentions_is_told_once() -> None:
    story = Story("lamp")
    note = mentions(story, "cvetka", "dmitar", "cvetka", "nobody")
    heard = desk().hear(story.opens(), note, note)
    told = sorted(one.to or one.reason or "" for one in heard.notifications.values() if one.kind == "mention")
    assert told == [CVETKA, "dmitar@svetilka.example", "nobody has the ticket"]


def test_who_mentions_oneself_is_not_told() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), mentions(story, "ana"))
    assert [one.reason for one in heard.notifications.values() if one.kind == "mention"] == ["own act"]


def test_a_mail_that_was_not_carried_out_comes_back_with_what_was_understood() -> None:
    story = Story("lamp")
    letter = desk().hear(story.opens(), mistaken(story)).letter("mistake")
    assert letter.to == ANA
    for said in ("#trasnfer billing: there is no such instruction", "the ticket is resolved", "> Thank you!"):
        assert said in letter.rendered.text


def test_all_mails_about_a_ticket_to_one_agent_are_one_thread_there() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), story.is_assigned("ana"), story.customer_writes())
    assert heard.letter("assignment").references == heard.letter("update").references != ()
