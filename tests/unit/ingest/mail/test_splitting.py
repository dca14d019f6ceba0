"""A mail is taken apart however broken it is, and its limits hold."""

import pytest

from services.ingest.mail.head import Part
from services.ingest.mail.splitting import MAX_DEPTH, MAX_PARTS, parts_of, split, walk

MIXED = "Content-Type: multipart/mixed; boundary=b\n\n"
OUTER = "Content-Type: multipart/mixed; boundary=a\n\n--a\n"


def shape(part: Part) -> object:
    inner = parts_of(part)
    return {part.get_content_type(): [shape(one) for one in inner]} if inner else part.raw.decode("ascii", "replace")


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        (MIXED + "--b\n\none\n--b\n\ntwo\n--b--\n", {"multipart/mixed": ["one", "two"]}),
        (MIXED + "--b\n\none\n--b\n\ntwo", {"multipart/mixed": ["one", "two"]}),
        (
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\nrest",
            {"multipart/mixed": ["one"]},
        ),
        ("Content-Type: multipart/mixed\n\n--b\n\none\n--b--\n", {"multipart/mixed": ["one"]}),
        (MIXED + "no parts", "no parts"),
        (MIXED + "--b\n--b\n\ntwo\n--b--", {"multipart/mixed": ["", "two"]}),
        (MIXED + "--b\nContent-Type: text/plain\n--b\n\ntwo\n--b--", {"multipart/mixed": ["", "two"]}),
        (
            OUTER + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--a\n\ntwo\n--a--",
            {"multipart/mixed": [{"multipart/mixed": ["one"]}, "two"]},
        ),
        (
            OUTER + "Content-Type: multipart/mixed; boundary=ab\n\n--ab\n\none\n--ab--\n--a\n\ntwo",
            {"multipart/mixed": [{"multipart/mixed": ["one"]}, "two"]},
        ),
        (
            "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: x\n\none\n--a--",
            {"multipart/digest": [{"message/rfc822": ["one"]}]},
        ),
        ("Content-Type: message/rfc822\n\nSubject: x\n\none", {"message/rfc822": ["one"]}),
        (
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKb25l",
            {"message/rfc822": ["one"]},
        ),
    ],
)
def test_parts_are_found(mail: str, expected: object) -> None:
    assert shape(split(mail.encode())) == expected


@pytest.mark.parametrize(
    "head",
    [
        "Subject: s\nFrom: a@k.example\n",
        "\n\nSubject: s\nFrom: a@k.example\n",
        "\ufeffSubject: s\nFrom: a@k.example\n",
        "From a@k.example Fri May 19\nSubject: s\nFrom: a@k.example\n",
        "Subject : s\nFrom : a@k.example\n",
        "Subject: s\nthis is no field\nFrom: a@k.example\n",
        "Subject:\n s\nFrom:\n\ta@k.example\n",
        "Subject: s\n \nFrom: a@k.example\n",
        "Subject: s\r\r\nFrom: a@k.example\r\r\n",
    ],
)
def test_fields_are_found_between_what_is_none(head: str) -> None:
    top = split(head.encode() + b"\nbody")
    assert [str(top["subject"]).strip(), str(top["from"]).strip(), top.raw] == ["s", "a@k.example", b"body"]


@pytest.mark.parametrize("said", ["", "; boundary=", "; boundary=other"])
def test_boundary_that_is_not_said_or_wrongly_is_seen(said: str) -> None:
    parts = "--B1\nContent-Type: text/plain\n\none\n--B1\n\ntwo\n--B1--\n"
    raw = f"Content-Type: multipart/mixed{said}\n\nThis is MIME\n\n{parts}"
    assert shape(split(raw.encode())) == {"multipart/mixed": ["one", "two"]}


def test_text_that_begins_without_a_blank_line_is_kept() -> None:
    top = split(b"Subject: s\nHello, I can't log in\nand so on")
    assert top.raw == b"Hello, I can't log in\nand so on"


def test_mail_of_old_macs_has_lines_too() -> None:
    assert split(b"Subject: s\r\rbody\rmore").raw == b"body\nmore"


def test_blocks_of_a_delivery_report_are_told_apart() -> None:
    report = b"Reporting-MTA: dns; a\r\n\r\nFinal-Recipient: rfc822; b\r\nStatus: 5.1.1\r\n"
    blocks = parts_of(split(b"Content-Type: message/delivery-status\r\n\r\n" + report))
    assert [list(block.keys()) for block in blocks] == [["Reporting-MTA"], ["Final-Recipient", "Status"]]


def test_limits_hold_and_say_so() -> None:
    many = split(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (MAX_PARTS * 2))
    assert len(list(walk(many))) == MAX_PARTS
    assert many.left
    deep = split(b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1000)))
    assert len(list(walk(deep))) <= MAX_DEPTH + 1
    assert deep.left
    assert split(b"X: y\n" * 1_000_000 + b"\nbody").left
