"""Every guard of threading, by the trouble that users of other desks had without it.

fs is FreeScout, zm Zammad, cw Chatwoot, ost osTicket, fr Frappe Helpdesk: numbers of their issues.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.ingest.conversation.threading import (
    Join,
    Known,
    Open,
    Origin,
    Thread,
    answer_thread,
    conversation_thread,
    message_thread,
    place,
    vendor_thread,
)
from services.ingest.inbox.inputs import Received
from services.ingest.mail.reader import MailReader
from services.ingest.normalised import File, Normalised, ThreadHints, TokenHit
from services.ingest.tickets.ticket import Ticket
from shared.events import Contact
from shared.reply_token import ReplyTokens

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MAIL = Origin("email", "support@svetilka.example")
CHAT = Origin("chat", "website")
JANA = Contact(email="jana@kupec.example")
STRANGER = Contact(email="tujec@drugje.example")
NOTIFICATION = "11111111-1111-5111-8111-111111111111"
OURS = f"<kartica.{NOTIFICATION}.a{'b' * 50}@svetilka.example>"
HEAD = "From: Jana <jana@kupec.example>\nSent: Monday\nTo: support@svetilka.example\nSubject: Lamp\n\nIt is dark."


def ticket(id: str = "t1", **more: Any) -> Ticket:
    made = Ticket(
        id=id,
        version=1,
        ticketversion=1,
        number=f"K-{id}",
        status="open",
        channel="email",
        mailbox=MAIL.account,
        last_channel="email",
        participants=frozenset({"jana@kupec.example"}),
        title="The lamp is dark",
    )
    return replace(made, **more)


def mail(sender: Contact = JANA, *, text: str = "", title: str = "", files: Any = (), **hints: Any) -> Normalised:
    return Normalised(sender=sender, title=title, text=text, attachments=files, thread=ThreadHints(**hints))


def token(where: str, ticket: str = "t1", *, by_recipient: bool = True, purpose: str = "customer") -> TokenHit:
    said = {"ticket": ticket, "by_recipient": by_recipient, "place": where, "purpose": purpose}
    return TokenHit.model_validate(said)


def known(*tickets: Ticket, leads: dict[str, str] | None = None, unseen: bool = False) -> Known:
    """`leads` are threads by id, to the ticket's id."""
    threads = {id: Thread(id, 1, to, not unseen) for id, to in (leads or {}).items()}
    by_id = {one.id: one for one in tickets}
    return Known(threads=threads, tickets=by_id, numbers={one.number: one for one in tickets})


def knows(message_id: str = "<a@x>", to: str = "t1") -> dict[str, str]:
    return {message_thread(MAIL, message_id): to}


def joined(message: Normalised, where: Known, origin: Origin = MAIL, **more: Any) -> tuple[str, bool]:
    found = place(message, origin, where, at=NOW, **more)
    assert isinstance(found, Join), found
    return found.ticket.id, found.unverified


def opened(message: Normalised, where: Known, origin: Origin = MAIL, **more: Any) -> Open:
    found = place(message, origin, where, at=NOW, **more)
    assert isinstance(found, Open), found
    return found


ANSWER = mail(in_reply_to=("<a@x>",))
FROM_STRANGER = mail(STRANGER, in_reply_to=("<a@x>",))
CLOSED = ticket(status="closed")
MERGED = (ticket(status="closed", merged_into="t2"), ticket("t2", participants=frozenset({"mia@x.example"})))

