"""What is taken for a delivery report, and which mails of people that look a little like one are not."""

from datetime import UTC, datetime

import pytest

from services.ingest.inbox.inputs import Received
from services.ingest.mail.reader import MailReader
from services.ingest.normalised import Machine
from shared.reply_token import ReplyTokens

READER = MailReader(ReplyTokens.parse("a:0123456789abcdef0123"), frozenset({"support@svetilka.example"}), ("en", "de"))
REPORT = "Your message could not be delivered to <ana@kupec.example>: 550 5.1.1 User unknown"
ALONE = "Delivery to the following recipients failed."
RETURNED = """--b
Content-Type: text/plain; charset=utf-8

{text}

--b
Content-Type: message/rfc822

From: support@svetilka.example
To: ana@kupec.example
Message-ID: <abc@svetilka.example>

Lamp
--b--
"""
MULTIPART = "Content-Type: multipart/mixed; boundary=b"


def judged(*fields: str, text: str = REPORT) -> Machine | None:
    head = "\n".join(["To: support@svetilka.example", *fields])
    plain = "" if any("Content-Type" in one for one in fields) else "Content-Type: text/plain; charset=utf-8\n"
    raw = f"{head}\n{plain}\n{text}\n".encode()
    return READER.read(Received("email", "a", "k", raw, "message/rfc822", datetime.now(UTC))).machine


REPORTS = {
    "a system's address": ["From: MAILER-DAEMON@mx.example"],
    "a system's name": ["From: Mail Delivery System <x1@mx.example>"],
    "a system without an address": ["From: MAILER-DAEMON"],
    "an address such as Mail.Delivery.System": ["From: Mail.Delivery.System@mx.example"],
    "a postmaster with a title": ["From: postmaster@mx.example", "Subject: Undeliverable: Lamp"],
    "the null path with a title": ["From: x@mx.example", "Return-Path: <>", "Subject: Mail delivery failed"],
    "the null path with its words": ["From: x@mx.example", "Return-Path: <>", "Subject: Lamp"],
    "an address without answers, with its words": ["From: no-reply@mx.example", "Subject: Lamp"],
    "X-Failed-Recipients": ["From: x@mx.example", "X-Failed-Recipients: ana@kupec.example"],
    "X-MS-Embedded-Report": ["From: x@mx.example", "X-MS-Embedded-Report:"],
    "Apple's unsubscription": ["From: ana@kupec.example", "X-Apple-Unsubscribe: true", "Auto-Submitted: auto-replied"],
    "a German title": ["From: postmaster@mx.example", "Subject: Unzustellbar: Lampe"],
    "a French title": ["From: postmaster@mx.example", "Subject: =?utf-8?q?Non_remis_=3A_lampe?="],
    "an Italian title": ["From: postmaster@mx.example", "Subject: Non recapitabile: lampada"],
    "a Spanish title": ["From: postmaster@mx.example", "Subject: No se puede entregar: lampara"],
    "a Portuguese title": ["From: postmaster@mx.example", "Subject: =?utf-8?q?N=C3=A3o_entregue=3A_candeeiro?="],
    "a Dutch title": ["From: postmaster@mx.example", "Subject: Onbestelbaar: lamp"],
    "a Polish title": ["From: postmaster@mx.example", "Subject: =?utf-8?q?Nie_mo=C5=BCna_dostarczy=C4=87=3A_lampa?="],
    "a Russian title": ["From: postmaster@mx.example", "Subject: =?utf-8?b?0J3QtdC00L7RgdGC0LDQstC70LXQvdC90L7QtQ==?="],
    "a Slovene title": ["From: postmaster@mx.example", "Subject: Nedostavljivo: svetilka"],
    "a postmaster with a carrier's title": [
        "From: postmaster@mx.example",
        "Subject: Delivery Status Notification (Failure)",
    ],
    "an empty address": ["From: Post Office <>", "Subject: Mail Error"],
    "a gateway's address": ["From: Anti_Virus_for_SMTP_Gateways@mx.example", "Subject: Delivery failure notification"],
    "a mailing list's manager": ["From: list-admin@mx.example", "X-MLServer: fml [fml 4.0.3]"],
}


@pytest.mark.parametrize("signs", REPORTS.values(), ids=REPORTS)
def test_report_is_told_by(signs: list[str]) -> None:
    machine = judged(*signs)
    assert machine is not None
    assert machine.kind == "bounce"


def test_report_without_a_code_or_the_mail_is_told_by_what_nothing_else_says() -> None:
    fields = ["From: postmaster@mx.example", "Subject: Delivery Status Notification (Failure)"]
    machine = judged(*fields, text=ALONE)
    assert machine is not None
    assert machine.kind == "bounce"


