"""Complaints and notices: who complained, in which words a provider ever tells it."""

import json
from datetime import UTC, datetime

import pytest

from services.ingest.inbox.inputs import Received
from services.ingest.mail.reader import MailReader
from services.ingest.normalised import DeliveryReport, Normalised
from shared.reply_token import ReplyTokens

READER = MailReader(ReplyTokens.parse("a:0123456789abcdef0123"), frozenset({"support@svetilka.example"}), ("en",))
FEEDBACK = """From: feedback@provider.example
To: support@svetilka.example
Subject: Abuse report
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: text/plain

This is an email abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
{recipients}

--b
Content-Type: message/rfc822

From: support@svetilka.example
To: ana@kupec.example
Message-ID: <abc@svetilka.example>

Lamp
--b--
"""


def read(text: str) -> Normalised:
    return READER.read(Received("email", "a", "k", text.encode(), "message/rfc822", datetime.now(UTC)))


def reports(text: str) -> tuple[DeliveryReport, ...]:
    return read(text).reports


def test_every_recipient_of_a_complaint_is_told() -> None:
    named = "Original-Rcpt-To: <ana@kupec.example>\nOriginal-Rcpt-To: bor@kupec.example"
    told = reports(FEEDBACK.format(kind="abuse", recipients=named))
    assert [(one.recipient, one.action, one.reason) for one in told] == [
        ("ana@kupec.example", "complaint", "feedback"),
        ("bor@kupec.example", "complaint", "feedback"),
    ]


@pytest.mark.parametrize("named", ["", "Redacted-Address: ana@", "Original-Rcpt-To: redacted"])
def test_recipient_that_is_blacked_out_is_looked_for_in_the_returned_mail(named: str) -> None:
    told = reports(FEEDBACK.format(kind="abuse", recipients=named))
    assert [one.recipient for one in told] == ["ana@kupec.example"]


@pytest.mark.parametrize(
    ("kind", "reason"), [("auth-failure", "authfailure"), ("not-spam", "notspam"), ("fraud", "feedback")]
)
def test_feedback_that_is_no_complaint_has_another_reason(kind: str, reason: str) -> None:
    (told,) = reports(FEEDBACK.format(kind=kind, recipients=""))
    assert (told.reason, told.diagnostic) == (reason, kind)


def notice(body: object) -> str:
    head = "From: AWS Notifications <no-reply@sns.amazonaws.com>\nTo: support@svetilka.example\nSubject: AWS"
    return f"{head}\n\n{json.dumps(body)}\n\n--\nTo unsubscribe, visit https://sns.example\n"


MAIL = {"messageId": "0", "headers": [{"name": "Message-ID", "value": "<abc@svetilka.example>"}]}
NOTICES = {
    "a complaint of SES": (
        {
            "notificationType": "Complaint",
            "mail": MAIL,
            "complaint": {
                "complaintFeedbackType": "abuse",
                "complainedRecipients": [{"emailAddress": "ana@kupec.example"}],
            },
        },
        ("ana@kupec.example", "complaint", ""),
    ),
    "a bounce of SES by way of SNS": (
        {
            "Type": "Notification",
            "Message": json.dumps(
                {
                    "notificationType": "Bounce",
                    "mail": MAIL,
                    "bounce": {
                        "bouncedRecipients": [
                            {
                                "emailAddress": "ana@kupec.example",
                                "status": "5.2.2",
                                "diagnosticCode": "smtp; 552 5.2.2 full",
                            }
                        ]
                    },
                }
            ),
        },
        ("ana@kupec.example", "failed", "5.2.2"),
    ),
    "a delay of SES": (
        {
            "eventType": "DeliveryDelay",
            "mail": MAIL,
            "deliveryDelay": {
                "delayedRecipients": [
                    {"emailAddress": "ana@kupec.example", "status": "4.4.1", "diagnosticCode": "timed out"}
                ]
            },
        },
        ("ana@kupec.example", "delayed", "4.4.1"),
    ),
    "an event of SendGrid": (
        [{"email": "ana@kupec.example", "event": "bounce", "status": "5.1.1", "reason": "550 5.1.1 unknown user"}],
        ("ana@kupec.example", "failed", "5.1.1"),
    ),
    "an event of Mailgun": (
        {
            "event-data": {
                "event": "failed",
                "severity": "permanent",
                "recipient": "ana@kupec.example",
                "delivery-status": {"code": 550, "message": "5.1.1 No such user"},
            }
        },
        ("ana@kupec.example", "failed", "5.1.1"),
    ),
}


@pytest.mark.parametrize("kind", NOTICES)
def test_notice_in_json_is_read(kind: str) -> None:
    body, told = NOTICES[kind]
    message = read(notice(body))
    assert message.machine is not None
    assert message.machine.kind == "bounce"
    assert [(one.recipient, one.action, one.status) for one in message.reports] == [told]


def test_message_id_stands_in_the_notice() -> None:
    body, _ = NOTICES["a complaint of SES"]
    assert read(notice(body)).reported_message_id == "<abc@svetilka.example>"


@pytest.mark.parametrize("text", ["{", "[" * 5000, '{"a": 1}', '{"notificationType": 1, "mail": 2}', '[{"event": {}}]'])
def test_other_json_is_no_notice(text: str) -> None:
    message = read(f"From: ana@kupec.example\nSubject: log\n\n{text}")
    assert message.machine is None