JOINS: list[tuple[str, Normalised, Known, tuple[str, bool]]] = [
    ("token in the address before anything else", mail(tokens=(token("address", "t2"),), in_reply_to=("<a@x>",)),
     known(ticket(), ticket("t2"), leads=knows()), ("t2", False)),
    ("our signed id before a known foreign one", mail(tokens=(token("in_reply_to", "t2"),), references=("<a@x>",)),
     known(ticket(), ticket("t2"), leads=knows()), ("t2", False)),
    ("our id in References when In-Reply-To is lost", mail(tokens=(token("references"),)), known(ticket()),
     ("t1", False)),
    ("known foreign id", ANSWER, known(ticket(), leads=knows()), ("t1", False)),
    ("zm5716 both cite a mail that never came", mail(title="Re: The lamp is dark", in_reply_to=("<p@x>",)),
     known(ticket(), leads=knows("<p@x>"), unseen=True), ("t1", False)),
    ("our mark in the body, all headers lost", mail(tokens=(token("body"),)), known(ticket()), ("t1", False)),
    ("foreign id before our mark in the body", mail(tokens=(token("body", "t2"),), in_reply_to=("<a@x>",)),
     known(ticket(), ticket("t2"), leads=knows()), ("t1", False)),
    ("number in the title, from a participant", mail(numbers=("K-t1",)), known(ticket()), ("t1", False)),
    ("zm5287 a participant forwards the own thread", mail(title="Fwd: The lamp is dark", in_reply_to=("<a@x>",)),
     known(ticket(), leads=knows()), ("t1", False)),
    ("fs4287 a stranger answers: flagged", FROM_STRANGER, known(ticket(), leads=knows()), ("t1", True)),
    ("a stranger with another's token: flagged", mail(STRANGER, tokens=(token("address", by_recipient=False),)),
     known(ticket()), ("t1", True)),
    ("an agent's token makes nobody a customer", mail(STRANGER, tokens=(token("address", purpose="agent"),)),
     known(ticket()), ("t1", True)),
    ("zm983 merged: by a foreign id", ANSWER, known(*MERGED, leads=knows()), ("t2", False)),
    ("zm983 merged: by its token", mail(tokens=(token("address"),)), known(*MERGED), ("t2", False)),
    ("zm377 merged: by its number", mail(numbers=("K-t1",)), known(*MERGED), ("t2", False)),
    ("merged: a stranger stays one", FROM_STRANGER, known(*MERGED, leads=knows()), ("t2", True)),
    ("split: the nearest mail went over", mail(tokens=(token("address"),), in_reply_to=("<a@x>",)),
     known(ticket(), ticket("t2", split_from=("t1",)), leads=knows(to="t2")), ("t2", False)),
    ("split: our own answer went over", mail(tokens=(token("address"), token("in_reply_to")), in_reply_to=(OURS,)),
     known(ticket(), ticket("t2", split_from=("t1",)), leads={answer_thread(NOTIFICATION): "t2"}), ("t2", False)),
    ("split: our own answer stayed", mail(tokens=(token("address"),), in_reply_to=(OURS,), references=("<a@x>",)),
     known(ticket(), ticket("t2", split_from=("t1",)), leads=knows(to="t2")), ("t1", False)),
    ("zm4161 closed and continued: the open end", ANSWER,
     known(ticket(status="closed", continued_by="t2"), ticket("t2"), leads=knows()), ("t2", False)),
    ("zm3695 Jira", mail(message_id="<JIRA.10042.1700000000000.7@Atlassian.JIRA>"),
     known(ticket(), leads={vendor_thread(MAIL, "jira:10042"): "t1"}), ("t1", False)),
    ("zm3695 Jira by the key in the subject", mail(title="[JIRA] (LAMP-7) Dark"),
     known(ticket(), leads={vendor_thread(MAIL, "jira:lamp-7"): "t1"}), ("t1", False)),
    ("zm3022 ServiceNow", mail(title="Your case INC0010042 was changed", text="Ref:MSG0001234_ab12"),
     known(ticket(), leads={vendor_thread(MAIL, "servicenow:inc0010042"): "t1"}), ("t1", False)),
    ("GitHub", mail(message_id="<lamps/firmware/pull/7/c99@github.com>"),
     known(ticket(), leads={vendor_thread(MAIL, "github:lamps/firmware#7"): "t1"}), ("t1", False)),
    ("GitLab", mail(message_id="<note_9@gitlab.com>", references=("<reply-1@gitlab.com>", "<issue_7@gitlab.com>")),
     known(ticket(), leads={vendor_thread(MAIL, "gitlab:issue_7@gitlab.com"): "t1"}), ("t1", False)),
]  # fmt: skip

