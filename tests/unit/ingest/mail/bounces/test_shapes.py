"""The shapes in which mail systems write their reports: recipients and status of each are found, whoever wrote it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.inbox.inputs import Received
from services.ingest.mail.reader import MailReader
from services.ingest.normalised import Normalised
from shared.reply_token import ReplyTokens
from tests.unit.ingest.mail.bounces.shapes import SHAPES

TOKENS = ReplyTokens.parse("a:0123456789abcdef0123")
TICKET = "01890a5d-ac96-774b-bcce-b302099a8057"
READER = MailReader(TOKENS, frozenset({"support@svetilka.example"}), ("en", "de"))


def read(raw: bytes) -> Normalised:
    return READER.read(Received("email", "support@svetilka.example", "k", raw, "message/rfc822", datetime.now(UTC)))


def mail(head: str, body: str) -> bytes:
    return f"{head.strip()}\nTo: support@svetilka.example\n\n{body.lstrip()}".encode()


@pytest.mark.parametrize("shape", SHAPES)
def test_recipients_and_status_are_found_in_the_report_of(shape: str) -> None:
    head, body, told = SHAPES[shape]
    message = read(mail(head, body))
    assert message.machine is not None
    assert message.machine.kind == "bounce"
    assert [(report.recipient, report.status) for report in message.reports] == told


ORIGINAL = f"<{TOKENS.sign(TICKET, 'ana@kupec.example')}@svetilka.example>"
REPORT = """--b
Content-Type: text/plain

<ana@kupec.example>: host mx.kupec.example[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Original-Recipient: rfc822;ana@kupec.example
Final-Recipient: rfc822;ana.novak@mailbox.kupec.example
Action: failed
Status: 5.0.0
Remote-MTA: dns; mx.kupec.example
Diagnostic-Code: smtp; 550 5.1.1 <ana@kupec.example>: User unknown

Final-Recipient: rfc822; bor@kupec.example
Action: delayed
Status: 4.4.1
Will-Retry-Until: Thu, 29 Apr 2027 12:00:00 +0000

--b
Content-Type: {kind}

From: support@svetilka.example
To: ana@kupec.example
Message-ID: {original}

--b--
"""
HEAD = """From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b"""


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "message/global-headers"])
def test_ticket_is_found_by_the_token_of_the_mail_that_came_back(kind: str) -> None:
    message = read(mail(HEAD, REPORT.format(kind=kind, original=ORIGINAL)))
    assert message.reported_message_id == ORIGINAL
    assert message.reported_ticket == TICKET


def test_each_recipient_has_its_own_entry_under_the_address_that_was_written_to() -> None:
    message = read(mail(HEAD, REPORT.format(kind="message/rfc822", original="<other@elsewhere.example>")))
    first, second = message.reports
    assert (first.recipient, first.action, first.status, first.replycode) == (
        "ana@kupec.example",
        "failed",
        "5.1.1",
        "550",
    )
    assert (first.reason, first.hard) == ("userunknown", True)
    assert (second.recipient, second.action, second.status, second.hard) == (
        "bor@kupec.example",
        "delayed",
        "4.4.1",
        False,
    )
    assert message.reported_ticket is None


def test_ticket_is_found_by_the_address_that_the_report_was_sent_to() -> None:
    address = f"bounce+{TOKENS.sign(TICKET, 'ana@kupec.example')}@svetilka.example"
    message = read(
        mail(f"{HEAD}\nX-Original-To: {address}", REPORT.format(kind="message/rfc822", original="<x@y.example>"))
    )
    assert message.reported_ticket == TICKET


def test_fields_in_lower_case_without_blank_lines_are_read() -> None:
    fields = "final-recipient: rfc822;a@x.example\naction: failed\nstatus: 5.1.1\n" * 2
    message = read(
        mail(HEAD, f"--b\nContent-Type: message/delivery-status\n\n{fields.replace('a@', 'b@', 1)}\n--b--\n")
    )
    assert [report.recipient for report in message.reports] == ["b@x.example", "a@x.example"]


def test_fields_that_only_stand_in_the_text_are_read() -> None:
    text = "Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp;552 5.2.2 full\n"
    message = read(mail("From: MAILER-DAEMON@mx.example\nSubject: failure", f"It failed.\n\n{text}"))
    assert [(report.recipient, report.status) for report in message.reports] == [("a@x.example", "5.2.2")]


def test_report_that_names_nobody_is_held_back_all_the_same() -> None:
    message = read(mail("From: MAILER-DAEMON@mx.example\nSubject: failure notice", "Something went wrong."))
    assert message.machine is not None
    assert message.machine.kind == "bounce"
    assert [report.recipient for report in message.reports] == [""]


@pytest.mark.parametrize(
    "text",
    [
        "a@" * 100_000,
        "<" * 200_000,
        "5.1.1 " * 50_000,
        "Final-Recipient: rfc822;a@b.example\n" * 5_000,
        "mailbox " * 50_000,
    ],
    ids=["at", "angles", "codes", "fields", "words"],
)
def test_no_report_holds_the_service_up(text: str) -> None:
    assert len(read(mail("From: MAILER-DAEMON@mx.example\nSubject: failure notice", text)).reports) <= 100


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=400),
    st.sampled_from(["message/delivery-status", "message/feedback-report", "text/plain", "text/html"]),
)
def test_nothing_that_a_report_holds_raises(text: str, kind: str) -> None:
    body = f"--b\nContent-Type: {kind}\n\n{text}\n\nFinal-Recipient: rfc822;{text}\nStatus: {text}\n--b--\n"
    assert read(mail(HEAD, body)).machine is not None
