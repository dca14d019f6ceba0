"""Which mails are the same mail."""

import itertools

import pytest

from services.ingest.mail.identity import mail_identity

HEAD = b"From: a@kupec.example\r\nSubject: Luc\r\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"My lamp is dark", b"Where is my invoice?"),
        (b"My lamp is dark\r\n\r\nRegards, Iva", b"Where is my invoice?\r\n\r\nRegards, Iva"),
        (b"", b"\x00\xff"),
        (HEAD.replace(b"\r\n", b"\r") + b"\rIt is dark", HEAD.replace(b"\r\n", b"\r") + b"\rIt is bright"),
        (HEAD + b"It is dark", HEAD + b"It is bright"),
        (b"Lamp: dark", b"Lamp: bright"),
        (HEAD + b"\r\nIt is dark", HEAD + b"\r\nIt is bright"),
    ],
    ids=["no head", "no head, two paragraphs", "no mail at all", "only CR", "no blank line", "only a field", "plain"],
)
def test_other_content_is_another_mail_however_broken_it_is(one: bytes, other: bytes) -> None:
    assert mail_identity(one) != mail_identity(other)


def test_trace_fields_and_line_ends_make_no_other_mail() -> None:
    mail = HEAD + b"Message-ID: <1@kupec.example>\r\n\r\nIt is dark\r\n"
    ways = (mail, b"Received: from a\r\n by b\r\n" + mail, mail.replace(b"\r\n", b"\n"), HEAD + mail[len(HEAD) :])
    assert all(mail_identity(one) == mail_identity(other) for one, other in itertools.combinations(ways, 2))


def test_mail_without_content_is_the_same_mail_by_its_fields() -> None:
    assert mail_identity(b"Received: from a\r\n" + HEAD) == mail_identity(HEAD + b"\r\n")
