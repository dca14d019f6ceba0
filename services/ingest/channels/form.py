"""The web form: a page for people and JSON for programs. What was sent is stored before it is confirmed."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter

from services.ingest.channels import form_body
from services.ingest.channels.answers import TRAP, faults, misfits, normalised
from services.ingest.channels.captcha import CaptchaGate, Captchas
from services.ingest.channels.configuration import Form
from services.ingest.channels.form_body import Submission
from services.ingest.channels.form_elsewhere import Elsewhere
from services.ingest.channels.form_pages import FormPages
from services.ingest.channels.form_replies import Replies, ToPage, ToProgram
from services.ingest.channels.form_visit import Clock, Limits, PageTokens, Visit
from services.ingest.channels.signing import Signer
from services.ingest.channels.status_links import LinkMaker
from services.ingest.channels.storing import outcome, store
from services.ingest.inbox.inbox import Inbox
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Normalised
from shared.errors import Refused, Transient

CHANNEL = "form"
NUMBER_WITHIN = 5.0
"""Seconds that an answer waits for the ticket's number; without it, the thanks page shows it later."""
NOT_CONTENT = frozenset({"page", "lang", "embed", TRAP})
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
"""A BCP 47 tag, as far as it matters here."""
ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"description": "JSON was stored: `number` of the ticket, or null when that takes longer than 5 s"},
    303: {"description": "A page was stored: `Location` is the thanks page"},
    400: {"description": "The body can't be read, or JSON came without Idempotency-Key"},
    404: {"description": "There is no such form"},
    413: {"description": "Too large"},
    415: {"description": "Neither urlencoded, multipart nor JSON"},
    422: {"description": "Fields are missing or wrong: `errors` lists them, or the page shows them"},
    429: {"description": "Too many from this address or e-mail: wait `Retry-After` seconds"},
    503: {"description": "It could not be stored: send the same again"},
}


def read(received: Received) -> Normalised:
    """The message that a stored submission holds."""
    return normalised(received, form_body.parse(received.body, received.content_type))


def router(
    forms: Mapping[str, Form],
    inbox: Inbox,
    *,
    signer: Signer,
    public_url: str,
    registry: CollectorRegistry,
    links: LinkMaker,
    captchas: Captchas | None = None,
    clock: Clock = lambda: datetime.now(UTC),
) -> APIRouter:
    """The routes under /forms/."""
    desk = FormDesk(
        forms,
        inbox,
        signer=signer,
        public_url=public_url,
        registry=registry,
        links=links,
        captchas=captchas,
        clock=clock,
    )
    routes = APIRouter(tags=["form"])
    elsewhere = Elsewhere(forms)
    routes.get("/forms/{name}/embed.js", summary="The script that puts the form into another page")(elsewhere.script)
    routes.get("/forms/{name}/schema.json", summary="The form as JSON Schema, in one language")(elsewhere.schema)
    routes.get("/forms/{name}", summary="The form as a page")(desk.show)
    routes.post("/forms/{name}", summary="Send the form", status_code=202, responses=ANSWERS)(desk.take)
    routes.options("/forms/{name}", summary="CORS preflight", status_code=204)(desk.preflight)
    routes.get("/forms/{name}/thanks/{token}", summary="The number of what was sent")(desk.thank)
    return routes


