"""Transfer encodings are undone; damaged content gives what can be saved of it."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.mail.flowed import unflowed, without_files
from services.ingest.mail.transfer import decoded

UU = b"begin 644 racun.txt\n" + binascii.b2a_uu(b"hello world") + b"`\nend\n"


@pytest.mark.parametrize(
    ("encoding", "raw", "content"),
    [
        ("base64", b"aGVsbG8=", b"hello"),
        ("BASE64", b"aGVsbG8", b"hello"),
        ("base64", b"aGVs\r\n bG8=\r\n", b"hello"),
        ("base64", b"aGVs!*bG8=", b"hello"),
        ("base64", b"aGVsbG8=IHdvcmxk", b"hello world"),
        ("base64", b"aGVsbG8=a", b"hello"),
        ("base64", b"Hello there, this was never encoded", b"Hello there, this was never encoded"),
        ("quoted-printable", b"Lu=C4=8D=\r\n ne", "Luč ne".encode()),
        ("quoted-printable", b"100 =% =ZZ", b"100 =% =ZZ"),
        ("quoted-printable", b"a==b===c==\n=3D", b"a==b===c=="[:-1] + b"="),
        ("quoted-printable", b"==41 1==2", b"=A 1==2"),
        ("quoted-printable", b"one= \t\r\ntwo = 2", b"onetwo = 2"),
        ("x-uuencode", UU, b"hello world"),
        ("x-uuencode", b"no file", b"no file"),
        ("x-yencode", b"=ybegin line=128 size=3 name=a\n\x8b\x8c\x8d\n=yend size=3\n", b"abc"),
        ("x-nonsense", b"abc", b"abc"),
        ("", b"abc", b"abc"),
    ],
)
def test_encoding_is_undone(encoding: str, raw: bytes, content: bytes) -> None:
    assert decoded(raw, encoding) == content


@given(st.binary(min_size=1))
def test_what_was_encoded_comes_back(content: bytes) -> None:
    assert decoded(base64.encodebytes(content), "base64") == content


@given(st.binary(), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "x-yencode"]))
def test_no_content_makes_it_raise(raw: bytes, encoding: str) -> None:
    assert isinstance(decoded(b"begin 644 a\n=ybegin \n" + raw, encoding), bytes)
    assert isinstance(decoded(raw, encoding), bytes)


def test_files_within_the_text_are_taken_out() -> None:
    text, files = without_files(
        b"before\n" + UU + b"after\n=ybegin line=128 size=3 name=b.bin\n\x8b\x8c\x8d\n=yend\nend"
    )
    assert files == [(b"racun.txt", b"hello world"), (b"b.bin", b"abc")]
    assert text == b"before\nafter\nend"


def test_begin_in_a_sentence_is_no_file() -> None:
    text = b"begin 644 things\nand so on\nend\n"
    assert without_files(text) == (text, [])


@pytest.mark.parametrize(
    ("text", "delsp", "paragraphs"),
    [
        ("one \ntwo\nthree", False, "one two\nthree"),
        ("日本 \n語", True, "日本語"),
        ("> a \n> b\n>> c\nd", False, "> a b\n>> c\nd"),
        ("text\n-- \nAna", False, "text\n-- \nAna"),
        (" >not quoted", False, ">not quoted"),
    ],
)
def test_flowed_paragraphs_are_joined(text: str, delsp: bool, paragraphs: str) -> None:
    assert unflowed(text, delsp=delsp) == paragraphs