def test_report_is_told_by_the_mail_that_it_returns_and_its_title() -> None:
    fields = ["From: gateway@mx.example", "Subject: Undeliverable: Lamp", MULTIPART]
    machine = judged(*fields, text=RETURNED.format(text=REPORT))
    assert machine is not None
    assert machine.kind == "bounce"


def test_complaint_without_fields_of_its_own_is_told_by_the_returned_mail() -> None:
    text = RETURNED.format(text="").replace(
        "From: support", "X-HmXmrOriginalRecipient: ana@kupec.example\nFrom: support"
    )
    fields = ["From: staff@provider.example", "Subject: complaint about message from 192.0.2.1", MULTIPART]
    assert judged(*fields, text=text) is not None


def test_read_receipt_is_an_automatic_reply() -> None:
    machine = judged(
        "From: ana@kupec.example",
        "Subject: Read: Lamp",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
        text="--b\nContent-Type: text/plain\n\nYour message was displayed.\n--b--\n",
    )
    assert machine is not None
    assert machine.kind == "auto_reply"


PEOPLE = {
    "forwards a report": (["Subject: FW: Undeliverable: Invoice"], f"Hi, what does this mean?\n\n{REPORT}"),
    "pastes a report": (["Subject: My mail to you"], f"I got this:\n\n{REPORT}\n\nCan you help?"),
    "writes about returned goods": (
        ["Subject: Returned mail order 4711"],
        "I sent the lamp back. When do I get my money?",
    ),
    "titles it like a report": (
        ["Subject: Undeliverable: my lamp"],
        "The parcel service says my lamp cannot be delivered. Why?",
    ),
    "asks about a delivery": (
        ["Subject: Delivery failed again"],
        "Your parcel could not be delivered, 550 Euro are at stake.",
    ),
    "asks about a warning": (["Subject: Warning: lamp delayed"], "The delivery has been delayed twice."),
    "answers a report": (
        ["Subject: Re: Mail delivery failed", "In-Reply-To: <a@b.example>"],
        "This came when I wrote to you.",
    ),
    "forwards a report without a word": (
        ["Subject: Fwd: Delivery Status Notification (Failure)"],
        f"---------- Forwarded message ---------\nFrom: Mail Delivery Subsystem <mailer-daemon@mx.example>\n\n{REPORT}",
    ),
    "quotes a report": (["Subject: Undelivered mail"], f"My mails to you come back:\n\n> {ALONE}\n> {REPORT}"),
    "has an address of a firm for a lamp": (
        ["From: mail@kupec.example", "Subject: Delivery failed"],
        "The lamp did not come. Please send it to the following address: Cesta 1, Celje. mail@kupec.example",
    ),
    "asks why a user is unknown": (["Subject: Login: unknown user"], "The page says unknown user when I log in."),
    "is somebody's postmaster": (["From: postmaster@kupec.example", "Subject: Lamp"], "Our lamp is broken."),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_person_is_no_report_who(who: str) -> None:
    fields, text = PEOPLE[who]
    sender = [] if any(one.startswith("From") for one in fields) else ["From: Ana Novak <ana@kupec.example>"]
    machine = judged(*sender, *fields, text=text)
    assert machine is None or machine.kind == "bulk"


SHOPS = {
    "a carrier": (["From: no-reply@carrier.example", "Subject: Your parcel could not be delivered"], "We come again."),
    "a shop": (["From: shop@shop.example", "Return-Path: <>", "Subject: Delivery notification"], "450 EUR were paid."),
    "a shop's robot": (
        ["From: shop@shop.example", "Auto-Submitted: auto-generated", "Subject: Delivery status of order 4711"],
        "Your lamp could not be delivered to the address, it is 500 m away.",
    ),
    "a form's robot": (
        ["From: no-reply@form.example", "Subject: Contact form"],
        "The lamp could not be delivered to me.",
    ),
}


@pytest.mark.parametrize("who", SHOPS)
def test_request_by_way_of_a_robot_is_no_report_of(who: str) -> None:
    fields, text = SHOPS[who]
    machine = judged(*fields, text=text)
    assert machine is not None
    assert machine.kind in ("bulk", "auto")


def test_automatic_mail_that_reads_like_a_report_is_one() -> None:
    machine = judged("From: gateway@mx.example", "Auto-Submitted: auto-generated", "Subject: Notice")
    assert machine is not None
    assert machine.kind == "bounce"


def test_mail_passed_on_by_a_mailing_list_is_no_answer_of_its_manager() -> None:
    machine = judged("From: list-admin@mx.example", "X-MLServer: fml", "X-Mail-Count: 12", text="My lamp is broken")
    assert machine is None