class FormDesk:
    """Shows the forms and takes them in."""

    def __init__(
        self,
        forms: Mapping[str, Form],
        inbox: Inbox,
        *,
        signer: Signer,
        public_url: str,
        registry: CollectorRegistry,
        links: LinkMaker,
        captchas: Captchas | None,
        clock: Clock,
    ) -> None:
        self._forms = forms
        self._inbox = inbox
        self._links = links
        self._gate = CaptchaGate(captchas)
        self._signer = signer
        self._public_url = public_url
        self._clock = clock
        self._pages = FormPages()
        self._tokens = PageTokens(signer, clock)
        self._limits = Limits(forms, clock)
        self._answered = Counter(
            "kartica_form_submissions", "Forms sent, by the status answered", ["form", "status"], registry=registry
        )

    async def show(self, name: str, request: Request) -> Response:
        visit = Visit.of(self._forms, name, request)
        token = self._tokens.issue(name)
        return self._pages.form(visit.form, language=visit.language, token=token, embedded=visit.embedded)

    async def preflight(self, name: str, request: Request) -> Response:
        headers = Visit.of(self._forms, name, request).cross_origin()
        if headers:
            headers["Access-Control-Allow-Methods"] = "POST"
            headers["Access-Control-Allow-Headers"] = "content-type, idempotency-key"
            headers["Access-Control-Max-Age"] = "3600"
        return Response(status_code=204, headers=headers)

    async def take(self, name: str, request: Request) -> Response:
        visit = Visit.of(self._forms, name, request)
        replies = (
            ToProgram(visit, self._pages, public_url=self._public_url)
            if visit.program
            else ToPage(visit, self._pages, self._tokens)
        )
        try:
            response = await self._taken(visit, replies)
        except Refused as error:
            response = replies.refused(error)
        response.headers.update(visit.cross_origin())
        self._answered.labels(name, str(response.status_code)).inc()
        return response

    async def _taken(self, visit: Visit, replies: Replies) -> Response:
        if wait := self._limits.wait_for_address(visit):
            return replies.too_often(wait)
        body = await visit.body()
        sent = form_body.parse(body, visit.request.headers.get("content-type", ""))
        key = self._key(visit, sent)
        doubt = "trapped" if sent.values.get(TRAP) else self._doubt(visit, sent)
        found = faults(visit.form, sent) + (misfits(visit.form, sent) if visit.program else ())
        if doubt or found:
            return replies.incomplete(sent, found, doubt=doubt)
        if not await self._gate.lets_through(visit.name, visit.form, sent, key=key, address=visit.address):
            return replies.incomplete(sent, (), doubt="captcha_unsolved")
        if wait := self._limits.wait_for_email(visit, sent.values.get("email", ""), key=key):
            return replies.too_often(wait, sent)
        received = self._received(visit, sent, key=key, body=body)
        try:
            receipt = await store(self._inbox, received)
        except Transient:
            return replies.not_stored(sent)
        became = await outcome(self._inbox, receipt.input, timeout=NUMBER_WITHIN)
        token = self._signer.sign("thanks", visit.name, receipt.input)
        return replies.stored(
            receipt,
            became,
            thanks=f"{visit.name}/thanks/{token}{visit.query}",
            status=self._links.shown(receipt.input, became, now=self._clock()),
        )

    def _doubt(self, visit: Visit, sent: Submission) -> str:
        if visit.program:
            return ""
        token = sent.values.get("page", "")
        return self._tokens.doubt(visit.name, token, minimum_seconds=visit.form.minimum_seconds)

    def _key(self, visit: Visit, sent: Submission) -> str:
        """The same key with the same content is the same message; with other content it is another one.

        So a double click makes one ticket, and neither a key that a program uses twice nor a page that
        somebody went back to swallows what was written the second time.
        """
        captcha = visit.form.captcha
        content = sent.fingerprint(without=NOT_CONTENT | {captcha.field} if captcha else NOT_CONTENT)
        if visit.program:
            return f"key:{visit.idempotency_key}:{content}"
        return f"page:{self._tokens.nonce(visit.name, sent.values.get('page', ''))}:{content}"

    def _received(self, visit: Visit, sent: Submission, *, key: str, body: bytes) -> Received:
        told = sent.values.get("lang", "")
        language = (told if LANGUAGE.fullmatch(told) else None) if visit.program else visit.language
        return Received(
            channel=CHANNEL,
            account=visit.name,
            key=key,
            body=body,
            content_type=visit.request.headers.get("content-type", ""),
            received_at=self._clock(),
            envelope={
                "region": visit.form.region,
                "language": language,
                "questions": {name: asked.type for name, asked in visit.form.asks.questions.items()},
            },
        )

    async def thank(self, name: str, token: str, request: Request) -> Response:
        visit = Visit.of(self._forms, name, request)
        match self._signer.open(token):
            case ("thanks", str(of), str(input)) if of == name:
                became = await outcome(self._inbox, input, timeout=1.0)
                status = self._links.shown(input, became, now=self._clock())
            case _:
                raise Refused(status=404, title="No such page", detail="Open the link unchanged, as it was given.")
        number = became.number if became else None
        return self._pages.thanks(
            name,
            visit.form,
            language=visit.language,
            number=number,
            pending=became is None,
            status_url=status,
            embedded=visit.embedded,
        )
