"""Whole mails: the reader keeps the new part, what was left out, and the whole where those don't add up to it."""

from datetime import UTC, datetime
from email.message import EmailMessage

from services.ingest.inbox.inputs import Received
from services.ingest.mail.reader import MailReader
from services.ingest.normalised import Normalised
from shared.reply_token import ReplyTokens

HEADER = "On Fri, 20 Nov 2026 at 10:15, Ana <ana@svetilka.example> wrote:"
PAGE = f'<div>Yes, it is.</div><div class="gmail_quote"><div>{HEADER}</div><blockquote>Is it on?</blockquote></div>'


def read(
    text: str = "", page: str = "", *, title: str = "Re: Lamp", answers: str = "<1@svetilka.example>"
) -> Normalised:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Jana <jana@novak.example>", "desk@svetilka.example", title
    mail["Message-ID"] = "<2@novak.example>"
    if answers:
        mail["In-Reply-To"] = answers
    if text:
        mail.set_content(text)
    if page:
        (mail.add_alternative if text else mail.set_content)(page, subtype="html")
    reader = MailReader(ReplyTokens.parse("a:0123456789abcdef0123"), frozenset(), ("en",))
    return reader.read(
        Received("email", "desk", "k", mail.as_bytes(), "message/rfc822", datetime(2026, 11, 21, tzinfo=UTC))
    )


def test_quote_and_signature_of_a_plain_reply_are_prior_text() -> None:
    got = read(f"Yes, it is.\n\nSent from my iPhone\n\n{HEADER}\n> Is it on?\n")
    assert got.text == "Yes, it is."
    assert got.prior_text == f"Sent from my iPhone\n\n{HEADER}\n> Is it on?"
    assert got.whole_text == ""


def test_reply_in_html_only_is_cut_in_the_page() -> None:
    got = read(page=PAGE)
    assert got.text == "Yes, it is."
    assert "Is it on?" in got.prior_text
    assert "Is it on?" in (got.html or "")


def test_unmarked_quote_in_a_plain_text_is_cut_where_the_page_says() -> None:
    page = "<div>Yes, it is.</div><blockquote type=cite>Is it on?<br>Since when?</blockquote>"
    got = read("Yes, it is.\nIs it on?\nSince when?\n", page)
    assert (got.text, got.prior_text) == ("Yes, it is.", "Is it on?\nSince when?")


def test_reply_below_its_quote_keeps_the_whole_in_its_order() -> None:
    got = read(f"{HEADER}\n> Is it on?\n\nYes, it is.\n")
    assert got.text == "Yes, it is."
    assert got.whole_text == f"{HEADER}\n> Is it on?\n\nYes, it is."


def test_forwarded_mail_and_one_that_answers_nothing_keep_what_they_quote() -> None:
    text = f"See below.\n\n{HEADER}\n> Is it on?"
    assert read(text, title="WG: Lamp").text == text
    assert read(text, title="Lamp", answers="").text == text
