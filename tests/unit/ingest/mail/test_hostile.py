"""Nothing that a mail can hold makes the reader raise, lose its way or need more than its budget."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ingest.inbox.inputs import Received
from services.ingest.mail.identity import mail_identity
from services.ingest.mail.reader import MailReader
from services.ingest.normalised import Normalised
from services.ingest.reading.pool import ReaderPool
from services.ingest.reading.process import Budget, packed, unpacked
from services.ingest.reading.readings import Unreadable
from shared.reply_token import ReplyTokens

READER = MailReader(ReplyTokens.parse("a:0123456789abcdef0123"), frozenset(), ("en", "sl", "hr", "he"))
HEAD = b"From: a@k.example\nTo: s@k.example\nSubject: s\n"


def read(raw: bytes) -> Normalised | None:
    mail_identity(raw)
    try:
        return READER.read(Received("email", "s@k.example", "k", raw, "message/rfc822", datetime.now(UTC)))
    except Unreadable:
        return None


def page(content: bytes) -> bytes:
    return HEAD + b"Content-Type: text/html\n\n" + content


HOSTILE = {
    "100,000 parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000,
    "10,000 levels": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(10_000)),
    "20,000 mails in mails": HEAD + b"Content-Type: message/rfc822\n\n" * 20_000,
    "a field of 10 MB": HEAD + b"X-A: " + b"a" * 10_000_000 + b"\n\nx",
    "2,000,000 fields": HEAD + b"X: y\n" * 2_000_000 + b"\nx",
    "3,000,000 folds": HEAD + b"X: y\n" + b" z\n" * 3_000_000 + b"\nx",
    "lines that might divide": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--c\n" * 3_000_000,
    "20 MB of line ends": b"\n" * 20_000_000,
    "20 MB of NUL": b"\0" * 20_000_000,
    "padding without end": HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"YQ==" * 4_000_000,
    "junk in base64": HEAD + b"Content-Transfer-Encoding: base64\nContent-Type: image/png\n\n" + b"Y!" * 8_000_000,
    "6,000,000 flowed lines": HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 6_000_000,
    "enriched": HEAD + b"Content-Type: text/enriched\n\n" + b"<" * 10_000_000,
    "20 MB of no charset": HEAD + b"\n" + bytes(range(256)) * 80_000,
    "20 MB of UTF-8 that is none": HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + bytes(range(256)) * 80_000,
    "equals signs": HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * 20_000_000,
    "blanks behind equals signs": HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"= " * 10_000_000,
    "24 MB of HTML": page(b"<p>some words of text " * 1_100_000),
    "24 MB of words in HTML": page(b"some words " * 2_200_000),
    "angle brackets": page(b"<" * 24_000_000),
    "entities": page(b"&amp; " * 4_000_000),
    "900 texts of no charset": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\n\n"
    + (b"--b\n\n" + b"\xe8 some words\n" * 1_500 + b"\n") * 900,
    "a table": page(b"<table>" + (b"<tr>" + b"<td>x" * 30) * 960),
    "a wide table": page(b"<table><tr>" + b"<td>x" * 29_000),
    "tables": page(b"<table><tr><td>x</table>" * 7_400),
    "ampersands": page(b"&" * 3_900_000),
    "cells": page(b"<table><tr>" + b"<td>x" * 700_000),
    "rows": page(b"<table>" + b"<tr><td>x" * 400_000),
    "items": page(b"<ul>" + b"<li>x" * 700_000),
    "elements in elements": page(b"<div>" * 100_000),
    "blanks": page(b" " * 3_900_000),
    "blanks within the limit": page(b" " * 1_900_000),
    "tags within the limit": page(b"<td>x" * 29_000),
    "pictures": page(b'<img src="data:image/png;base64,QUJD">' * 29_000),
    "half pictures": page(b'<img src="data:image/png;base64,' * 29_000),
    "900 pages": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\n\n"
    + (b"--b\nContent-Type: text/html\n\n" + b"<p>x</p>" * 300 + b"\n") * 900,
    "uuencoded files": HEAD + b"\n" + (b"begin 644 a\n" + (b"M" + b"A" * 60 + b"\n") * 100 + b"end\n") * 2000,
    "half uuencoded": HEAD + b"\n" + b"begin 644 a\n" * 1_000_000,
    "yEnc": HEAD + b"\n=ybegin line=1 name=a\n" + b"=" * 10_000_000 + b"\n=yend\n",
    "winmail.dat": HEAD
    + b"Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22\0\0"
    + b"\x02\x02\x90\x06\0"
    + b"\0" * 8_000_000,
    "mails in base64": HEAD
    + b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
    + base64.encodebytes(HEAD * 100_000),
    "report": HEAD
    + b"Content-Type: message/delivery-status\n\n"
    + b"Final-Recipient: rfc822; a@b\nAction: failed\n\n" * 100_000,
}


async def test_hostile_mail_is_read_within_the_budget_of_a_process() -> None:
    pool = ReaderPool({"email": READER}, budget=Budget(), processes=1)
    ended = {}
    try:
        for name, raw in HOSTILE.items():
            try:
                await pool.read(Received("email", "s@k.example", "k", raw, "message/rfc822", datetime.now(UTC)))
            except Unreadable as refused:
                ended[name] = str(refused)
    finally:
        await pool.stop()
    no_mail = "it has no header fields, so it is no mail as RFC 5322 has it"
    assert ended == dict.fromkeys(("20 MB of line ends", "20 MB of NUL"), no_mail)


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in HOSTILE.items()])
def test_identity_of_hostile_mail_is_found(raw: bytes) -> None:
    assert len(mail_identity(raw)[1]) >= 64


VALUES = st.sampled_from(
    [
        "multipart/mixed; boundary=b",
        'multipart/alternative; boundary="b"',
        "multipart/related; boundary=c; start=<x>",
        "multipart/digest; boundary=b",
        "multipart/report; report-type=delivery-status; boundary=b",
        "text/plain; charset=utf-7",
        "text/html; charset=iso-2022-jp",
        "text/plain; charset=nonsense; format=flowed; delsp=yes",
        "text/enriched",
        "message/rfc822",
        "message/delivery-status",
        "message/partial; number=1",
        "message/external-body; name=x",
        "application/ms-tnef; name=winmail.dat",
        "image/png; name*0*=utf-8''%C4%8D; name*1=x",
        "base64",
        "quoted-printable",
        "x-uuencode",
        "x-yencode",
        "attachment; filename=../../x",
        "inline",
        "=?utf-8?Q?Lu=C4?= =?utf-8?B?jQ?=",
        "<x@k>",
        '"Ana <a@k>, (b',
        "Fri, 99 May",
        "a@k.example",
        "auto-replied",
        "Re: Fwd: x",
        "\udcff\udcfe",
        "",
    ]
)
NAMES = st.sampled_from(
    [
        *(
            "Content-Type",
            "Content-Transfer-Encoding",
            "Content-Disposition",
            "Content-ID",
            "Subject",
            "From",
            "To",
            "Cc",
        ),
        *(
            "Date",
            "Message-ID",
            "References",
            "In-Reply-To",
            "Auto-Submitted",
            "Return-Path",
            "X-Failed-Recipients",
            "odd name",
        ),
    ]
)
BODIES = st.sampled_from(
    [
        "text",
        "--b",
        "--b--",
        "--c",
        "> quoted",
        "On Monday Ana wrote:",
        "<p>x<blockquote>y",
        "&nbsp;",
        "begin 644 a",
        "end",
        "=ybegin line=1 name=a",
        "=yend",
        "x\u2028y",
        "\x1b$B$3",
        "+AGE-",
        "=C4=8D=",
        "Lu\udce8",
        "\x00",
        "-- ",
        "\r",
        "Final-Recipient: rfc822; a@k",
        "Status: 5.1.1",
        'x\x9f>"\x00\x00',
        '<img src="data:image/png;base64,QUJD">',
    ]
)
HEADS = st.lists(st.tuples(NAMES, VALUES).map(": ".join), max_size=5).map("\n".join)
PARTS = st.lists(st.one_of(BODIES, HEADS.map("--b\n{}\n".format)), max_size=12).map("\n".join)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(HEADS, PARTS, st.sampled_from(["\n", "\r\n", "\r"]))
def test_no_structure_makes_the_reader_raise(head: str, parts: str, line_end: str) -> None:
    raw = f"{head}\n\n{parts}".replace("\n", line_end).encode("utf-8", "surrogateescape")
    message = read(raw)
    if message is not None:
        assert unpacked(memoryview(packed(message))) == message


SEEDS = st.sampled_from(list(HOSTILE.values())).map(lambda raw: raw[:600])


@settings(max_examples=100, deadline=None)
@given(SEEDS, st.integers(0, 600), st.integers(0, 20), st.binary(max_size=30))
def test_no_damage_makes_the_reader_raise(raw: bytes, place: int, left_out: int, junk: bytes) -> None:
    read(raw[:place] + junk + raw[place + left_out :])
