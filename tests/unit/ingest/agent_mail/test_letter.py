"""Only what the agent wrote leaves the house, and only when it is the agent who wrote it."""

from pathlib import Path

import pytest

from services.ingest.agent_mail.letter import AgentLetter, leaked, recognised
from services.ingest.normalised import File, Machine, Normalised, ThreadHints, TokenHit
from shared.answer_line import answer_line
from shared.events import Contact
from shared.ids import derived_id
from shared.organisation import Organisation
from shared.reply_token import Purpose, ReplyTokens

ORGANISATION = Organisation.read(Path(__file__).parents[4] / "config")
TOKENS = ReplyTokens.parse("a:0123456789abcdef0123")
TICKET = derived_id("ticket")
ANA = "ana@svetilka.example"
LINE = answer_line("Write your answer above this line")


def letter(
    text: str,
    *,
    sender: str = ANA,
    holder: str = ANA,
    purpose: Purpose = "agent",
    files: tuple[File, ...] = (),
    authenticated: bool | None = None,
    machine: Machine | None = None,
    must_be_confirmed: bool = False,
) -> AgentLetter | None:
    token = TOKENS.sign(TICKET, holder, purpose=purpose)
    found = TOKENS.verify(token, sender=sender)
    assert found is not None
    hit = TokenHit(
        ticket=TICKET, by_recipient=found.by_recipient, place="address", purpose=found.purpose, token=found.token
    )
    message = Normalised(
        sender=Contact(email=sender),
        text=text,
        attachments=files,
        authenticated=authenticated,
        machine=machine,
        thread=ThreadHints(tokens=(hit,)),
    )
    return read(message, must_be_confirmed=must_be_confirmed)


def read(message: Normalised, *, must_be_confirmed: bool = False) -> AgentLetter | None:
    return recognised(
        message,
        organisation=ORGANISATION,
        tokens=TOKENS,
        new_part=lambda above: above,
        must_be_confirmed=must_be_confirmed,
    )


def test_a_customers_token_makes_no_agents_mail() -> None:
    assert letter("Hello", purpose="customer") is None


def test_an_agents_mail_is_known_by_token_and_address() -> None:
    found = letter("It is fixed.")
    assert found == AgentLetter(ticket=TICKET, agent="ana", is_note=False, text="It is fixed.")


def test_an_answer_to_a_mention_is_a_note() -> None:
    found = letter("I will look.", purpose="note")
    assert found is not None
    assert found.is_note


def test_what_stands_below_the_answer_line_stays_here() -> None:
    found = letter(f"It is fixed.\n\n> {LINE}\n> Bojan, 3 May (internal note):\n> He never pays.")
    assert found is not None
    assert found.text == "It is fixed."
    assert not found.interleaved


def test_an_answer_between_the_quotes_is_noticed() -> None:
    found = letter(f"See below.\n> {LINE}\n> Does it flicker?\nYes, always.\n> Since when?\nSince May.")
    assert found is not None
    assert found.interleaved


def test_tokens_never_leave() -> None:
    token = TOKENS.sign(TICKET, ANA, purpose="agent")
    found = letter(f"Write to support+{token}@svetilka.example or support+{token.upper()}@svetilka.example")
    assert found is not None
    assert token not in found.text.lower()


@pytest.mark.parametrize("sender", ["ana.novak@example.org", "iva@example.org", "bojan@svetilka.example", ""])
def test_another_address_with_the_agents_token_is_doubted(sender: str) -> None:
    found = letter("Please refund it all.", sender=sender)
    assert found is not None
    assert (found.agent, found.doubt) == (
        "ana",
        "it came from another address than the one that the token was sent to",
    )


def test_a_sender_whom_the_mail_server_did_not_confirm_is_doubted() -> None:
    found = letter("Please refund it all.", authenticated=False)
    assert found is not None
    assert found.doubt is not None


def test_a_token_of_somebody_who_left_is_worth_nothing() -> None:
    found = letter("Hello", sender="gone@svetilka.example", holder="gone@svetilka.example")
    assert found is not None
    assert found.agent is None
    assert found.doubt is not None


def test_attached_files_go_along_but_logos_and_signatures_do_not() -> None:
    files = (
        File(name="manual.pdf", content_type="application/pdf", content=b"%PDF"),
        File(name="logo.png", content_type="image/png", content=b"png", inline=True),
        File(name="smime.p7s", content_type="application/pkcs7-signature", content=b"s"),
    )
    found = letter("See the manual.", files=files)
    assert found is not None
    assert [file.name for file in found.files] == ["manual.pdf"]


def test_a_line_of_a_note_is_noticed_however_it_is_quoted() -> None:
    notes = ["Careful:\nHe never   pays his invoices.\nYes."]
    assert leaked("Hello,\n>> He never pays his invoices.", notes) == "He never pays his invoices."
    assert leaked("Hello,\nYes.", notes) is None
    assert leaked("He pays.", notes) is None


def test_a_long_line_of_a_note_is_noticed_where_a_mail_program_wrapped_it() -> None:
    notes = ["Careful with this one: he never pays his invoices before the third reminder has gone out to him."]
    wrapped = "Hello,\n> Careful with this one: he never pays his\n> invoices before the third reminder has\n> gone."
    assert leaked(wrapped, notes) == "Careful with this one: he never pays his"
    assert leaked("Hello, this one is for you.", notes) is None


def test_a_mail_of_ours_that_is_attached_is_held_back() -> None:
    token = TOKENS.sign(TICKET, ANA, purpose="agent")
    head = f"Reply-To: support+{token.upper()}@svetilka.example\r\nSubject: Assigned\r\n\r\nInternal: he never pays"
    for content in (head.encode(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + head.encode("utf-16-le")):
        found = letter("It is fixed.", files=(File(name="AW.eml", content_type="message/rfc822", content=content),))
        assert found is not None
        assert found.held_back == ("AW.eml",)
    other = letter("See the manual.", files=(File(name="manual.pdf", content_type="application/pdf", content=b"%PDF"),))
    assert other is not None
    assert other.held_back == ()


def test_a_report_that_our_mail_did_not_reach_an_agent_is_no_mail_of_the_agent() -> None:
    assert letter("User unknown", sender="", machine=Machine(kind="bounce", because="a delivery report")) is None


def test_where_a_mail_server_vouches_for_senders_its_silence_is_a_doubt() -> None:
    silent = letter("Please refund it all.", must_be_confirmed=True)
    confirmed = letter("Please refund it all.", authenticated=True, must_be_confirmed=True)
    assert silent is not None
    assert silent.doubt == "the mail server did not say whether it came from this address"
    assert confirmed is not None
    assert confirmed.doubt is None


def test_of_several_agents_tokens_the_senders_own_counts_unless_it_is_for_another_ticket() -> None:
    def hit(holder: str, ticket: str) -> TokenHit:
        token = TOKENS.sign(ticket, holder, purpose="agent")
        return TokenHit(ticket=ticket, by_recipient=holder == ANA, place="address", purpose="agent", token=token)

    def of(*hits: TokenHit) -> AgentLetter:
        found = read(Normalised(sender=Contact(email=ANA), text="Hello", thread=ThreadHints(tokens=hits)))
        assert found is not None
        return found

    other, bojan = derived_id("another ticket"), "bojan@svetilka.example"
    assert of(hit(bojan, TICKET), hit(ANA, TICKET)).doubt is None
    strangers = of(hit(bojan, TICKET), hit(ANA, other))
    assert (strangers.ticket, strangers.is_from_holder) == (TICKET, False)
