"""Replies in HTML: the quote is found in the tree, and in doubt all of it is new."""

import pytest

from services.ingest.mail.reply.mail import new_part_of_mail

OUTLOOK = (
    '<div class=WordSection1><p class=MsoNormal>Yes.<o:p></o:p></p><div><div style="border:none;border-top:solid '
    '#E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class=MsoNormal><b>{0}:</b> Ana &lt;a@b.example&gt;<br><b>{1}:</b> '
    "20. 11. 2026 10:15<br><b>{2}:</b> Jana<br><b>{3}:</b> Lamp</p></div></div><p class=MsoNormal>is it on?</p></div>"
)
CUT = {
    "Outlook in English": OUTLOOK.format("From", "Sent", "To", "Subject"),
    "Outlook in a language that nobody knows": OUTLOOK.format("Abab", "Cdcd", "Efef", "Ghgh"),
    "Apple on a telephone": "Yes.<br><br>Sent from my iPhone<br><br>On Nov 20, 2026, at 10:15, Ana &lt;a@b.example&gt; wrote:"
    '<br><br><blockquote type="cite">is it on?</blockquote>',
    "a table around it": '<table><tr><td>Yes.<blockquote type="cite">is it on?</blockquote></td></tr></table>',
    "a header and a plain blockquote": "<p>Yes.</p><div>On 11-Apr-2026, at 6:54 PM, Bob &lt;b@x.example&gt; wrote:</div>"
    "<blockquote><div>is it on?</div></blockquote>",
    "an element that never ends": '<div>Yes.<div class="gmail_quote"><div>is it on?',
    "an old Gmail": "Yes.<br><br>On Fri, Nov 20, 2026 at 10:15 AM, Ana &lt;a@b.example&gt; wrote:<br>"
    '<blockquote class="gmail_quote" style="border-left:1px solid">is it on?</blockquote>',
    "a reply below a plain blockquote": "On Fri, Nov 20, 2026 at 10:15 AM, Ana &lt;a@b.example&gt; wrote:<br>"
    "<blockquote>is it on?</blockquote><p>Yes.</p>",
    "a header within the blockquote": "Yes.<blockquote><div>On 11-Apr-2026, at 6:54 PM, Bob &lt;b@x.example&gt; wrote:</div>"
    "<div>is it on?</div></blockquote>",
    "Hotmail": '<div dir="ltr">Yes.<br><div><hr id="stopSpelling">Date: Fri, 20 Nov 2026<br>is it on?</div></div>',
    "below the quote": '<blockquote type="cite">is it on?</blockquote><p>Yes.</p>',
}  # fmt: skip


@pytest.mark.parametrize("page", CUT.values(), ids=CUT)
def test_quote_in_a_page_is_left_out(page: str) -> None:
    reply = new_part_of_mail("", page, is_page=True)
    assert reply.new == "Yes."
    assert "is it on?" in reply.prior


KEPT = {
    "answers within": "<p>Answers below.</p><div>On 20.11.26 10:15, Ana wrote:</div><blockquote type=cite>is it on?</blockquote>"
    "<p>Yes.</p><blockquote type=cite>since when?</blockquote><p>Monday.</p>",
    "a forwarded mail": '<div>Please see:</div><div class="gmail_quote"><div>---------- Forwarded message ---------<br>Von: Bob'
    "<br></div>the text</div>",
    "a quotation of the writer's own": "<div>He said <blockquote>to be</blockquote> and I agree.</div>",
    "a line above a signature": '<div>Yes.</div><div style="border-top:1px solid #ccc">Jana<br>Tel: 5<br>Mail: a@b.example</div>',
    "a quotation made with Gmail's button": 'You said<blockquote class="gmail_quote" style="border-left:1px solid">it comes'
    "<br>on Monday</blockquote>",
    "only a quote": '<blockquote type="cite">is it on?</blockquote>',
}  # fmt: skip


@pytest.mark.parametrize("page", KEPT.values(), ids=KEPT)
def test_page_stays_whole_in_doubt(page: str) -> None:
    reply = new_part_of_mail("", page, is_page=True)
    assert reply.prior == ""
    assert "\ue000" not in reply.new
    assert "\ue001" not in reply.new


def test_page_tells_where_the_quote_of_an_unmarked_text_begins() -> None:
    page = "<div>Yes, it is on.<br>Jana</div><blockquote type=cite>Is it on?<br>Since when?</blockquote>"
    reply = new_part_of_mail("Yes, it is *on*.\nJana\nIs it on?\nSince when?", page, is_page=False)
    assert reply.new == "Yes, it is *on*.\nJana"
    assert reply.prior == "Is it on?\nSince when?"


def test_page_that_says_something_else_than_the_text_decides_nothing() -> None:
    page = "<div>Quite another text.</div><blockquote type=cite>Is it on?</blockquote>"
    text = "Yes, it is on.\nIs it on?"
    assert new_part_of_mail(text, page, is_page=False).new == text


def test_private_marks_from_outside_mean_nothing() -> None:
    page = "<p>Yes.</p><p>\ue002It is dark.\ue003</p><p>\ue000So it is.</p>"
    assert new_part_of_mail("", page, is_page=True).prior == ""


def test_page_that_is_too_deep_is_read_as_text() -> None:
    page = "<div>" * 2_000 + "Yes."
    assert new_part_of_mail("Yes.", page, is_page=True).new == "Yes."
