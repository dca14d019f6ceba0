"""The fields of a form's page, made from its schema: one for each property, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import phonenumbers

from services.ingest.channels.configuration import Form
from services.ingest.channels.form_body import Submission
from services.ingest.channels.form_schema import BUILT_IN, PageLanguage, Property
from services.ingest.channels.page_frame import Pages

Kind = Literal["line", "area", "choice", "boxes", "tick", "yes_no"]
AREA_FROM = 300
"""Characters from which on an answer gets several lines."""
_INPUTS = {"email": "email", "tel": "tel", "uri": "url", "date": "date"}
_COMPLETE = {"name": "name", "email": "email", "phone": "tel", "tel": "tel", "uri": "url"}
_FROM_THE_LEFT = frozenset({"email", "tel", "url", "date"})


@dataclass(frozen=True, slots=True)
class PageField:
    """What the template needs to show a question. `input` is the type of an <input> element."""

    name: str
    kind: Kind
    title: str
    hint: str
    required: bool
    values: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
    input: str = "text"
    mode: str = ""
    complete: str = ""
    ltr: bool = False
    minimum: int | float | None = None
    maximum: int | float | None = None

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


def fields_of(form: Form, pages: Pages, language: PageLanguage, sent: Submission | None) -> list[PageField]:
    """The fields, with what was written (`sent`), or else with the schema's defaults."""
    return [
        _field(name, asked, form, pages, language, sent=sent) for name, asked in form.asks.properties.items()
    ]  # fmt: skip


def _field(
    name: str, asked: Property, form: Form, pages: Pages, language: PageLanguage, *, sent: Submission | None
) -> PageField:
    texts: Mapping[str, str] = pages.texts[language]
    kind = _kind(name, asked, form)
    form_of = {"email": "email", "phone": "tel"}.get(name, asked.format or "")
    input = _INPUTS.get(form_of, "text")
    return PageField(
        name=name,
        kind=kind,
        title=asked.title.get(language) or texts[name],
        hint=asked.description.get(language) or _hint(name, form, pages, language),
        required=name in form.asks.required,
        values=tuple(text for text in sent.all(name) if text) if sent else _default(asked),
        options=tuple((value, title.get(language, value)) for value, title in asked.choices),
        input=input,
        mode={"integer": "numeric", "number": "decimal"}.get(asked.type, ""),
        complete=_COMPLETE.get(name, _COMPLETE.get(form_of, "")),
        ltr=input in _FROM_THE_LEFT or asked.type in ("integer", "number"),
    )


def _kind(name: str, asked: Property, form: Form) -> Kind:
    if asked.type == "array":
        return "boxes"
    if asked.type == "boolean":
        return "tick" if asked.const or name not in form.asks.required else "yes_no"
    if asked.choices:
        return "choice"
    is_text = asked.type == "string" and not asked.format and name not in ("name", "email", "phone", "subject")
    return "area" if is_text and form.asks.length(name) > AREA_FROM and asked.pattern is None and (
        name in BUILT_IN or asked.max_length is not None
    ) else "line"  # fmt: skip


def _default(asked: Property) -> tuple[str, ...]:
    match asked.default:
        case None:
            return ()
        case bool():
            return ("true" if asked.default else "false",)
        case _:
            return (str(asked.default),)


def _hint(name: str, form: Form, pages: Pages, language: PageLanguage) -> str:
    if name == "email":
        return pages.text("email_hint", language)
    if name == "phone":
        return pages.text("phone_hint", language, example=_example_number(form.region))
    return ""


def _example_number(region: str | None) -> str:
    example = phonenumbers.example_number_for_type(region or "SI", phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return "+386\u00a031\u00a0234\u00a0567"
    shown = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return shown.replace(" ", "\u00a0")
