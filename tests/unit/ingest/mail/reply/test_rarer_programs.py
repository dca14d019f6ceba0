"""Headers, footers and containers of mail programs that few people use, and what only looks like them."""

import pytest

from services.ingest.mail.reply.cutting import new_part
from services.ingest.mail.reply.mail import new_part_of_mail
from services.ingest.mail.reply.signatures import is_mobile

WRITTEN = "The lamp is still dark.\n\nJana"
QUESTION = "Is it plugged in?\nSince when?"

HEADERS = {
    "no colon": "On Fri, 20 Nov 2026 10:15:00 +0100 Svetilka Podpora <podpora@svetilka.example> wrote",
    "no date": "Svetilka Podpora <podpora@svetilka.example> wrote:",
    "no date, the name of an account": "podpora <podpora@svetilka.example> wrote:",
    "no date, two small words": "podpora svetilka <podpora@svetilka.example> schrieb:",
    "by an address, no verb": "20 Nov 2026, 10:15 by podpora@svetilka.example:",
    "by an address, in German": "20. Nov. 2026, 10:15 von podpora@svetilka.example:",
    "between marks": ">>> Svetilka Podpora <podpora@svetilka.example> 20.11.2026 10:15 >>>",
    "Galician": "O Ven, 20 de Nov de 2026 ás 10:15, Svetilka <podpora@svetilka.example> escribiu:",
    "Catalan": "Missatge de Svetilka <podpora@svetilka.example> del dia dv., 20 de nov. 2026 a les 10:15:",
    "Hindi": "शुक्र, 20 नव॰ 2026 को 10:15 am बजे को Svetilka <podpora@svetilka.example> ने लिखा:",
    "Arabic, the name below the verb": "في 20/11/2026 10:15، كتب Svetilka:",
    "one word between dashes": "------------------ Original ------------------",
    "the first mail, in French": "----- Mail original -----",
    "a hyphen in Danish": "-----Original-meddelelse-----",
    "an archive": "Original Message processed by david®",
    "wide colons": "发件人：podpora@svetilka.example\n发送时间：2026-11-20 10:15\n收件人：jana@novak.example\n主　题：Lamp",
    "two fields in one line": "From: podpora@svetilka.example Date: Fri, 20 Nov 2026 10:15:00 +0100",
}  # fmt: skip


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_quote_below_a_rarer_header_is_left_out(header: str) -> None:
    assert new_part(f"{WRITTEN}\n\n{header}\n\n{QUESTION}").new == WRITTEN


WRAPPED = {
    "within the date": "pet, 20. nov. 2026 ob\n10:15 Svetilka <podpora@svetilka.example>:",
    "below an abbreviation": "Den fre. 20. nov. 2026 kl.\n10.15 skrev Svetilka <podpora@svetilka.example>:",
    "below the day": "Oseba Svetilka <podpora@svetilka.example> je dne pet., 20.\nnov. 2026 ob 10:15 napisala:",
    "by name": "Zitat von Svetilka Podpora <podpora@svetilka.example>:",
    "a date behind the address": "* Svetilka Podpora <podpora@svetilka.example> [2026-11-20 10:15]:",
}  # fmt: skip


@pytest.mark.parametrize("header", WRAPPED.values(), ids=WRAPPED)
def test_header_of_marked_lines_goes_whole(header: str) -> None:
    quote = "\n".join(f"> {line}" for line in QUESTION.split("\n"))
    assert new_part(f"{WRITTEN}\n\n{header}\n\n{quote}").new == WRITTEN


KEPT = {
    "a mail that the writer shows": "Your colleague answered:\n\nAna Novak <ana@x.example> wrote:\n\nIt comes.\n\nIt did not.",
    "the source of a mail": "Why did this come twice?\n\nMessage-ID: <1@x.example>\nDate: Fri, 20 Nov 2026 10:15:36 +0100\n"
    "From: Jo <jo@x.example>\nTo: Ana <ana@x.example>\nSubject: Lamp\n\nThe second has a Received line more.",
    "someone who is no name": "My supplier (info@x.example) wrote:\n\nwe do not deliver.\n\nWhat now?",
    "someone of the writer's": "My supplier <info@x.example> wrote:\n\nwe do not deliver.\n\nWhat now?",
    "a quotation": "Quoting ana@x.example:\n\nwe do not deliver.\n\nWhat now?",
    "compared files": "Does this help?\n\n--- original\n+++ changed\n@@ -1 +1 @@\n-dark\n+bright",
    "a prompt": "It fails.\n\n>>> switch(on) >>>\n\nWhat now?",
    "a log": "I switch it on at 10:15\nAna <ana@x.example>: no light\nJo <jo@x.example>: no light\nHelp.",
    "a letter": "The letter says\n\nOn 14 March 2020 the landlord wrote\n\nthat all is paid.",
}  # fmt: skip


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_only_looks_like_a_header_stays(text: str) -> None:
    assert new_part(text).new == text


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my phone. Please excuse my brevity.",
        "-- Sent from my Android phone with GMX Mail. Please excuse my brevity.",
        "Von meinem Android-Gerät mit K-9 Mail gesendet. Bitte entschuldigen Sie die Kürze.",
        "Envoyé de mon téléphone. Veuillez excuser ma brièveté.",
        "Get Outlook for iOShttps://x.example/o",
        "Sent via Missive",
        "Az iPhone-omról küldve",
        "iOS için Outlook'u edinin",
        "Išsiųsta iš mano „iPhone“",
    ],
)
def test_rarer_footer_of_a_program_goes(line: str) -> None:
    assert is_mobile(line)
    assert new_part(f"{WRITTEN}\n\n{line}").new == WRITTEN


