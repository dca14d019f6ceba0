"""What of a mail is text, what is a page and what is a file (RFC 8621, 4.1.4), and what the files are called."""

import base64
from datetime import UTC, datetime

from services.ingest.inbox.inputs import Received
from services.ingest.mail.body import MAX_FILES, MAX_TEXT, Body
from services.ingest.mail.opening import opened
from services.ingest.mail.reader import MailReader
from services.ingest.normalised import Normalised
from shared.reply_token import ReplyTokens

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def part(kind: str, content: str = "", *fields: str) -> str:
    return "\n".join([f"Content-Type: {kind}", *fields, "", content])


def multi(kind: str, *parts: str, boundary: str = "b") -> str:
    inner = "".join(f"--{boundary}\n{one}\n" for one in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{inner}--{boundary}--\n'


def body(content: str) -> Body:
    return opened(f"From: a@k.example\nSubject: s\n{content}".encode()).body


def names(found: Body) -> list[str]:
    return [file.name for file in found.files]


def read(content: str) -> Normalised:
    reader = MailReader(ReplyTokens.parse("a:0123456789abcdef0123"), frozenset())
    raw = content.encode()
    return reader.read(Received("email", "s@k.example", "k", raw, "message/rfc822", datetime.now(UTC)))


def test_plain_text_and_page_are_alternatives() -> None:
    found = body(multi("alternative", part("text/plain", "plain"), part("text/html", "<p>page")))
    assert (found.text, found.html, found.files) == ("plain", "<p>page", [])


def test_text_before_and_after_a_file_is_all_text() -> None:
    found = body(
        multi("mixed", part("text/plain", "one"), part("image/png; name=a.png", "x"), part("text/plain", "two"))
    )
    assert (found.text, names(found)) == ("one\n\ntwo", ["a.png"])


def test_page_beside_plain_text_is_not_lost() -> None:
    found = body(multi("mixed", part("text/plain", "one"), part("text/html", "<p>two</p>")))
    assert found.text == "one\n\ntwo"
    assert found.html == "<p>one</p>\n<p>two</p>"


def test_page_with_its_pictures_is_one_alternative() -> None:
    related = multi(
        "related",
        part("text/html", '<img src="cid:p%40k">'),
        part("image/png; name=p.png", PICTURE, "Content-Transfer-Encoding: base64", "Content-ID: <p@k>"),
        part("image/png; name=q.png", "x", "Content-ID: <q@k>"),
        boundary="r",
    )
    found = body(multi("alternative", part("text/plain", "plain"), related))
    assert found.text == "plain"
    assert [(file.name, file.inline) for file in found.files] == [("p.png", True), ("q.png", False)]


def test_empty_plain_text_gives_way_to_the_page() -> None:
    assert body(multi("alternative", part("text/plain", " "), part("text/html", "<p>page"))).text == "page"


def test_named_text_is_a_file_unless_it_is_the_first() -> None:
    named = part("text/plain; name=notes.txt", "notes", "Content-Disposition: inline; filename=notes.txt")
    assert names(body(multi("mixed", part("text/plain", "hello"), named))) == ["notes.txt"]
    assert body(multi("mixed", named, part("text/plain", "hello"))).text == "notes\n\nhello"


def test_other_texts_are_read_as_text() -> None:
    assert body(part("text/enriched", "<bold>Hi</bold> there\n\nfriend <<3")).text == "Hi there\nfriend <3"
    assert body(part("text/x-unknown", "hi")).text == "hi"
    assert body(part("text/plain; format=flowed", "one \ntwo")).text == "one two"
    assert body(part("text/html charset=utf-8", "<p>hi")).text == "hi"


def test_invitation_and_signature_are_files() -> None:
    found = body(
        multi(
            "signed",
            multi("mixed", part("text/plain", "hi"), part("text/calendar", "BEGIN:VCALENDAR"), boundary="m"),
            part("application/pkcs7-signature; name=smime.p7s", "x"),
        )
    )
    assert found.text == "hi"
    assert names(found)[0].endswith(".ics")
    assert names(found)[1] == "smime.p7s"


def test_enclosed_mail_is_kept_byte_by_byte_and_named_by_its_subject() -> None:
    enclosed = "Subject: =?utf-8?Q?Ra=C4=8Dun?= 1/2\nX-Odd :  x\n\nbody\n\n"
    found = body(multi("mixed", part("text/plain", "see below"), part("message/rfc822", enclosed)))
    (file,) = found.files
    assert (file.name, file.content) == ("Račun 1 2.eml", enclosed.encode())


def test_picture_in_the_page_itself_becomes_a_file_that_it_shows() -> None:
    found = body(part("text/html", f'<p>hi<img src="data:image/png;base64,{PICTURE}">'))
    (file,) = found.files
    assert (file.content_type, file.content, file.inline) == ("image/png", base64.b64decode(PICTURE), True)
    assert f'src="cid:{file.content_id}"' in found.html


def test_more_files_than_the_limit_are_named_and_the_whole_mail_is_attached() -> None:
    parts = [part(f"image/png; name={number}.png", "x") for number in range(MAX_FILES + 1)]
    mail = read(f"From: a@k.example\nSubject: s\n{multi('mixed', *parts)}")
    assert len(mail.attachments) == MAX_FILES + 1
    assert mail.attachments[-1].name == "message.eml"
    assert mail.unreadable == f"it has more than {MAX_FILES} files"


def test_reply_to_is_known_and_makes_nobody_the_requester() -> None:
    mail = read("From: Ana\nReply-To: mallory@k.example\nTo: S <s@k.example>\nCc: b@k.example\nSubject: s\n\nhi")
    assert mail.sender.email is None
    assert [one.email for one in mail.reply_to] == ["mallory@k.example"]
    assert [(one.name, one.email) for one in (*mail.to, *mail.cc)] == [("S", "s@k.example"), (None, "b@k.example")]


def test_headers_are_read_in_the_charset_of_the_text() -> None:
    raw = "From: a@k.example\nSubject: Привет\nContent-Type: text/plain; charset=koi8-r\n\nПривет".encode("koi8-r")
    mail = opened(raw)
    assert (mail.headers.text("subject"), mail.body.text) == ("Привет", "Привет")


def test_headers_in_utf8_are_read_so_whatever_the_text_is_in() -> None:
    raw = "From: a@k.example\nSubject: für\nContent-Type: text/plain; charset=gb2312\n\n".encode()
    assert opened(raw).headers.text("subject") == "für"


def test_first_field_may_be_indented() -> None:
    mail = opened(b" From: Ana <ana@k.example>\nSubject: s\n\nhi")
    assert (mail.headers.people("from"), mail.body.text) == ([("Ana", "ana@k.example")], "hi")


def test_message_ids_may_be_encoded() -> None:
    raw = b"From: a@k.example\nReferences: <1@k.example>\n =?utf-8?q?=3C2=40k=2E?=\n =?utf-8?q?example=3E?=\n\nhi"
    assert opened(raw).headers.message_ids("references") == ("<1@k.example>", "<2@k.example>")


def test_more_text_than_anybody_reads_is_a_file_as_well() -> None:
    text = "word " * (MAX_TEXT // 4)
    found = body(f"Content-Type: text/plain\n\n{text}")
    assert (names(found), len(found.files[0].content)) == (["message.txt"], len(text))
    assert found.text == text[:MAX_TEXT].strip()


def test_longer_page_than_anybody_reads_is_one_file() -> None:
    page = "<p>word" * (MAX_TEXT // 4)
    mail = read(f"From: a@k.example\nSubject: s\nContent-Type: text/html\n\n{page}")
    assert [(file.name, len(file.content)) for file in mail.attachments] == [("message.html", len(page))]
    assert mail.html is None
    assert mail.text.startswith("wordword")


def test_text_is_measured_over_all_parts() -> None:
    half = "word " * (MAX_TEXT // 10)
    found = body(multi("mixed", *[part("text/plain", half)] * 4))
    assert names(found) == ["message.txt", "message (2).txt"]
    assert len(found.text) <= MAX_TEXT + 10
