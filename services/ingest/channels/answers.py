"""What a visitor answered on a form, and what is wrong with it. Pure: the same for page and program."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import phonenumbers

from services.ingest.channels.configuration import BUILT_IN, RESERVED, Form, Presence
from services.ingest.channels.form_body import Submission
from services.ingest.channels.plain_text import one_line
from services.ingest.inputs import Received
from services.ingest.normalised import Normalised
from shared.events import Contact

NAME_LENGTH = 200
EMAIL_LENGTH = 254
SUBJECT_LENGTH = 300
ANSWER_LENGTH = 1_000
TRAP = "website"
"""A field that people don't see and programs fill in."""
_EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that the visitor must correct: `code` names a text in pages/texts/, `limit` stands in it."""

    field: str
    code: str
    limit: str = ""


def faults(form: Form, submission: Submission, *, region: str | None = None) -> tuple[Fault, ...]:
    """Everything that keeps the submission from being taken, in the order of the page."""
    values = submission.values
    found: list[Fault] = []
    presences: dict[str, Presence] = {
        "name": form.name,
        "email": form.email,
        "phone": form.phone,
        "subject": form.subject,
        "message": "required",
    }
    limits = {"name": NAME_LENGTH, "email": EMAIL_LENGTH, "phone": 40, "subject": SUBJECT_LENGTH}
    for name, presence in presences.items():
        value = values.get(name, "") if presence != "absent" else ""
        if presence == "required" and not value:
            found.append(Fault(name, f"{name}_missing"))
        if len(value) > (limit := limits.get(name, form.message_length)):
            found.append(Fault(name, "too_long", str(limit)))
    found += _unreachable(form, values, region=region or form.region)
    found += _unanswered(form, values)
    found += _too_large(form, submission)
    order = (*BUILT_IN[:-1], *form.questions, "message", "files")
    return tuple(sorted(found, key=lambda fault: order.index(fault.field)))


def unknown_fields(form: Form, submission: Submission) -> tuple[Fault, ...]:
    """Names that the form does not have: a program that sends them would take them for stored."""
    absent = {name for name in ("name", "email", "phone", "subject") if getattr(form, name) == "absent"}
    known = (RESERVED - absent) | set(form.questions)
    unknown = sorted(one_line(name, limit=40) for name in submission.values if name not in known)
    return tuple(Fault(name, "field_unknown") for name in unknown)


def _unreachable(form: Form, values: Mapping[str, str], *, region: str | None) -> list[Fault]:
    email = values.get("email", "") if form.email != "absent" else ""
    phone = values.get("phone", "") if form.phone != "absent" else ""
    found = []
    if email and len(email) <= EMAIL_LENGTH and not is_email(email):
        found.append(Fault("email", "email_invalid"))
    if phone and len(phone) <= 40 and e164(phone, region=region) is None:
        found.append(Fault("phone", "phone_invalid"))
    if not email and not phone and "required" not in (form.email, form.phone):
        found.append(Fault("email" if form.email != "absent" else "phone", "contact_missing"))
    return found


def _unanswered(form: Form, values: Mapping[str, str]) -> list[Fault]:
    found = []
    for name, question in form.questions.items():
        answer = values.get(name, "")
        if not answer:
            if question.required:
                found.append(Fault(name, "choice_missing" if question.options else "answer_missing"))
        elif question.options and answer not in question.options:
            found.append(Fault(name, "choice_unknown"))
        elif len(answer) > ANSWER_LENGTH:
            found.append(Fault(name, "too_long", str(ANSWER_LENGTH)))
    return found


def _too_large(form: Form, submission: Submission) -> list[Fault]:
    if len(submission.files) > form.files.count:
        return [Fault("files", "too_many_files", str(form.files.count))]
    if any(len(file.content) > form.files.bytes for file in submission.files):
        return [Fault("files", "file_too_large", size(form.files.bytes))]
    return []


def is_email(text: str) -> bool:
    """Whether the text is one e-mail address, and nothing that a header could be made of."""
    return len(text) <= EMAIL_LENGTH and _EMAIL.fullmatch(text) is not None


def size(count: int) -> str:
    """Bytes as people read them: `5 MB`, `700 kB`."""
    return f"{count / 1_000_000:.3g} MB" if count >= 1_000_000 else f"{max(1, count // 1000)} kB"


def e164(number: str, *, region: str | None) -> str | None:
    """The phone number as +38640123456, or None; `region` is for numbers without a country code."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def normalised(received: Received, submission: Submission) -> Normalised:
    """The message. Nobody has proved the address or number, so the contact is unverified."""
    values = submission.values
    region, language = received.envelope.get("region"), received.envelope.get("language")
    questions = received.envelope.get("questions", ())
    email = values.get("email", "")
    phone = values.get("phone", "")
    return Normalised(
        sender=Contact(
            name=one_line(values.get("name", ""), limit=NAME_LENGTH) or None,
            email=email.lower() if is_email(email) else None,
            phone=e164(phone, region=region) if phone else None,
            language=language,
            verified=False,
        ),
        title=one_line(values.get("subject", ""), limit=SUBJECT_LENGTH),
        text=values.get("message", ""),
        attachments=submission.files,
        fields={name: values[name] for name in questions if values.get(name)},
        language=None,
        sent_at=received.received_at,
    )
