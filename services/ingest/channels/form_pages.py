"""The HTML pages of the forms, as customers see them: no script, no cookie, nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import phonenumbers
import yaml
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.ingest.channels.answers import Fault, size
from services.ingest.channels.configuration import BUILT_IN, Form, PageLanguage

PAGES = Path(__file__).parent / "pages"
OLD_CODES = {"iw": "he", "sh": "hr"}
"""What some browsers still call a language, and its code today (ISO 639-1)."""


class FormPages:
    """Renders the pages in every language that has a file in pages/texts/."""

    def __init__(self) -> None:
        files = (PAGES / "texts").glob("*.yaml")
        self._texts: dict[str, dict[str, str]] = {
            file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files
        }
        self._style = (PAGES / "page.css").read_text(encoding="utf-8")
        self._style_hash = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self._templates = Environment(
            loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def text(self, code: str, *, language: str, limit: str = "") -> str:
        """A message, with its limit filled in."""
        return self._filled(code, language, limit=limit)

    def form(
        self,
        form: Form,
        *,
        language: PageLanguage,
        token: str,
        values: Mapping[str, str] | None = None,
        faults: Sequence[Fault] = (),
        notice: str = "",
        files_again: bool = False,
        status: int = 200,
    ) -> HTMLResponse:
        """The form; with `faults` or a `notice` it says what is wrong, and keeps what was written."""
        texts = self._texts[language]
        titles = {name: texts[name] for name in (*BUILT_IN, "files")}
        return self._response(
            "form.html",
            form,
            language,
            status=status,
            token=token,
            values=values or {},
            faults=faults,
            messages={fault.field: self.text(fault.code, language=language, limit=fault.limit) for fault in faults},
            titles=titles | {name: question.label[language] for name, question in form.questions.items()},
            notice=notice,
            files_again=files_again,
            phone_hint=self._filled("phone_hint", language, example=_example_number(form.region)),
            files_hint=self._filled("files_hint", language, count=str(form.files.count), size=size(form.files.bytes)),
        )

    def thanks(
        self, name: str, form: Form, *, language: PageLanguage, number: str | None, pending: bool
    ) -> HTMLResponse:
        """What the visitor sees after sending: the ticket's number, or that it will come."""
        return self._response("thanks.html", form, language, name=name, number=number, pending=pending)

    def _filled(self, code: str, language: str, **values: str) -> str:
        """A text with its values, which keep their own direction within it (UAX #9: isolates)."""
        texts = self._texts[language]
        if texts["direction"] == "rtl":
            values = {name: f"\u2066{value}\u2069" for name, value in values.items()}
        return texts[code].format(**values)

    def _response(
        self, template: str, form: Form, language: PageLanguage, *, status: int = 200, **shown: Any
    ) -> HTMLResponse:
        content = self._templates.get_template(template).render(
            form=form,
            language=language,
            texts=self._texts[language],
            choices={code: (self._texts[code]["language"], f"?lang={code}") for code in form.languages},
            style=Markup(self._style),  # noqa: S704  a file of ours, whose hash the policy names
            **shown,
        )
        return HTMLResponse(content, status_code=status, headers=self._headers(form, language))

    def _headers(self, form: Form, language: str) -> dict[str, str]:
        policy = (
            "default-src 'none'",
            f"style-src 'sha256-{self._style_hash}'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {' '.join(form.origins) or chr(39) + 'none' + chr(39)}",
        )
        return {
            "Content-Security-Policy": "; ".join(policy),
            "Content-Language": language,
            "Vary": "Accept-Language",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }


def language_of(asked: str | None, accepted: str, form: Form) -> PageLanguage:
    """The language of a page: the one asked for, else the best that the browser accepts, else the form's first."""
    for code in (asked or "", *_preferred(accepted)):
        primary = code.strip().lower().partition("-")[0]
        for language in form.languages:
            if language == OLD_CODES.get(primary, primary):
                return language
    return form.languages[0]


def _preferred(accepted: str) -> list[str]:
    """The codes of an Accept-Language header (RFC 9110, section 12.5.4), the best first."""
    ranked: list[tuple[float, str]] = []
    for part in accepted[:500].split(","):
        code, _, weight = part.partition(";")
        try:
            rank = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if rank > 0:
            ranked.append((rank, code.strip()))
    return [code for _, code in sorted(ranked, key=lambda entry: -entry[0])]


def _example_number(region: str | None) -> str:
    example = phonenumbers.example_number_for_type(region or "SI", phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return "+386\u00a031\u00a0234\u00a0567"
    shown = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return shown.replace(" ", "\u00a0")
