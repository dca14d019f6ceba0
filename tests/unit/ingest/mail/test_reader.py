"""The mail reader: it reads what it can and never raises, whatever it is given."""

from datetime import UTC, datetime
from email.message import Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.inbox.inputs import Received
from services.ingest.mail.headers import Headers
from services.ingest.mail.html import sanitised
from services.ingest.mail.identity import mail_identity
from services.ingest.mail.reader import MailReader
from services.ingest.normalised import Normalised
from services.ingest.reading.readings import Unreadable
from shared.reply_token import ReplyTokens

TOKENS = ReplyTokens.parse("a:0123456789abcdef0123")
TICKET = "01890a5d-ac96-774b-bcce-b302099a8057"
READER = MailReader(TOKENS, frozenset({"support@svetilka.example"}), ("en", "sl", "hr", "he"))


def read(raw: bytes | str, **envelope: object) -> Normalised:
    body = raw.replace("\n", "\r\n").encode() if isinstance(raw, str) else raw
    return READER.read(
        Received("email", "support@svetilka.example", "k", body, "message/rfc822", datetime.now(UTC), envelope)
    )


def test_encoded_words_split_inside_a_letter_are_joined() -> None:
    mail = read("From: c@k.example\nSubject: =?UTF-8?Q?Lu=C4?=\n =?UTF-8?Q?=8D_ne_dela?=\n\nx")
    assert mail.title == "Luč ne dela"


def test_raw_eight_bit_headers_are_read_by_the_desks_languages() -> None:
    raw = b"From: \xa9ime <s@k.example>\nSubject: " + "Napačen račun, žal".encode("cp1250") + b"\n\nx"
    assert read(raw).title == "Napačen račun, žal"


def test_file_names_are_read_in_every_way_in_which_they_are_written() -> None:
    mail = read(
        """From: a@k.example
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: application/pdf
Content-Disposition: attachment; filename*=UTF-8''ra%C4%8Dun.pdf

1
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename*0*=utf-8''ra%C4%8D; filename*1=un2.pdf

2
--b
Content-Type: application/pdf; name="=?iso-8859-2?Q?ra=E8un3.pdf?="
Content-Disposition: attachment

3
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename="../../etc/račun.pdf"

4
--b
Content-Type: image/png
Content-Disposition: attachment; filename="fdp.\u202eexe"

5
--b
Content-Type: image/png

6
--b--
"""
    )
    names = [file.name for file in mail.attachments]
    assert names[:5] == ["račun.pdf", "račun2.pdf", "račun3.pdf", "račun (2).pdf", "fdp.exe"]
    assert names[5].endswith(".png")


def test_picture_that_the_page_shows_is_inline_and_another_is_not() -> None:
    mail = read(
        """From: a@k.example
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html; charset=utf-8

<p>Look: <img src="cid:one@x"><img src="https://tracker.example/p.gif"></p>
--b
Content-Type: image/png
Content-ID: <one@x>

1
--b
Content-Type: image/png
Content-ID: <two@x>

2
--b--
"""
    )
    assert [file.inline for file in mail.attachments] == [True, False]
    assert mail.html is not None
    assert "tracker" not in mail.html
    assert mail.text == "Look:"


def test_plain_text_is_preferred_and_html_is_kept_beside_it() -> None:
    mail = read(
        """From: a@k.example
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

plain
--b
Content-Type: text/html

<b>rich</b><script>alert(1)</script>
--b--
"""
    )
    assert (mail.text, mail.html, mail.attachments) == ("plain", "<b>rich</b>", ())


def test_mail_within_the_mail_is_a_file() -> None:
    mail = read(
        """From: a@k.example
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

see the mail
--b
Content-Type: message/rfc822

From: other@k.example
Subject: inner

inner text
--b--
"""
    )
    (file,) = mail.attachments
    assert (mail.text, file.content_type) == ("see the mail", "message/rfc822")
    assert b"inner text" in file.content


def test_tokens_are_found_in_the_order_of_trust() -> None:
    token = TOKENS.sign(TICKET, "jana@kupec.example")
    mail = read(
        f"From: Jana@kupec.example\nTo: support+{token}@svetilka.example\nSubject: Re: x [K-1000017]\n"
        f"In-Reply-To: <{token.upper()}@svetilka.example>\nReferences: <a@b>\n <c@d>\n\nx"
    )
    assert [(hit.ticket, hit.by_recipient, hit.place) for hit in mail.thread.tokens] == [
        (TICKET, True, "address"),
        (TICKET, True, "in_reply_to"),
    ]
    assert mail.thread.references == ("<a@b>", "<c@d>")
    assert mail.thread.numbers == ("K-1000017",)


def test_people_in_copy_are_participants_and_our_own_addresses_are_not() -> None:
    mail = read(
        "From: jana@kupec.example\nTo: support+x@svetilka.example, B <b@kupec.example>\nCc: jana@kupec.example\n\nx"
    )
    assert mail.thread.copied == ("b@kupec.example",)


def test_forwarded_mail_stays_whole() -> None:
    text = "FYI\n\nOn Fri, 20 Nov 2026, Ana wrote:\n> quoted"
    assert read(f"From: a@k.example\nSubject: WG: x\n\n{text}").text == text
    assert read(f"From: a@k.example\nSubject: RE: x\n\n{text}").text == "FYI"


def test_mail_without_a_sender_has_that_of_the_envelope() -> None:
    assert read("Subject: x\n\ny", mail_from="jana@kupec.example").sender.email == "jana@kupec.example"


def test_what_is_hardly_a_mail_is_attached_whole_and_says_so() -> None:
    mail = read("X-Nothing: here\n\nsome text")
    assert mail.unreadable == "it has neither From nor Subject"
    assert "some text" in mail.text
    assert mail.attachments[-1].name == "message.eml"


