"""Each kind of WhatsApp message as text."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import to_json

from services.ingest.channels.provider import Call
from services.ingest.channels.providers.whatsapp import WhatsApp, WhatsAppAccount, read
from services.ingest.channels.providers.whatsapp_kinds import KINDS, MEDIA
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Normalised
from tests.unit.ingest.channels.channel_fakes import NOW


def received(message: dict[str, Any], **value: Any) -> Received:
    body = {"entry": [{"changes": [{"field": "messages", "value": {"messages": [message], **value}}]}]}
    return Received("whatsapp", "support", "wamid.1", to_json(body), "application/json", NOW)


def reading(kind: str, content: Any = None, **more: Any) -> Normalised:
    message = {"from": "38640123456", "id": "wamid.1", "timestamp": "1763888400", "type": kind, **more}
    if content is not None:
        message[kind] = content
    return read(received(message))


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("text", {"body": "Luč ne sveti"}, "Luč ne sveti"),
        ("button", {"payload": "yes", "text": "Ja"}, "Ja"),
        ("interactive", {"type": "button_reply", "button_reply": {"id": "b", "title": "Vrni"}}, "Vrni"),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "b", "title": "Vrni", "description": "denar"}},
            "Vrni\ndenar",
        ),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"response_json": '{"rating":"4","flow_token":"x"}', "body": "Sent"}},
            "[A filled-in WhatsApp form]\nrating: 4",
        ),
        ("interactive", {"type": "nfm_reply", "nfm_reply": {"body": "Sent"}}, "[A filled-in WhatsApp form]\nSent"),
        (
            "interactive",
            {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}},
            "[The customer's answer to the request to call: accept]",
        ),
        ("interactive", {"type": "new_reply", "new_reply": {}}, "[An answer of the kind new_reply]"),
        ("interactive", {}, "[An answer to an interactive message that WhatsApp did not pass on: no type]"),
        (
            "image",
            {"id": "65", "mime_type": "image/jpeg", "caption": "Takole"},
            "Takole",
        ),
        (
            "audio",
            {"id": "65", "mime_type": "audio/ogg", "voice": True},
            "[Voice message]",
        ),
        (
            "location",
            {"latitude": 46.05, "longitude": 14.5, "name": "Tromostovje", "address": "Ljubljana"},
            "[A location: 46.05, 14.5]\nTromostovje\nLjubljana",
        ),
        (
            "contacts",
            [{"name": {"formatted_name": "Eva"}, "phones": [{"phone": "+386 1 555 01 00"}]}, {"name": "x"}],
            "[Contacts]\nEva, +386 1 555 01 00\nno name",
        ),
        ("reaction", {"message_id": "wamid.0", "emoji": "😮"}, "[A reaction: 😮]"),
        ("reaction", {"message_id": "wamid.0"}, "[A reaction was taken back]"),
        (
            "order",
            {"product_items": [{"product_retailer_id": "L1", "quantity": 2, "item_price": 30, "currency": "EUR"}]},
            "[An order]\n2 × L1, 30 EUR",
        ),
        (
            "edit",
            {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "Novo"}}},
            "Novo",
        ),
        ("revoke", {"original_message_id": "wamid.0"}, "[An earlier message was deleted by its sender]"),
        ("unsupported", {"type": "poll"}, "[A message of the kind poll that can't be shown here]"),
        ("hologram", {"x": 1}, "[A message of the kind hologram that can't be shown here]"),
        ("text", "not an object", "[A message of the kind text that can't be shown here]"),
        ("text", {"body": ""}, "[An empty message]"),
    ],
)
def test_every_kind_is_a_text_that_an_agent_can_read(kind: str, content: Any, text: str) -> None:
    assert reading(kind, content).text == text


def test_a_message_that_whatsapp_could_not_pass_on_says_why() -> None:
    assert (
        reading("unsupported", errors=[{"code": 131051, "title": "Message type unknown"}]).text
        == "[A message of an unknown kind that can't be shown here: Message type unknown]"
    )


def test_the_sender_is_the_verified_number_and_the_conversation() -> None:
    message = {"from": "38640123456", "type": "text", "text": {"body": "x"}, "timestamp": "1763888400"}
    said = read(received(message, contacts=[{"wa_id": "38640123456", "profile": {"name": "Iva\nNovak"}}]))
    assert (said.sender.phone, said.sender.name, said.sender.verified) == ("+38640123456", "Iva Novak", True)
    assert said.thread.conversation == "38640123456"
    assert said.sent_at == datetime.fromtimestamp(1763888400, UTC)


def test_a_sender_without_number_is_a_visitor() -> None:
    said = read(received({"from_user_id": "SI.1349", "type": "text", "text": {"body": "x"}}))
    assert (said.sender.phone, said.sender.visitor, said.sender.verified) == (None, "whatsapp:SI.1349", True)
    assert said.thread.conversation == "SI.1349"


def test_media_and_context_are_fields_that_rules_can_look_at() -> None:
    said = reading(
        "document",
        {"id": "65", "mime_type": "application/pdf", "filename": "račun.pdf"},
        context={"id": "wamid.0", "forwarded": True},
    )
    assert said.fields == {
        "whatsapp_type": "document",
        "answers_message": "wamid.0",
        "forwarded": "yes",
        "media_kind": "document",
        "media_id": "65",
        "media_type": "application/pdf",
        "media_name": "račun.pdf",
    }


@pytest.mark.parametrize("timestamp", [None, "", "soon", "0", "99999999999999999999", "4102444800", [], 1e300])
def test_a_time_that_can_not_be_is_the_time_of_arrival(timestamp: Any) -> None:
    assert reading("text", {"body": "x"}, timestamp=timestamp).sent_at == NOW


def test_whatsapps_own_notices_are_a_machines() -> None:
    said = reading("system", {"body": "User A changed from 1 to 2", "type": "user_changed_number", "wa_id": "2"})
    assert said.machine is not None
    assert said.machine.kind == "auto"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda one: (
        st.lists(one, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["body", "type", "id", "name", "phones", "emoji", "message", "product_items", "button_reply"]
            ),
            one,
            max_size=5,
        )
    ),
    max_leaves=15,
)
KIND = st.sampled_from([*KINDS, *MEDIA, "contacts", "unsupported", "x"])


MORE = st.dictionaries(st.sampled_from(["from", "timestamp", "context", "errors", "referral"]), ANYTHING)


@settings(max_examples=300, deadline=None)
@given(kind=KIND, content=ANYTHING, more=MORE, contacts=ANYTHING)
def test_no_content_makes_a_reader_fail(kind: str, content: Any, more: dict[str, Any], contacts: Any) -> None:
    message = {"type": kind, kind: content, **more}
    said = read(received(message, contacts=contacts))
    assert said.text
    said.model_dump_json()


@given(ANYTHING)
def test_any_object_has_updates(content: Any) -> None:
    body = to_json(content if isinstance(content, dict) else {"entry": content})
    assert list(WhatsApp().split(Call("", {}, {}, body), WhatsAppAccount()))


def test_an_edit_is_the_new_text_of_the_message_that_it_names() -> None:
    content = {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "Novo"}}}
    said = reading("edit", content)
    assert (said.act, said.target_id, said.text) == ("edit", "wamid.0", "Novo")


def test_a_deletion_names_its_message() -> None:
    said = reading("revoke", {"original_message_id": "wamid.0"})
    assert (said.act, said.target_id) == ("delete", "wamid.0")


def test_an_edit_of_nothing_is_a_message_that_says_so() -> None:
    assert reading("edit", {"message": {"type": "text", "text": {"body": "Novo"}}}).act == "message"
    assert reading("revoke", {}).act == "message"


def test_a_reaction_joins_without_waking_and_never_opens() -> None:
    machine = reading("reaction", {"message_id": "wamid.0", "emoji": "👍"}).machine
    assert machine is not None
    assert machine.kind == "auto_reply"


def test_a_file_is_to_be_fetched_and_the_window_is_a_day() -> None:
    said = reading("document", {"id": "65", "mime_type": "application/pdf", "filename": "račun.pdf"})
    (media,) = said.media
    assert (media.id, media.kind, media.name, media.content_type) == ("65", "document", "račun.pdf", "application/pdf")
    assert said.text == "[Document: račun.pdf]"
    assert said.reply_until is not None
    assert said.sent_at is not None
    assert said.reply_until - said.sent_at == timedelta(hours=24)
