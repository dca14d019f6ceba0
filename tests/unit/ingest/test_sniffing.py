"""A file is what its bytes say, not what its sender calls it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.reading.sniffing import sniffed


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "image/png"),
        (b"%PDF-1.4", "application/pdf"),
        (b"MZ" + b"\0" * 20, "application/x-msdownload"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>", "image/svg+xml"),
        (b'<?xml version="1.0"?>\n<!-- x --><!DOCTYPE svg PUBLIC "x"><svg>', "image/svg+xml"),
        (b"\xef\xbb\xbf  <!doctype html><p>", "text/html"),
        (b"<script>alert(1)", "text/html"),
        (b"hello", None),
        (b"", None),
    ],
)
def test_kind_is_told_by_the_bytes(content: bytes, kind: str | None) -> None:
    assert sniffed(content) == kind


@given(st.binary(max_size=500))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    sniffed(content)


def test_thousands_of_comments_before_nothing_are_read_once() -> None:
    """Each comment could be read as the end of any before it: two to the power of their number, without care."""
    assert sniffed(b"<!---->" * 1000 + b"x") is None
    assert sniffed(b"<!-- a --> <!-- b -->\n<svg>") == "image/svg+xml"
