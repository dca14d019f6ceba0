"""The frames of the chat protocol."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from services.ingest.channels.chat_frames import Complaint, Hello, Say, Visitor, parse, read
from services.ingest.inbox.inputs import Received
from tests.unit.ingest.channels.channel_fakes import NOW


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("", "Not JSON"),
        ("{", "Not JSON"),
        ("[" * 5000, "Not JSON"),
        ("[]", "Unknown frame"),
        ("1", "Unknown frame"),
        ("{}", "Unknown frame"),
        ('{"type": "shout"}', "Unknown frame"),
        ('{"type": "message", "id": "1"}', "The frame does not hold"),
        ('{"type": "message", "id": 1, "text": "x"}', "The frame does not hold"),
        ('{"type": "message", "id": "", "text": "x"}', "The frame does not hold"),
        ('{"type": "message", "id": "1", "text": "x", "html": "x"}', "The frame does not hold"),
        ('{"type": "message", "id": "1", "text": " \\n "}', "The text is empty"),
        ('{"type": "message", "id": "1", "text": "12345678901"}', "The text is too long"),
        ('{"type": "hello", "email": "iva"}', "The frame does not hold"),
        ('{"type": "hello", "language": "<b>"}', "The frame does not hold"),
    ],
)
def test_what_is_no_frame_is_complained_about(text: str, title: str) -> None:
    with pytest.raises(Complaint) as complaint:
        parse(text.encode(), message_length=10)
    assert complaint.value.title == title


def test_a_complaint_names_the_message_that_it_is_about() -> None:
    with pytest.raises(Complaint) as complaint:
        parse(b'{"type": "message", "id": "m7", "text": 1}', message_length=10)
    assert complaint.value.frame()["id"] == "m7"


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_frame_or_a_complaint(raw: bytes) -> None:
    try:
        frame = parse(raw, message_length=10)
    except Complaint as complaint:
        to_json(complaint.frame())
    else:
        assert isinstance(frame, Hello | Say)


def test_a_later_hello_adds_to_what_is_known_of_the_visitor() -> None:
    first = Visitor("s").introduced(Hello(type="hello", name="Iva", language="sl"))
    then = first.introduced(Hello(type="hello", email="Iva@Example.org"))
    assert then == Visitor("s", name="Iva", email="iva@example.org", language="sl")


def test_a_stored_frame_is_the_visitors_message() -> None:
    visitor = Visitor("5f0c", name="Iva", email="iva@example.org", language="sl")
    body = '{"type":"message","id":"1","text":"Luč\\r\\nne sveti"}'.encode()
    said = read(Received("chat", "website", "k", body, "application/json", NOW, visitor.envelope()))
    assert said.text == "Luč\nne sveti"
    assert (said.sender.visitor, said.sender.email, said.sender.verified) == ("visitor:5f0c", "iva@example.org", False)
    assert said.thread.conversation == "5f0c"
