"""Which of several codes counts, and which numbers are no codes."""

import pytest

from services.ingest.mail.bounces import codes, reasons

STATUSES = [
    ("550 5.1.1 User unknown", "5.1.1"),
    ("550-5.7.1 [192.0.2.222] Our system\n550 5.7.1 has detected", "5.7.1"),
    ("Sorry, no mailbox here by that name. (#5.1.1)", "5.1.1"),
    ("smtp;550 5.7.26 authentication", "5.7.26"),
    ("host 5.0.0.1 said nothing", ""),
    ("Exim v5.2.2 at 192.168.5.1.1", ""),
    ("554 5.0.0 Service unavailable <<< 550 5.1.1 unknown", "5.1.1"),
    ("5.0.0", "5.0.0"),
    ("see https://example.com/5.1.1/", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "status"), STATUSES)
def test_status_is_found(text: str, status: str) -> None:
    assert codes.status_in(text) == status


REPLIES = [
    ("550 5.1.1 User unknown", "550"),
    ("smtp;550 5.1.1", "550"),
    ("550-Please turn on\n550 authentication", "550"),
    ("ERROR_CODE :550, ERROR_CODE :5.1.1", "550"),
    ("421 try later, 550 no", "550"),
    ("the host 550.example.com and port mx:550", ""),
    ("we waited 4500 seconds", ""),
    ("450 EUR", "450"),
    ("222 nothing", ""),
]


@pytest.mark.parametrize(("text", "reply"), REPLIES)
def test_reply_code_is_found(text: str, reply: str) -> None:
    assert codes.reply_in(text) == reply


def test_reply_code_of_another_class_than_the_status_does_not_count() -> None:
    assert codes.reply_in("421 later, then 550 no", status="4.4.7") == "421"
    assert codes.reply_in("550 no", status="4.4.7") == ""


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        (["5.0.0", "5.1.1"], "5.1.1"),
        (["5.1.1", "5.0.0"], "5.1.1"),
        (["5.2.0", "5.2.2"], "5.2.2"),
        (["4.4.7", "4.4.1"], "4.4.1"),
        (["5.3.0", "5.1.1"], "5.1.1"),
        (["5.1.1", "5.2.2"], "5.2.2"),
        (["5.1.1", "5.5.0"], "5.1.1"),
        (["5.2.2", "5.1.1"], "5.2.2"),
    ],
)
def test_more_particular_status_counts(stated: list[str], kept: str) -> None:
    assert codes.preferred(stated) == kept


def test_reply_decides_between_statuses_of_two_classes() -> None:
    assert codes.preferred(["4.0.0", "5.1.1"], reply="550") == "5.1.1"
    assert codes.preferred(["4.2.2", "5.0.0"], reply="452") == "4.2.2"


REASONS = [
    ("userunknown", "550 5.1.1 User unknown", "5.1.1", "RCPT"),
    ("userunknown", "550 no such user", "", "RCPT"),
    ("filtered", "550 no such user", "", "DATA"),
    ("mailboxfull", "552 5.2.2 mailbox full", "5.2.2", ""),
    ("mailboxfull", "Das Postfach des Empfängers ist voll", "", ""),
    ("mailboxfull", "メールボックスが一杯です", "", ""),
    ("hostunknown", "Host or domain name not found", "5.4.4", ""),
    ("expired", "connection timed out", "", ""),
    ("mesgtoobig", "552 message size exceeds fixed maximum message size", "5.3.4", "MAIL"),
    ("authfailure", "550 5.7.26 DMARC policy of the domain", "5.7.26", "DATA"),
    ("blocked", "554 your IP is blocked using zen.spamhaus.org", "5.7.1", "EHLO"),
    ("norelaying", "554 5.7.1 relay access denied", "5.7.1", "RCPT"),
    ("spamdetected", "550 this message was classified as spam", "5.7.1", "DATA"),
    ("suspend", "550 5.2.1 the account has been suspended", "5.2.1", ""),
    ("onhold", "something nobody has heard of", "", ""),
    ("onhold", "Your mail could not be delivered. I've given up.", "", ""),
    ("expired", "Your message could not be delivered for more than 3 days", "", ""),
    ("expired", "Delivery failed 20 attempts", "", ""),
    ("networkerror", "Name service error for domain x.example: Host not found, try again", "", ""),
    ("mailboxfull", "452 Mailbox size limit exceeded", "", ""),
    ("mailboxfull", "552 the account does not have enough space", "5.0.0", ""),
    ("spamdetected", "550 This message scored 8.4 spam points", "5.0.0", "DATA"),
    ("norelaying", "550 relaying to <ana@kupec.example> prohibited by administrator [RCPT_TO]", "", "RCPT"),
    ("policyviolation", "554 we are not accepting mail with attachments", "", ""),
    ("undefined", "", "", ""),
]


@pytest.mark.parametrize(("reason", "text", "status", "command"), REASONS)
def test_reason_is_told(reason: str, text: str, status: str, command: str) -> None:
    reply = codes.reply_in(text)
    assert reasons.reason_of(text, status=status, reply=reply, command=command) == reason


def test_status_that_stands_for_a_reason_is_told_from_a_stated_one() -> None:
    assert reasons.derived_status("userunknown", temporary=False) == "5.0.911"
    assert reasons.derived_status("expired", temporary=True) == "4.0.947"
    assert reasons.derived_status("hostunknown", temporary=True) == "5.0.912"
    assert not reasons.is_stated("5.0.911")
    assert not reasons.is_stated("")
    assert reasons.is_stated("5.0.0")


def test_only_dead_addresses_are_hard() -> None:
    assert reasons.is_hard("userunknown", status="5.1.1") is True
    assert reasons.is_hard("mailboxfull", status="5.2.2") is False
    assert reasons.is_hard("notaccept", status="4.3.2") is False
    assert reasons.is_hard("notaccept", status="5.1.10") is True
    assert reasons.is_hard("undefined", status="") is None
