"""The HTML pages of the forms, as customers see them: no cookie, nothing from elsewhere, no script needed."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse

from services.ingest.channels.answers import Fault, size
from services.ingest.channels.configuration import Form, PageLanguage
from services.ingest.channels.form_body import Submission
from services.ingest.channels.form_fields import fields_of
from services.ingest.channels.page_frame import PAGES, Allowed, Frame, Pages

__all__ = ["PAGES", "FormPages"]


class FormPages:
    """Renders a form and its thanks page. `embedded` in another site's frame, a page tells it its height."""

    def __init__(self, pages: Pages | None = None) -> None:
        self._pages = pages or Pages()
        self._height_script = (PAGES / "height.js").read_text(encoding="utf-8")

    def text(self, code: str, *, language: str, limit: str = "") -> str:
        """A message, with its limit filled in."""
        return self._pages.text(code, language, limit=limit)

    def form(
        self,
        form: Form,
        *,
        language: PageLanguage,
        token: str,
        sent: Submission | None = None,
        faults: Sequence[Fault] = (),
        notice: str = "",
        status: int = 200,
        embedded: bool = False,
    ) -> HTMLResponse:
        """The form; with `faults` or a `notice` it says what is wrong, and keeps what was `sent`."""
        fields = fields_of(form, self._pages, language, sent)
        texts = self._pages.texts[language]
        return self._response(
            "form.html",
            form,
            language,
            status=status,
            embedded=embedded,
            token=token,
            fields=fields,
            faults=faults,
            messages={fault.field: self.text(fault.code, language=language, limit=fault.limit) for fault in faults},
            titles={field.name: field.title for field in fields} | {"files": texts["files"]},
            notice=notice,
            files_again=bool(sent and sent.files),
            files_hint=self._pages.text(
                "files_hint", language, count=str(form.files.count), size=size(form.files.bytes)
            ),
        )

    def thanks(
        self,
        name: str,
        form: Form,
        *,
        language: PageLanguage,
        number: str | None,
        pending: bool,
        status_url: str | None = None,
        embedded: bool = False,
    ) -> HTMLResponse:
        """What the visitor sees after sending: the ticket's number, or that it will come; and how to follow it."""
        return self._response(
            "thanks.html",
            form,
            language,
            embedded=embedded,
            name=name,
            number=number,
            pending=pending,
            status_url=status_url,
        )

    def _response(
        self, template: str, form: Form, language: PageLanguage, *, embedded: bool, status: int = 200, **shown: Any
    ) -> HTMLResponse:
        captcha = form.captcha if template == "form.html" else None
        allowed = Allowed(
            frames=form.origins,
            script=self._height_script if embedded else "",
            sources=captcha.sources if captcha else (),
        )
        queries: dict[str, str] = {code: query_of(code, embedded=embedded) for code in form.languages}
        frame = Frame(language, queries, status=status, allowed=allowed)
        query = query_of(language, embedded=embedded)
        return self._pages.response(template, frame, form=form, captcha=captcha, query=query, **shown)


def query_of(language: str, *, embedded: bool) -> str:
    """The query with which a form's page stays in its language and in its frame."""
    return "?" + urlencode({"lang": language, **({"embed": "1"} if embedded else {})})
