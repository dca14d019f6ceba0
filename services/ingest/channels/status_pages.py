"""The HTML of the status page: the request, the question before a rating, and what a link that leads nowhere says."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from fastapi.responses import HTMLResponse

from services.ingest.channels.answers import Fault, size
from services.ingest.channels.configuration import PageLanguage, StatusPage
from services.ingest.channels.form_body import Submission
from services.ingest.channels.page_frame import Frame, Pages
from services.ingest.channels.status_view import StatusView

LOCALES = {"en": "en_GB", "sl": "sl_SI", "hr": "hr_HR", "he": "he_IL"}


class StatusPages:
    """Renders them in the languages of config/channels.yaml."""

    def __init__(self, settings: StatusPage, pages: Pages | None = None) -> None:
        self._settings = settings
        self._pages = pages or Pages()
        self._zone = ZoneInfo(settings.timezone)

    def request(
        self,
        view: StatusView,
        *,
        language: PageLanguage,
        base: str,
        token: str,
        sent: Submission | None = None,
        fault: Fault | None = None,
        notice: str = "",
        limit: str = "",
        status: int = 200,
    ) -> HTMLResponse:
        """The request with its conversation; `fault` is what is wrong with the message, `notice` what else to say."""
        files = self._settings.files
        return self._response(
            "status.html",
            language,
            status=status,
            view=view,
            base=base,
            token=token,
            text=sent.values.get("message", "") if sent else "",
            fault=self._pages.text(fault.code, language, limit=fault.limit) if fault else "",
            files_again=bool(sent and sent.files),
            notice=self._pages.text(notice, language, limit=limit) if notice else "",
            is_good=notice in ("sent", "sent_later", "rated"),
            files=files,
            files_hint=self._pages.text("files_hint", language, count=str(files.count), size=size(files.bytes)),
        )

    def rating(
        self,
        view: StatusView,
        *,
        language: PageLanguage,
        base: str,
        score: int | None,
        missing: bool = False,
        status: int = 200,
    ) -> HTMLResponse:
        """The question before a rating, with `score` chosen already."""
        return self._response(
            "rating.html",
            language,
            status=status,
            view=view,
            base=base,
            score=score,
            missing=self._pages.text("score_missing", language) if missing else "",
        )

    def sorry(self, code: str, language: PageLanguage, *, status: int, limit: str = "") -> HTMLResponse:
        """A page that only says why there is nothing to see."""
        return self._response("sorry.html", language, status=status, text=self._pages.text(code, language, limit=limit))

    def _response(self, template: str, language: PageLanguage, *, status: int, **shown: Any) -> HTMLResponse:
        def moment(at: datetime) -> str:
            local, locale = at.astimezone(self._zone), LOCALES[language]
            return f"{format_date(local, 'medium', locale)}, {format_time(local, 'short', locale=locale)}"

        def written(code: str, **values: str) -> str:
            return self._pages.text(code, language, **values)

        frame = Frame(language, {code: f"?lang={code}" for code in self._settings.languages}, status=status)
        return self._pages.response(template, frame, moment=moment, written=written, size=size, **shown)
