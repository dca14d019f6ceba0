"""Forwarded mails, and mails that answer nothing, keep what they quote."""

import pytest

from services.ingest.mail.reply.cutting import new_part
from services.ingest.mail.reply.mail import new_part_of_mail
from services.ingest.mail.reply.titles import is_answer, is_forward

TEXT = "See below.\n\nFrom: Ana <a@b.example>\nSent: 20. 11. 2026 10:15\nTo: Jana\nSubject: Lamp\n\nIs it on?"


@pytest.mark.parametrize(
    "title",
    ["Fwd: Lamp", "FW: Lamp", "WG: Lampe", "TR : Lampe", "RV: x", "I: x", "VS: x", "VB: x", "PD: x", "ENC: x", "Doorst: x",
     "Posredovano: x", "Proslijeđeno: x", "İLT: x", "Пересл: x", "转发：x", "転送: x", "הועבר: x", "[EXT] Fwd: x", "Fwd[2]: x"],
)  # fmt: skip
def test_prefix_of_a_forwarded_mail_is_known(title: str) -> None:
    assert is_forward(title)


@pytest.mark.parametrize(
    "title",
    ["Re: Lamp", "AW: Lampe", "Odg: Luč", "SV: x", "Antw: x", "Re: Fwd: x", "回复：x", "Lamp", "Forward lamp", ""],
)
def test_other_titles_are_no_forward(title: str) -> None:
    assert not is_forward(title)


def test_finnish_answer_is_no_danish_forward() -> None:
    assert not is_forward("VS: lamppu", "Ei.\n\nLähettäjä: Ana")


@pytest.mark.parametrize(
    "title", ["Re: Lamp", "AW: Lampe", "Odg: Luč", "RE[2]: x", "回复：x", "תגובה: x", "[EXT] Re: x"]
)
def test_prefix_of_an_answer_is_known(title: str) -> None:
    assert is_answer(title)


def test_mail_that_answers_nothing_keeps_what_it_quotes() -> None:
    assert new_part_of_mail(TEXT, is_page=False, answers=False).new == TEXT
    assert new_part_of_mail(TEXT, is_page=False).new == "See below."


def test_whole_is_kept_where_new_and_prior_do_not_add_up_to_it() -> None:
    above = new_part("Yes.\n\nOn Fri, 20 Nov 2026 at 10:15, Ana wrote:\n> on?")
    assert (above.whole, above.is_trimmed) == ("", True)
    below = new_part("On Fri, 20 Nov 2026 at 10:15, Ana wrote:\n> on?\n\nYes.")
    assert below.whole == "On Fri, 20 Nov 2026 at 10:15, Ana wrote:\n> on?\n\nYes."
