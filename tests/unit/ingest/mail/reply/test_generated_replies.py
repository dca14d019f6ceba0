"""Every language, mail program and layout: the new part is the reply, exactly, and nothing is lost."""

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.mail.reply.cutting import new_part
from services.ingest.mail.reply.mail import new_part_of_mail
from tests.unit.ingest.mail.reply.clients import MOBILE, ORIGINAL, WROTE, Quoting, quotings

QUESTION = ["Pozdravljeni,", "", "did you plug the lamp in?", "", "Ana"]
REPLY = "Yes, it is plugged in.\nStill dark.\n\nLp Jana"
WIDTHS = (400, 72, 50)

PAGES = {
    "Gmail": '<div dir="ltr">{reply}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
    '{header}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">{question}</blockquote></div>',
    "Thunderbird": '<html><body><p>{reply}</p><div class="moz-cite-prefix">{header}<br></div>'
    '<blockquote type="cite" cite="mid:a@b"><p>{question}</p></blockquote></body></html>',
    "Apple Mail": '<body>{reply}<br><div><br><blockquote type="cite"><div>{header}</div><br><div>{question}</div></blockquote></div></body>',
    "Yahoo": '<div class="ydp1-yahoo-style-wrap"><div>{reply}</div></div><div id="ydp1yahoo_quoted_1" class="ydp1yahoo_quoted">'
    "<div>{header}</div><div>{question}</div></div>",
    "Outlook on the web": '<div>{reply}</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg" dir="ltr">{header}</div><div>{question}</div>',
    "Proton": '<div>{reply}</div><div class="protonmail_quote">{header}<blockquote class="protonmail_quote" type="cite">{question}</blockquote></div>',
    "GMX": '<div>{reply}</div><div name="quote" style="margin:10px"><div>{header}</div><div>{question}</div></div>',
    "Zimbra": '<div>{reply}</div><hr id="zwchr" data-marker="__DIVIDER__"><div>{header}</div><div>{question}</div>',
    "Zoho": '<div>{reply}</div><div class="zmail_extra"><div>{header}</div><blockquote>{question}</blockquote></div>',
}  # fmt: skip


def wrapped(header: str, width: int) -> str:
    """The header over several lines, as programs wrap plain text; a block of fields is not wrapped."""
    if "\n" in header:
        return header
    lines = [""]
    for word in header.split(" "):
        lines += [word] if lines[-1] and len(lines[-1]) + len(word) >= width else []
        lines[-1] = f"{lines[-1]} {word}".strip() if lines[-1] is not word else word
    return "\n".join(lines)


def quoted(question: list[str], *, marked: bool) -> str:
    return "\n".join(f"> {line}".rstrip() if marked else line for line in question)


def as_page(text: str) -> str:
    return escape(text).replace("\n", "<br>")


@pytest.mark.parametrize("language", sorted({quoting.language for quoting in quotings()}))
@pytest.mark.parametrize("width", WIDTHS)
def test_reply_above_a_quote_is_the_new_part(language: str, width: int) -> None:
    for quoting in (one for one in quotings() if one.language == language):
        below = quoted(QUESTION, marked=quoting.marked)
        got = new_part(f"{REPLY}\n\n{wrapped(quoting.header, width)}\n\n{below}\n")
        assert got.new == REPLY, quoting
        assert "plug the lamp in?" in got.prior


@pytest.mark.parametrize("language", sorted(WROTE))
@pytest.mark.parametrize("width", WIDTHS)
def test_reply_below_a_quote_is_the_new_part(language: str, width: int) -> None:
    for header in WROTE[language]:
        got = new_part(f"{wrapped(header, width)}\n{quoted(QUESTION, marked=True)}\n\n{REPLY}\n")
        assert got.new == REPLY, header


@pytest.mark.parametrize("language", sorted(WROTE))
def test_answers_between_quoted_lines_keep_what_they_answer(language: str) -> None:
    for header in WROTE[language]:
        text = f"{header}\n> is it plugged in?\nYes.\n> Since when?\nMonday.\n> Really?\nYes."
        assert new_part(text).new == text, header


@pytest.mark.parametrize("client", sorted(PAGES))
def test_reply_in_a_page_is_the_new_part(client: str) -> None:
    reply, question = as_page(REPLY), as_page("\n".join(QUESTION))
    for header in (header for headers in WROTE.values() for header in headers):
        page = PAGES[client].format(reply=reply, header=as_page(header), question=question)
        assert new_part_of_mail("", page, is_page=True).new == REPLY, header


WORDS = st.lists(
    st.sampled_from(
        ["Yes, it is.", "The lamp is dark", "", "see https://a.example/x?y=1", "1) on 2) off", "Kaj zdaj?", "לא עובד",
         "- first", "- second", "It broke on 12. 3. 2026 at 10:15.", "He wrote to me.", "    indented()", "Thanks!"]
    ),
    min_size=1,
    max_size=8,
).map(lambda lines: "\n".join(["Hello.", *lines, "Jana"]))  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    reply=WORDS,
    quoting=st.sampled_from(quotings()),
    width=st.sampled_from(WIDTHS),
    mobile=st.sampled_from(("", *MOBILE)),
)
def test_whatever_is_written_above_a_quote_is_the_new_part(
    reply: str, quoting: Quoting, width: int, mobile: str
) -> None:
    footer = f"\n\n{mobile}" if mobile else ""
    below = quoted(QUESTION, marked=quoting.marked)
    got = new_part(f"{reply}{footer}\n\n{wrapped(quoting.header, width)}\n\n{below}")
    assert got.new == reply.strip()


LINES = st.one_of(
    st.sampled_from([header for headers in WROTE.values() for header in headers]),
    st.sampled_from([f"-----{phrase}-----" for phrases in ORIGINAL.values() for phrase in phrases]),
    st.sampled_from(["", "> quoted", ">> more", "-- ", "--", "text", "Subject: x", "From: Ana <a@b.example>", "Sent: 20. 11. 2026 10:15"]),
    st.sampled_from(["wrote:", "Yes On Fri, 20 Nov 2026 at 10:15, a@b.example wrote:", "_" * 32, "Begin forwarded message:", *MOBILE]),
    st.text(max_size=30).map(lambda text: " ".join(text.split())),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(LINES, max_size=14), quotes=st.booleans(), signatures=st.booleans())
def test_no_word_is_lost_whatever_a_text_is_made_of(lines: list[str], quotes: bool, signatures: bool) -> None:
    text = "\n".join(lines)
    got = new_part(text, quotes=quotes, signatures=signatures)
    both = sorted(f"{got.new}\n{got.prior}".replace("---", " ").split())
    assert set(text.replace("---", " ").split()) <= {*both, "-", "--"} or "\ue000" in text or "\ue001" in text
    assert bool(got.new) == bool(text.strip()) or not text.strip("\ue000\ue001 \n")
    assert got.whole in ("", text.strip())