FORWARD_TITLES = (
    "Fwd: Lamp", "FW: Lamp", "WG: Lamp", "TR: Lamp", "VS: Lamp", "I: Lamp", "RV: Lamp", "ENC: Lamp", "PD: Lamp",
    "VB: Lamp", "Doorst: Lamp", "Posredovano: Lamp", "Proslijeđeno: Lamp", "Пересл: Lamp", "ΠΡΘ: Lamp", "İLT: Lamp",
    "转发：Lamp", "轉寄: Lamp", "転送: Lamp", "הועבר: Lamp", "[list] Fwd: Lamp", "WG : Lamp", "FWD[2]: Lamp",
)  # fmt: skip
PASSED_ON = [
    *((f"zm4965 {title}", mail(STRANGER, title=title, in_reply_to=("<a@x>",))) for title in FORWARD_TITLES),
    ("zm4965 a mail attached", mail(STRANGER, title="Look", in_reply_to=("<a@x>",),
                                    files=(File(name="m.eml", content_type="message/rfc822", content=b"x"),))),
    ("zm4965 a line says so", mail(STRANGER, text="See below.\n\n-------- Weitergeleitete Nachricht --------\n" + HEAD,
                                   in_reply_to=("<a@x>",))),
    ("zm4965 the old head at the top, in no language we know", mail(
        STRANGER, text=HEAD.replace("From", "Xyz").replace("Sent", "Abc"), references=("<a@x>",))),
    ("zm4965 with our signed id", mail(STRANGER, title="WG: Lamp", tokens=(token("references", by_recipient=False),))),
]  # fmt: skip

OPENS: list[tuple[str, Normalised, Known, str | None]] = [
    ("zm5064 a stranger names a number", mail(STRANGER, numbers=("K-t1",)), known(ticket()), None),
    ("zm4161 the ticket is closed", ANSWER, known(CLOSED, leads=knows()), "t1"),
    ("fr3465 closed, and the token is used", mail(tokens=(token("address"),)), known(CLOSED), "t1"),
    ("merged into one that is closed since", ANSWER,
     known(MERGED[0], replace(MERGED[1], status="closed"), leads=knows()), "t2"),
    ("another mailbox's thread is answered", ANSWER, known(ticket(mailbox="sales@x.example"), leads=knows()), None),
    ("another mailbox's mark is quoted", mail(tokens=(token("body"),)), known(ticket(mailbox="sales@x.example")), None),
    ("strangers answer one circular", mail(STRANGER, in_reply_to=("<p@x>",)),
     known(ticket(), leads=knows("<p@x>"), unseen=True), None),
    ("a new matter in answer to an old mail that never came", mail(title="Invoice 7", in_reply_to=("<p@x>",)),
     known(ticket(), leads=knows("<p@x>"), unseen=True), None),
    ("a stranger writes a vendor's name", mail(STRANGER, title="[JIRA] (LAMP-7) Dark"),
     known(ticket(), leads={vendor_thread(MAIL, "jira:lamp-7"): "t1"}), None),
    ("a ServiceNow number without its mark", mail(title="INC0010042"),
     known(ticket(), leads={vendor_thread(MAIL, "servicenow:inc0010042"): "t1"}), None),
    ("fs5591 a Message-ID comes again with another mail", mail(message_id="<a@x>"), known(ticket(), leads=knows()),
     None),
]  # fmt: skip


@pytest.mark.parametrize(("said", "where", "expected"), [one[1:] for one in JOINS], ids=[one[0] for one in JOINS])
def test_joins(said: Normalised, where: Known, expected: tuple[str, bool]) -> None:
    assert joined(said, where) == expected


@pytest.mark.parametrize(("said", "where", "follows"), [one[1:] for one in OPENS], ids=[one[0] for one in OPENS])
def test_opens(said: Normalised, where: Known, follows: str | None) -> None:
    found = opened(said, where)
    assert (found.follows.id if found.follows else None) == follows


@pytest.mark.parametrize("said", [one[1] for one in PASSED_ON], ids=[one[0] for one in PASSED_ON])
def test_stranger_who_passes_a_mail_on_does_not_land_in_its_ticket(said: Normalised) -> None:
    found = opened(said, known(ticket(), leads=knows()))
    assert (found.follows, found.mentions.id if found.mentions else None) == (None, "t1")


@pytest.mark.parametrize("title", ["Re: Lamp", "AW: Lamp", "SV: Lamp", "Odg: Lamp", "Re[2]: Lamp", "השב: Lamp", "Lamp"])
def test_stranger_who_answers_is_no_forward(title: str) -> None:
    text = f"Yes, please.\n\n{HEAD}"
    said = mail(STRANGER, title=title, text=text, in_reply_to=("<a@x>",))
    assert joined(said, known(ticket(), leads=knows())) == ("t1", True)