def test_what_is_no_mail_is_refused_with_the_reason() -> None:
    with pytest.raises(Unreadable, match="no header fields"):
        read(b"\xff\xfe\x00 garbage")


SCRIPTS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    '<form action="https://evil.example"><input name=p></form>',
    '<iframe src="https://evil.example"></iframe>',
    '<link rel=stylesheet href="https://evil.example/x.css">',
    '<p style="background:url(https://evil.example)">x</p>',
    "<svg><script>alert(1)</script></svg>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
]


@pytest.mark.parametrize("html", SCRIPTS)
def test_page_to_show_holds_nothing_that_runs_or_loads(html: str) -> None:
    shown = sanitised(html)
    assert not any(word in shown for word in ("alert", "evil", "script", "onerror", "form", "style"))


def test_direction_of_hebrew_is_kept() -> None:
    assert 'dir="rtl"' in sanitised('<p dir="rtl">שלום</p>')


BOMBS = [
    "<div>" * 50_000 + "x",
    "<b><i>" * 40_000 + "x",
    "<table><tr><td>" * 5_000 + "x",
    "<" * 200_000 + "x",
    "<script>" * 100_000 + "x",
    "<!--" * 100_000 + "x",
    "<br" * 100_000 + "x",
    "&#x41;" * 100_000 + "x",
]


@pytest.mark.parametrize("html", BOMBS, ids=[bomb[:8] for bomb in BOMBS])
@pytest.mark.timeout(10)
def test_hostile_html_neither_raises_nor_hangs(html: str) -> None:
    mail = read(f"From: a@k.example\nContent-Type: text/html\n\n{html}")
    assert (mail.html is None) == any(file.name == "message.html" for file in mail.attachments)


def test_identity_ignores_what_servers_add_and_nothing_else() -> None:
    mail = b"From: a@b\r\nDate: d\r\nSubject: s\r\nMessage-ID: <m@x>\r\n\r\nbody\r\n"
    assert mail_identity(mail)[0] == "<m@x>"
    assert mail_identity(mail) == mail_identity(b"Received: by x\r\n\tfor y\r\n" + mail.replace(b"\r\n", b"\n"))
    for changed in (b"From: c@b", b"Subject: t", b"body2", b"<n@x>"):
        original = {b"From: c@b": b"From: a@b", b"Subject: t": b"Subject: s", b"body2": b"body", b"<n@x>": b"<m@x>"}
        assert mail_identity(mail) != mail_identity(mail.replace(original[changed], changed))
    assert mail_identity(b"no mail")[1].startswith("gen ")


def test_a_mail_sent_once_more_with_new_boundaries_is_the_same_mail() -> None:
    def sent(boundary: str, text: str = "one") -> bytes:
        head = f'Message-ID: <m@x>\nSubject: s\nContent-Type: multipart/mixed;\n boundary="{boundary}"\n\n'
        return f"{head}--{boundary}\nContent-Type: text/plain\n\n{text}\n--{boundary}--\n".encode()

    assert mail_identity(sent("=====7=")) == mail_identity(sent("=====8="))
    assert mail_identity(sent("=====7=")) != mail_identity(sent("=====7=", "two"))


FIELD_NAMES = st.sampled_from(
    (
        *("From", "To", "Cc", "Subject", "Date", "Message-ID", "References", "In-Reply-To", "Content-Type"),
        *("Content-Transfer-Encoding", "Content-Disposition", "Content-ID", "Auto-Submitted", "Return-Path", "X-Loop"),
    )
)
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"=?utf-8?Q?=C4?=",
            b"=?x?B?////?= <a@b>",
            b'text/html; charset="iso-8859-8-i',
            b"multipart/mixed; boundary=b",
            b"multipart/alternative; boundary*0=b",
            b"multipart/report; report-type=delivery-status; boundary=b",
            b"message/rfc822",
            b"message/external-body",
            b"attachment; filename*=x'y'%ff",
            b"attachment; filename*1*=utf-8''b; filename*0=a",
            b'inline; filename="\x00\xff"',
            b"base64",
            b"quoted-printable",
            b"x-uuencode",
            b'a@b, <c, (d, "e',
            b"group: a@b, c@d;",
            b"Tue, 99 Foo 20266 99:99:99 +9999",
            b"<>",
        ]
    ),
)
PIECES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [
            b"\r\n--b\r\n",
            b"\r\n--b--\r\n",
            b"\r\n\r\n",
            b"begin 666 x\r\n#",
            b"<p>x<img src=cid:1>",
            b"> quoted\r\n",
            b"On Mon wrote:\r\n",
            b"Content-Type: text/html; charset=utf-16\r\n",
            b"Content-Transfer-Encoding: base64\r\n\r\n=A=",
        ]
    ),
)
MAILS = st.builds(
    lambda fields, pieces: (
        b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields) + b"\r\n" + b"".join(pieces)
    ),
    st.lists(st.tuples(FIELD_NAMES, VALUES), min_size=1, max_size=10),
    st.lists(PIECES, max_size=12),
)


@settings(max_examples=400, deadline=None)
@given(raw=st.one_of(MAILS, st.binary(max_size=400)))
def test_no_bytes_make_the_reader_raise(raw: bytes) -> None:
    try:
        mail = read(raw)
    except Unreadable:
        return
    mail.model_dump_json(exclude={"attachments"})
    f"{mail.title}{mail.text}{mail.html}{mail.prior_text}".encode()


def test_of_very_many_addresses_only_as_many_are_read_as_fit_into_a_field() -> None:
    field = ", ".join(f"a{n}@example.org" for n in range(1000))
    message = Message()
    for _ in range(5):
        message["To"] = field
    assert len(Headers(message).addresses("to")) < 1500