@pytest.mark.parametrize(
    "line", ["Sent from my mother with love", "Sent by mail yesterday", "Sent by phone shop on Tuesday"]
)
def test_what_someone_sent_stays(line: str) -> None:
    assert not is_mobile(line)


@pytest.mark.parametrize("drawn", ["___", "-----", "=" * 20])
def test_line_drawn_above_a_footer_goes_with_it(drawn: str) -> None:
    assert new_part(f"{WRITTEN}\n\n{drawn}\nSent from my iPhone").new == WRITTEN


PAGES = {
    "a blockquote that ends the page": "<p>Yes.</p><blockquote><p>is it on?</p></blockquote>",
    "marks within a blockquote": "<p>Yes.</p><blockquote><p>&gt; Message du 20/11/26 10:15<br>&gt; De : Ana<br>&gt; Objet : Lamp</p>"
    "<p>is it on?</p></blockquote>",
    "a table of fields": '<p>Yes.</p><div class="ntes-mailmaster-quote"><div>---- Replied Message ----</div><table><tr><td>From</td>'
    "<td>Ana</td></tr></table>is it on?</div>",
    "a line that shares its block": "<div>Yes.<hr><b>From: </b>ana@x.example<br><b>Sent: </b>Friday, 20 November 2026 10:15<br>"
    "<b>To: </b>Jana<br><b>Subject: </b>Lamp<br><br>is it on?</div>",
    "marks instead of a header": "<div>Yes.</div><div>&gt;&gt;&gt; Ana &lt;ana@x.example&gt; 20.11.2026 10:15 &gt;&gt;&gt;</div>is it on?",
    "fields with wide colons": "<div>Yes.</div><blockquote><div><b>发件人：</b><a>Ana</a></div><div><b>发送时间：</b>2026-11-20 10:15</div>"
    "<div><b>收件人：</b>Jana</div><div><b>主题：</b>Lamp</div><p>is it on?</p></blockquote>",
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_quote_of_a_rarer_page_is_left_out(page: str) -> None:
    reply = new_part_of_mail("", page, is_page=True)
    assert reply.new == "Yes."
    assert "is it on?" in reply.prior


WHOLE_PAGES = {
    "an indented address": '<div>Please send it to</div><blockquote style="margin:0 0 0 40px;border:none;padding:0">Jana<br>Street 5</blockquote>',
    "a quotation that is announced": "<p>The terms say:</p><blockquote>all is free</blockquote>",
    "answers below two quotations": "<p>Hi</p><blockquote>one</blockquote><p>yes</p><blockquote>two</blockquote><p>no</p>",
    "a page within one blockquote": "<blockquote>Yes.<div>On 20-Nov-2026, at 10:15, Ana &lt;ana@x.example&gt; wrote:</div>is it on?</blockquote>",
}  # fmt: skip


@pytest.mark.parametrize("page", WHOLE_PAGES.values(), ids=WHOLE_PAGES)
def test_rarer_page_stays_whole_in_doubt(page: str) -> None:
    assert new_part_of_mail("", page, is_page=True).prior == ""


HOSTILE = {
    "names": f"{'A' * 40}{' B' * 150} wrote:\n",
    "names without an end": f"{'Ana ' * 8}<{'a' * 60} wrote:\n",
    "marks": f">>> {'a ' * 140}>>\n",
    "dates": f"28 Feb 2026, 19:47 by {'a@' * 60}:\n",
    "apologies": f"Sent from my phone. Please excuse {'a' * 60}\n",
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_rarer_patterns_take_no_time_on_texts_made_for_it(line: str) -> None:
    text = line * min(29_000, 500_000 // len(line))
    assert text.startswith(new_part(text).new)
