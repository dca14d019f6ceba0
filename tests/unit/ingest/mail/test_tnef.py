"""winmail.dat gives its files, with their names, and its text."""

import struct

import compressed_rtf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.mail.opening import opened
from services.ingest.mail.rtf import read_rtf, uncompressed
from services.ingest.mail.tnef import SIGNATURE, unpacked

MESSAGE, ATTACHMENT = 1, 2


def attribute(level: int, name: int, content: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(content)) + content + struct.pack("<H", sum(content) % 65536)


def properties(*values: tuple[int, int, bytes]) -> bytes:
    packed = [struct.pack("<I", len(values))]
    for kind, name, value in values:
        padding = b"\0" * (-len(value) % 4)
        packed.append(struct.pack("<HHII", kind, name, 1, len(value)) + value + padding)
    return b"".join(packed)


def winmail(*, message: bytes = b"", attachments: tuple[bytes, ...] = ()) -> bytes:
    return (
        SIGNATURE
        + b"\x01\x00"
        + attribute(MESSAGE, 0x00069007, struct.pack("<II", 1250, 0))
        + message
        + b"".join(attachments)
    )


def attachment(name: str, content: bytes, *, long_name: str = "") -> bytes:
    said = attribute(ATTACHMENT, 0x00069002, b"\0" * 14) + attribute(
        ATTACHMENT, 0x00018010, name.encode("cp1250") + b"\0"
    )
    said += attribute(ATTACHMENT, 0x0006800F, content)
    if long_name:
        said += attribute(ATTACHMENT, 0x00069005, properties((0x1F, 0x3707, f"{long_name}\0".encode("utf-16-le"))))
    return said


RTF = (
    rb"{\rtf1\ansi\ansicpg1250\deff0{\fonttbl{\f0\fnil Arial;}}Lu\'e8 \u269? ne\par dela {\*\generator x}\b prav\b0 .}"
)
PAGE = (
    rb"{\rtf1\ansi\ansicpg1250\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset238 Arial;}}"
    rb"{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Lu\'e8{\*\htmltag84 &nbsp;}\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}}"
)


def test_files_have_their_real_names() -> None:
    packed = unpacked(
        winmail(
            attachments=(attachment("RAUN~1.PDF", b"1", long_name="račun za maj.pdf"), attachment("žaba.txt", b"2"))
        )
    )
    assert packed is not None
    assert [(file.name, file.content) for file in packed.files] == [("račun za maj.pdf", b"1"), ("žaba.txt", b"2")]


def test_text_comes_from_what_there_is() -> None:
    rtf = attribute(MESSAGE, 0x00069003, properties((0x102, 0x1009, compressed_rtf.compress(RTF))))
    page = attribute(MESSAGE, 0x00069003, properties((0x102, 0x1013, "<p>Luč".encode("cp1250"))))
    plain = attribute(MESSAGE, 0x0002800C, "Luč\0".encode("cp1250"))
    assert [unpacked(winmail(message=one)) is not None for one in (rtf, page, plain)] == [True] * 3
    found = [unpacked(winmail(message=one)) for one in (rtf, page, plain)]
    assert [(one.text, one.html) for one in found if one] == [("Luč č ne\ndela prav.", ""), ("", "<p>Luč"), ("Luč", "")]


def test_page_that_rtf_wraps_is_unwrapped() -> None:
    assert read_rtf(uncompressed(compressed_rtf.compress(PAGE))).html == "<p>Luč&nbsp;</p>"


@pytest.mark.parametrize("rtf", [b"{\\rtf1 \\u-10179?\\u-8704? ok}", b"{\\rtf1\\uc0 \\u55357\\u56832  ok}"])
def test_letters_beyond_sixteen_bits_are_whole(rtf: bytes) -> None:
    assert read_rtf(rtf).text == "😀 ok"


def test_mail_shows_what_was_packed() -> None:
    raw = winmail(attachments=(attachment("a.txt", b"1"),))
    fields = b"From: a@k.example\nContent-Type: application/ms-tnef; name=winmail.dat\n\n"
    assert [file.name for file in opened(fields + raw).body.files] == ["a.txt"]


def test_damaged_winmail_stays_a_file() -> None:
    mail = opened(b"From: a@k.example\nContent-Type: application/ms-tnef; name=winmail.dat\n\n\x78\x9f\x3e\x22\0\0zzz")
    assert [file.name for file in mail.body.files] == ["winmail.dat"]


@given(st.integers(0, 400), st.binary(max_size=40))
def test_no_damage_makes_it_raise(place: int, junk: bytes) -> None:
    message = attribute(MESSAGE, 0x00069003, properties((0x102, 0x1009, compressed_rtf.compress(RTF))))
    raw = winmail(message=message, attachments=(attachment("a.txt", b"1", long_name="b.txt"),))
    unpacked(raw[:place] + junk + raw[place + len(junk) :])
    unpacked(raw[:place])
    read_rtf(b"{\\rtf" + junk + RTF[place % len(RTF) :])
