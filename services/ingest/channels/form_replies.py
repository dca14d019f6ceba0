"""How a form answers: pages for people, JSON and problem details (RFC 9457) for programs."""

from collections.abc import Sequence
from typing import Protocol

from fastapi import Response
from fastapi.responses import JSONResponse, RedirectResponse

from services.ingest.channels.answers import Fault, size
from services.ingest.channels.form_body import Submission
from services.ingest.channels.form_pages import FormPages
from services.ingest.channels.form_visit import PageTokens, Visit
from services.ingest.inbox.inputs import Outcome, Receipt
from shared.errors import Refused
from shared.problems import problem

NOTHING_SENT = Submission({})


class Replies(Protocol):
    """The answers to a form that was sent."""

    def stored(self, receipt: Receipt, outcome: Outcome | None, *, thanks: str, status: str | None) -> Response: ...

    def incomplete(self, sent: Submission, faults: Sequence[Fault], *, doubt: str) -> Response: ...

    def too_often(self, wait: int, sent: Submission = NOTHING_SENT) -> Response: ...

    def not_stored(self, sent: Submission) -> Response: ...

    def refused(self, error: Refused) -> Response: ...


class ToProgram:
    """JSON."""

    def __init__(self, visit: Visit, pages: FormPages, *, public_url: str) -> None:
        self._visit = visit
        self._pages = pages
        self._public_url = public_url.rstrip("/")

    def stored(self, receipt: Receipt, outcome: Outcome | None, *, thanks: str, status: str | None) -> Response:
        return JSONResponse(
            {
                "number": outcome.number if outcome else None,
                "ticket": outcome.ticket if outcome else None,
                "input": receipt.input,
                "repeated": receipt.repeated,
                "page": f"{self._public_url}/forms/{thanks}",
                "status": status,
            },
            status_code=202,
        )

    def incomplete(self, sent: Submission, faults: Sequence[Fault], *, doubt: str) -> Response:
        language = self._visit.language
        errors = [
            {"at": fault.field, "message": self._pages.text(fault.code, language=language, limit=fault.limit)}
            for fault in faults
        ]
        if doubt:
            errors.append({"at": "", "message": self._pages.text(doubt, language=language)})
        return problem(422, "The form is not complete", "Correct the fields listed in `errors`.", errors=errors)

    def too_often(self, wait: int, sent: Submission = NOTHING_SENT) -> Response:
        response = problem(429, "Too many messages", f"Send this again in {wait} seconds.")
        response.headers["Retry-After"] = str(wait)
        return response

    def not_stored(self, sent: Submission) -> Response:
        return problem(503, "Try again", "It could not be stored; send the same with the same Idempotency-Key.")

    def refused(self, error: Refused) -> Response:
        return problem(error.status, error.title, error.detail)


class ToPage:
    """The form again, with what was written and what is wrong; or on to the thanks page."""

    def __init__(self, visit: Visit, pages: FormPages, tokens: PageTokens) -> None:
        self._visit = visit
        self._pages = pages
        self._tokens = tokens

    def stored(self, receipt: Receipt, outcome: Outcome | None, *, thanks: str, status: str | None) -> Response:
        return RedirectResponse(thanks, status_code=303)

    def incomplete(self, sent: Submission, faults: Sequence[Fault], *, doubt: str) -> Response:
        notice = self._pages.text(doubt, language=self._visit.language) if doubt else ""
        return self._again(422, sent, faults, notice=notice, renew=doubt == "page_invalid")

    def too_often(self, wait: int, sent: Submission = NOTHING_SENT) -> Response:
        notice = self._pages.text("too_often", language=self._visit.language, limit=str(wait))
        response = self._again(429, sent, notice=notice)
        response.headers["Retry-After"] = str(wait)
        return response

    def not_stored(self, sent: Submission) -> Response:
        return self._again(503, sent, notice=self._pages.text("not_stored", language=self._visit.language))

    def refused(self, error: Refused) -> Response:
        code = {413: "too_large"}.get(error.status, "unreadable")
        if error.status == 415:
            return problem(error.status, error.title, error.detail)
        limit = size(self._visit.form.max_body)
        notice = self._pages.text(code, language=self._visit.language, limit=limit)
        return self._again(error.status, NOTHING_SENT, notice=notice)

    def _again(
        self, status: int, sent: Submission, faults: Sequence[Fault] = (), *, notice: str = "", renew: bool = False
    ) -> Response:
        token = sent.values.get("page", "")
        return self._pages.form(
            self._visit.form,
            language=self._visit.language,
            token=self._tokens.issue(self._visit.name) if renew or not token else token,
            sent=sent,
            faults=faults,
            notice=notice,
            status=status,
            embedded=self._visit.embedded,
        )
