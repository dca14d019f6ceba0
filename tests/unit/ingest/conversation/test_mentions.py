"""Whom a note calls."""

import pytest

from services.ingest.conversation.mentions import mentioned

AGENTS = {"ana", "ana.novak", "bojan", "j-r"}


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@ana, look.", ("ana",)),
        ("Ask @Ana.", ("ana",)),
        ("@ana.novak and @ana", ("ana.novak", "ana")),
        ("@ana.novak.", ("ana.novak",)),
        ("@ana.nobody is unknown, but begins with one", ("ana",)),
        ("(@bojan)(@bojan)", ("bojan",)),
        ("@j-r's", ("j-r",)),
        ("me@ana.example and x@bojan", ()),
        ("@nobody @ ana @@ana", ()),
        ("@" * 10_000 + "a" * 10_000, ()),
    ],
)
def test_note_calls(text: str, called: tuple[str, ...]) -> None:
    assert mentioned(text, AGENTS) == called
