"""What a form's schema makes of answers: types, rules, and words that people understand in their language."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from services.ingest.channels.answers import Fault, answered, faults, misfits, normalised
from services.ingest.channels.configuration import Form
from services.ingest.channels.form_body import JSON, URLENCODED, Submission, parse
from services.ingest.channels.form_pages import FormPages
from services.ingest.inbox.inputs import Received

CHOICES = [{"const": "hall", "title": {"en": "Hall"}}, {"const": "attic", "title": {"en": "Attic"}}]
ASKED: dict[str, Any] = {
    "email": {},
    "message": {},
    "code": {"title": {"en": "Code"}, "pattern": "^[A-Z]{2}[0-9]{4}$", "description": {"en": "Two letters"}},
    "short": {"title": {"en": "Short"}, "minLength": 3, "maxLength": 5},
    "count": {"title": {"en": "Count"}, "type": "integer", "minimum": 1, "maximum": 9, "default": 2},
    "price": {"title": {"en": "Price"}, "type": "number"},
    "bought": {"title": {"en": "Bought"}, "format": "date"},
    "site": {"title": {"en": "Site"}, "format": "uri"},
    "call": {"title": {"en": "Call"}, "format": "tel"},
    "other": {"title": {"en": "Other"}, "format": "email"},
    "room": {"title": {"en": "Room"}, "oneOf": CHOICES},
    "size": {"title": {"en": "Size"}, "enum": ["s", "m"]},
    "rooms": {"title": {"en": "Rooms"}, "type": "array", "items": {"oneOf": CHOICES}, "minItems": 1, "maxItems": 1},
    "news": {"title": {"en": "News"}, "type": "boolean"},
    "warranty": {"title": {"en": "Warranty"}, "type": "boolean"},
    "consent": {"title": {"en": "Consent"}, "type": "boolean", "const": True},
    "receipt": {"title": {"en": "Receipt"}},
}
FORM = Form(
    title={"en": "Contact"},
    languages=("en",),
    region="SI",
    schema={
        "properties": ASKED,
        "required": ["email", "message", "warranty", "consent"],
        "if": {"properties": {"warranty": {"const": True}}, "required": ["warranty"]},
        "then": {"required": ["receipt"]},
    },
)
GOOD = {"email": "iva@example.org", "message": "Luč ne sveti.", "warranty": "false", "consent": "true"}


def found(**fields: str) -> list[tuple[str, str, str]]:
    sent = Submission({name: value for name, value in {**GOOD, **fields}.items() if value is not None})
    return [(fault.field, fault.code, fault.limit) for fault in faults(FORM, sent)]


def test_what_the_schema_allows_is_taken() -> None:
    allowed = {
        "code": "AB1234", "short": "abc", "count": "3", "price": "12,5", "bought": "2026-11-30", "size": "m",
        "site": "https://svetilka.example/a", "call": "040 123 456", "other": "eva@example.org", "room": "hall",
        "rooms": "attic", "news": "true",
    }  # fmt: skip
    assert found(**allowed) == []


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"email": ""}, ("email", "email_missing", "")),
        ({"email": "iva@"}, ("email", "email_invalid", "")),
        ({"message": "x" * 10_001}, ("message", "too_long", "10000")),
        ({"code": "1234"}, ("code", "pattern_wrong", "")),
        ({"short": "ab"}, ("short", "too_short", "3")),
        ({"short": "abcdef"}, ("short", "too_long", "5")),
        ({"count": "0"}, ("count", "too_small", "1")),
        ({"count": "10"}, ("count", "too_big", "9")),
        ({"count": "two"}, ("count", "integer_invalid", "")),
        ({"count": "2.5"}, ("count", "integer_invalid", "")),
        ({"price": "much"}, ("price", "number_invalid", "")),
        ({"bought": "30. 11. 2026"}, ("bought", "date_invalid", "")),
        ({"bought": "2026-02-30"}, ("bought", "date_invalid", "")),
        ({"site": "javascript:alert(1)"}, ("site", "uri_invalid", "")),
        ({"call": "12"}, ("call", "phone_invalid", "")),
        ({"other": "x"}, ("other", "email_invalid", "")),
        ({"room": "cellar"}, ("room", "choice_unknown", "")),
        ({"size": "xxl"}, ("size", "choice_unknown", "")),
        ({"rooms": "cellar"}, ("rooms", "choice_unknown", "")),
        ({"warranty": ""}, ("warranty", "choice_missing", "")),
        ({"warranty": "maybe"}, ("warranty", "choice_unknown", "")),
        ({"consent": ""}, ("consent", "tick_missing", "")),
        ({"consent": "false"}, ("consent", "tick_missing", "")),
        ({"warranty": "true"}, ("receipt", "answer_missing", "")),
    ],
)
def test_each_rule_has_its_words(fields: dict[str, str], fault: tuple[str, str, str]) -> None:
    assert found(**fields) == [fault]
    pages = FormPages()
    for language in ("en", "sl", "hr", "he"):
        assert pages.text(fault[1], language=language, limit=fault[2])


def test_of_a_list_so_many_may_be_ticked() -> None:
    sent = parse(
        b"&".join(b"%s=%s" % (k.encode(), v.encode()) for k, v in GOOD.items()) + b"&rooms=hall&rooms=attic", URLENCODED
    )
    assert [(fault.code, fault.limit) for fault in faults(FORM, sent)] == [("too_many_choices", "1")]


def test_faults_come_in_the_order_of_the_page_one_a_field() -> None:
    assert [fault[0] for fault in found(email="", short="x", count="x", consent="")] == [
        "email",
        "short",
        "count",
        "consent",
    ]


def test_answers_have_the_types_of_the_schema_and_become_fields() -> None:
    sent = Submission({**GOOD, "count": "3", "price": "12,5"}, (), {"rooms": ("hall", "attic")})
    given = answered(FORM, sent)
    assert (given["count"], given["price"], given["warranty"], given["news"]) == (3, 12.5, False, False)
    kinds = {name: asked.type for name, asked in FORM.asks.questions.items()}
    received = Received("form", "contact", "k", b"", "", datetime.now(UTC), {"questions": kinds})
    assert normalised(received, sent).fields == {
        "count": 3, "price": 12.5, "rooms": ["hall", "attic"], "warranty": False, "consent": True,
    }  # fmt: skip


def test_a_program_gives_one_answer_to_one_question() -> None:
    sent = parse(b'{"room": ["hall", "attic"], "rooms": ["hall"], "colour": "red"}', JSON)
    assert misfits(FORM, sent) == (Fault("colour", "field_unknown"), Fault("room", "answer_single"))


def test_a_pattern_of_the_worst_kind_takes_no_time() -> None:
    asked = {**ASKED, "code": {"title": {"en": "Code"}, "pattern": "^(([a-z])+.)+[A-Z]([a-z])+$", "maxLength": 100_000}}
    form = FORM.model_copy(update={"asks": FORM.asks.model_validate({"properties": asked, "required": ["message"]})})
    begun = time.process_time()
    assert [fault.code for fault in faults(form, Submission({**GOOD, "code": "a" * 100_000}))] == ["pattern_wrong"]
    assert time.process_time() - begun < 5, "a backtracking engine would take longer than the universe has"


@given(st.dictionaries(st.sampled_from(sorted(ASKED)), st.text(max_size=30), max_size=6))
def test_any_answers_are_judged(values: dict[str, str]) -> None:
    for fault in faults(FORM, Submission(values)):
        assert fault.field in ASKED


def test_the_plain_schema_holds_for_any_validator() -> None:
    schema = FORM.asks.plain("en")
    Draft202012Validator.check_schema(schema)
    judged = Draft202012Validator(schema)
    assert judged.is_valid(answered(FORM, Submission(GOOD)))
    assert not judged.is_valid({"email": "iva@example.org"})


def test_the_page_shows_every_kind_of_question_with_its_default() -> None:
    page = bytes(FormPages().form(FORM, language="en", token="t").body).decode().partition("</style>")[2]
    assert 'name="count" type="text" value="2"' in page.replace("\n", " ").replace("  ", " ")
    assert 'inputmode="numeric"' in page
    assert page.count('type="checkbox"') == 4
    assert page.count('type="radio"') == 2
    assert 'type="date"' in page
    assert '<p class="hint" id="code-hint">Two letters</p>' in page


def test_what_was_ticked_and_chosen_is_kept_on_the_page() -> None:
    sent = Submission({**GOOD, "room": "attic", "consent": "true"}, (), {"rooms": ("hall", "attic")})
    page = bytes(FormPages().form(FORM, language="en", token="t", sent=sent).body).decode()
    assert '<option value="attic" selected>' in page
    assert page.count(" checked") == 4, "two rooms, the warranty and the consent"