def test_number_that_a_stranger_names_is_a_mention_and_no_more() -> None:
    found = opened(mail(STRANGER, numbers=("K-t1",)), known(ticket()))
    assert (found.mentions.id if found.mentions else None, found.follows) == ("t1", None)


def test_strangers_answer_to_a_closed_ticket_does_not_continue_it() -> None:
    assert not opened(FROM_STRANGER, known(CLOSED, leads=knows())).continues
    assert opened(ANSWER, known(CLOSED, leads=knows())).continues


def test_guests_of_a_merge_are_no_strangers_in_the_target_while_it_holds() -> None:
    target = ticket("t2", participants=frozenset({"mia@x.example"}), guests={"t1": ("jana@kupec.example",)})
    assert joined(mail(numbers=("K-t2",)), known(target)) == ("t2", False)
    assert opened(mail(numbers=("K-t2",)), known(replace(target, guests={}))).mentions is not None


def test_merges_in_a_circle_end() -> None:
    circle = (ticket(merged_into="t2", status="closed"), ticket("t2", merged_into="t1", status="closed"))
    assert opened(ANSWER, known(*circle, leads=knows())).follows is not None


@pytest.mark.parametrize(("hours", "expected"), [(1, "joins"), (23, "joins"), (25, "opens"), (1000, "opens")])
def test_cw4975_chat_reopens_for_some_hours_after_its_resolution(hours: int, expected: str) -> None:
    resolved = ticket(channel="chat", status="resolved", resolved_at=NOW - timedelta(hours=hours))
    where = known(resolved, leads={conversation_thread(CHAT, "s"): "t1"})
    found = place(mail(conversation="s"), CHAT, where, at=NOW, reopen_hours={"chat": 24})
    assert ("joins" if isinstance(found, Join) else "opens") == expected
    assert isinstance(found, Join) or (found.follows is not None and found.continues)


def test_mail_reopens_as_long_as_the_ticket_is_not_closed() -> None:
    resolved = ticket(status="resolved", resolved_at=NOW - timedelta(days=300))
    assert joined(ANSWER, known(resolved, leads=knows()), reopen_hours={"chat": 24}) == ("t1", False)


# --- what the mail reader hands over

TOKENS = ReplyTokens({"a": b"0123456789abcdef"})
TICKET = "00000000-0000-7000-8000-000000000002"


def read(raw: str) -> Normalised:
    reader = MailReader(TOKENS, frozenset({MAIL.account}), ("en",))
    body = raw.replace("\n", "\r\n").encode()
    return reader.read(
        Received(
            channel="email",
            account=MAIL.account,
            key="k",
            body=body,
            content_type="message/rfc822",
            received_at=NOW,
            envelope={"mail_from": "x@y.example", "rcpt_to": [MAIL.account]},
        )
    )


@pytest.mark.parametrize("field", ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_token_is_found_in_every_address_that_the_mail_was_delivered_to(field: str) -> None:
    address = f"support+{TOKENS.sign(TICKET, 'jana@kupec.example')}@svetilka.example"
    said = read(f"From: jana@kupec.example\n{field}: {address}\nSubject: Re: Lamp\n\nYes.\n")
    assert [(hit.ticket, hit.by_recipient, hit.place) for hit in said.thread.tokens] == [(TICKET, True, "address")]


def test_fs4287_whom_answers_would_go_to_does_not_count_as_the_sender() -> None:
    said = read("From: tujec@drugje.example\nReply-To: jana@kupec.example\nSubject: Re: Lamp\n\nYes.\n")
    assert said.sender.email == "tujec@drugje.example"


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_mark_in_the_body_is_verified(kind: str) -> None:
    good, bad = TOKENS.sign(TICKET, "jana@kupec.example"), "a" + "b" * 50
    text = (
        f"<p>Yes.</p><div style='display:none'>[#{good}] [#{bad}]</div>"
        if kind == "html"
        else f"Yes.\n> [#{good.upper()}]"
    )
    said = read(f"From: jana@kupec.example\nSubject: Lamp\nContent-Type: text/{kind}\n\n{text}\n")
    assert [(hit.ticket, hit.by_recipient, hit.place) for hit in said.thread.tokens] == [(TICKET, True, "body")]
