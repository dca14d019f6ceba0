"""What a visitor answered on a form, and what is wrong with it. Pure: the same for page and program."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.ingest.channels.addresses import e164, is_email
from services.ingest.channels.configuration import Form
from services.ingest.channels.form_body import Submission
from services.ingest.channels.form_schema import BUILT_IN, RESERVED, Answer, Property
from services.ingest.channels.form_validator import errors
from services.ingest.channels.plain_text import one_line
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Normalised
from shared.events import Contact

TRAP = "website"
"""A field that people don't see and programs fill in."""
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}([.,][0-9]{1,15})?")
_CODES = {
    "enum": "choice_unknown",
    "oneOf": "choice_unknown",
    "const": "tick_missing",
    "minLength": "too_short",
    "maxLength": "too_long",
    "pattern": "pattern_wrong",
    "minimum": "too_small",
    "maximum": "too_big",
    "minItems": "too_few_choices",
    "maxItems": "too_many_choices",
}
_LIMITED = frozenset({"minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"})


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that the visitor must correct: `code` names a text in pages/texts/, `limit` stands in it."""

    field: str
    code: str
    limit: str = ""


def faults(form: Form, submission: Submission) -> tuple[Fault, ...]:
    """Everything that keeps the submission from being taken, one a field, in the order of the page."""
    schema = form.asks.plain(form.languages[0])
    given = answered(form, submission)
    found: dict[str, Fault] = {}
    for name, keyword, value in errors(schema, given, region=form.region):
        found.setdefault(name, _fault(form, name, keyword, value))
    if not ({"email", "phone"} & set(form.asks.required)) and not (given.get("email") or given.get("phone")):
        name = "email" if "email" in form.asks.properties else "phone"
        found.setdefault(name, Fault(name, "contact_missing"))
    if too_large := files_fault(form.files.count, form.files.bytes, submission):
        found["files"] = too_large
    order = [*form.asks.properties, "files"]
    return tuple(sorted(found.values(), key=lambda fault: order.index(fault.field)))


def misfits(form: Form, submission: Submission) -> tuple[Fault, ...]:
    """What a program must not send: names that the form does not have, and several answers to one question.

    Both would be taken for stored.
    """
    asked = form.asks.properties
    known = RESERVED | set(asked) | ({form.captcha.field} if form.captcha else set())
    unknown = sorted(one_line(name, limit=40) for name in submission.values if name not in known)
    single = [name for name in submission.lists if name in asked and asked[name].type != "array"]
    return (
        *(Fault(name, "field_unknown") for name in unknown),
        *(Fault(name, "answer_single") for name in sorted(single)),
    )


def answered(form: Form, submission: Submission) -> dict[str, Answer]:
    """The answers in the types of the schema. A text that is no number stays one, for the schema to refuse.

    Nothing written is no answer; a box that is not ticked is false, where yes or no is not asked for.
    """
    given: dict[str, Answer] = {}
    for name, asked in form.asks.properties.items():
        texts = [text for text in submission.all(name) if text]
        if texts:
            given[name] = _typed(texts, asked.type)
        elif asked.type == "boolean" and name not in form.asks.required:
            given[name] = False
    return given


def files_fault(count: int, largest: int, submission: Submission) -> Fault | None:
    """Too many files, or too large ones."""
    if len(submission.files) > count:
        return Fault("files", "too_many_files", str(count))
    if any(len(file.content) > largest for file in submission.files):
        return Fault("files", "file_too_large", size(largest))
    return None


def size(count: int) -> str:
    """Bytes as people read them: `5 MB`, `700 kB`."""
    return f"{count / 1_000_000:.3g} MB" if count >= 1_000_000 else f"{max(1, count // 1000)} kB"


def _fault(form: Form, name: str, keyword: str, value: Any) -> Fault:
    asked = form.asks.properties[name]
    match keyword:
        case "required":
            return Fault(name, f"{name}_missing" if name in BUILT_IN else _missing(asked))
        case "format":
            code = {"email": "email_invalid", "tel": "phone_invalid", "date": "date_invalid", "uri": "uri_invalid"}
            return Fault(name, code[value])
        case "type":
            return Fault(
                name, {"integer": "integer_invalid", "number": "number_invalid"}.get(asked.type, "choice_unknown")
            )
    return Fault(name, _CODES.get(keyword, "choice_unknown"), str(value) if keyword in _LIMITED else "")


def _missing(asked: Property) -> str:
    if asked.type == "boolean":
        return "tick_missing" if asked.const else "choice_missing"
    return "choice_missing" if asked.choices else "answer_missing"


def _typed(texts: list[str], kind: str) -> Answer:
    text = texts[0]
    match kind:
        case "array":
            return list(dict.fromkeys(texts))
        case "integer" if _WHOLE.fullmatch(text):
            return int(text)
        case "number" if _NUMBER.fullmatch(text):
            return float(text.replace(",", "."))
        case "boolean" if text in ("true", "false"):
            return text == "true"
    return text


def normalised(received: Received, submission: Submission) -> Normalised:
    """The message. Nobody has proved the address or number, so the contact is unverified."""
    values = submission.values
    region, language = received.envelope.get("region"), received.envelope.get("language")
    email, phone = values.get("email", ""), values.get("phone", "")
    return Normalised(
        sender=Contact(
            name=one_line(values.get("name", ""), limit=BUILT_IN["name"]) or None,
            email=email.lower() if is_email(email) else None,
            phone=e164(phone, region=region) if phone else None,
            language=language,
            verified=False,
        ),
        title=one_line(values.get("subject", ""), limit=BUILT_IN["subject"]),
        text=values.get("message", ""),
        attachments=submission.files,
        fields=dict(_fields(received.envelope.get("questions", {}), submission)),
        language=None,
        sent_at=received.received_at,
    )


def _fields(questions: Mapping[str, str], submission: Submission) -> Iterator[tuple[str, Answer]]:
    """The answers to the organisation's own questions, whose types were stored with the submission."""
    for name, kind in questions.items():
        texts = [text for text in submission.all(name) if text]
        if texts:
            yield name, _typed(texts, kind)
