"""The page on which a customer follows a request by a signed link, writes to it, and rates how it was solved."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from prometheus_client import CollectorRegistry, Counter

from services.ingest.channels import form_body
from services.ingest.channels.answers import TRAP, Fault, files_fault
from services.ingest.channels.configuration import StatusPage
from services.ingest.channels.form_body import Submission
from services.ingest.channels.form_visit import Clock, PageTokens
from services.ingest.channels.portal import CHANNEL, sender_of
from services.ingest.channels.rates import TokenBuckets, network_of
from services.ingest.channels.request_body import body_of
from services.ingest.channels.signing import Signer
from services.ingest.channels.status_links import LinkMaker
from services.ingest.channels.status_pages import StatusPages
from services.ingest.channels.status_rating import Rate, Ratings
from services.ingest.channels.status_store import StatusStore
from services.ingest.channels.status_view import visible_files
from services.ingest.channels.status_visit import Entrance, Visit
from services.ingest.channels.storing import outcome, store
from services.ingest.inbox.inbox import Inbox
from services.ingest.inbox.inputs import Received
from shared.errors import Refused, Transient

ACCOUNT = "status"
SHOWN_WITHIN = 5.0
"""Seconds that the page waits for a message to be in the conversation; without it, it says that it will be."""
LetThrough = Callable[[str], Awaitable[None]]
NOT_CONTENT = frozenset({"page", TRAP})


def router(
    settings: StatusPage,
    inbox: Inbox,
    *,
    store: StatusStore,
    links: LinkMaker,
    rate: Rate,
    let_through: LetThrough,
    agents: Mapping[str, str],
    signer: Signer,
    registry: CollectorRegistry,
    clock: Clock = lambda: datetime.now(UTC),
) -> APIRouter:
    """The routes under /status/.

    `rate` is the handler of ticket.rate, `let_through` raises for a file that must not be handed out, `agents`
    are the names that customers know them by.
    """
    desk = StatusDesk(settings, inbox, store, links, rate, let_through, agents, signer, registry, clock)
    routes = APIRouter(tags=["status page"])
    routes.get("/status/{token}", summary="The request as its customer sees it")(desk.show)
    routes.post("/status/{token}", summary="Write to it", status_code=303)(desk.write)
    routes.get("/status/{token}/files/{sha256}", summary="A file of the conversation")(desk.file)
    routes.get("/status/{token}/rating", summary="Asks before it rates: mail scanners follow links")(desk.ask)
    routes.post("/status/{token}/rating", summary="Rate how it was solved", status_code=303)(desk.rate)
    return routes


class StatusDesk:
    """Shows requests, takes in messages and ratings."""

    def __init__(
        self,
        settings: StatusPage,
        inbox: Inbox,
        store: StatusStore,
        links: LinkMaker,
        rate: Rate,
        let_through: LetThrough,
        agents: Mapping[str, str],
        signer: Signer,
        registry: CollectorRegistry,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._store = store
        self._let_through = let_through
        self._clock = clock
        self._pages = StatusPages(settings)
        self._entrance = Entrance(settings, store, links, self._pages, agents=agents, clock=clock)
        self._ratings = Ratings(rate, self._pages, clock=clock)
        self._tokens = PageTokens(signer, clock)
        self._addresses = TokenBuckets(**settings.per_address.model_dump())
        self._tickets = TokenBuckets(**settings.per_ticket.model_dump())
        self._visits = Counter(
            "kartica_status_page_visits",
            "Requests for the status page, by the status answered",
            ["status"],
            registry=registry,
        )

    async def show(self, token: str, request: Request) -> Response:
        return await self._answered(token, request, self._shown)

    async def write(self, token: str, request: Request) -> Response:
        return await self._answered(token, request, self._written)

    async def ask(self, token: str, request: Request) -> Response:
        return await self._answered(token, request, self._asked)

    async def rate(self, token: str, request: Request) -> Response:
        return await self._answered(token, request, self._rated)

    async def file(self, token: str, sha256: str, request: Request) -> Response:
        async def download(visit: Visit, request: Request) -> Response:
            return await self._download(visit, sha256)

        return await self._answered(token, request, download)

    async def _answered(
        self, token: str, request: Request, step: Callable[[Visit, Request], Awaitable[Response]]
    ) -> Response:
        language = self._entrance.language(request, None)
        address = network_of(request.client.host if request.client else None)
        if wait := self._addresses.wait(address, now=self._clock().timestamp()):
            response: Response = self._pages.sorry("too_often", language, status=429, limit=str(wait))
            response.headers["Retry-After"] = str(wait)
        else:
            found = await self._entrance.visit(token, request)
            response = await step(found, request) if isinstance(found, Visit) else found
        self._visits.labels(str(response.status_code)).inc()
        return response

    async def _shown(self, visit: Visit, request: Request) -> Response:
        done = request.query_params.get("done", "")
        return self._page(visit, notice=done if done in ("sent", "sent_later", "rated") else "")

    def _page(
        self,
        visit: Visit,
        *,
        sent: Submission | None = None,
        fault: Fault | None = None,
        notice: str = "",
        status: int = 200,
        limit: str = "",
    ) -> Response:
        token = sent.values.get("page", "") if sent and (fault is None or fault.code != "page_invalid") else ""
        return self._pages.request(
            visit.view,
            language=visit.language,
            base=visit.base,
            token=token or self._tokens.issue(visit.ticket),
            sent=sent,
            fault=fault,
            notice=notice,
            limit=limit,
            status=status,
        )

    async def _written(self, visit: Visit, request: Request) -> Response:
        try:
            body = await body_of(request, limit=self._settings.max_body)
            kind = request.headers.get("content-type", "")
            sent = form_body.parse(body, kind)
        except Refused as error:
            code = "too_large" if error.status == 413 else "unreadable"
            return self._page(
                visit, notice=code, status=error.status, limit=str(self._settings.max_body // 1_000_000) + " MB"
            )
        if fault := self._fault(visit, sent):
            return self._page(visit, sent=sent, fault=fault, status=422)
        if wait := self._tickets.wait(visit.ticket, now=self._clock().timestamp()):
            response = self._page(visit, sent=sent, notice="too_often", status=429, limit=str(wait))
            response.headers["Retry-After"] = str(wait)
            return response
        received = self._received(visit, sent, body=body, kind=kind)
        try:
            receipt = await store(self._inbox, received)
        except Transient:
            return self._page(visit, sent=sent, notice="not_stored", status=503)
        became = await outcome(self._inbox, receipt.input, timeout=SHOWN_WITHIN)
        return self._back(visit, "sent" if became else "sent_later")

    def _fault(self, visit: Visit, sent: Submission) -> Fault | None:
        if sent.values.get(TRAP):
            return Fault("message", "trapped")
        if self._tokens.doubt(visit.ticket, sent.values.get("page", ""), minimum_seconds=0):
            return Fault("message", "page_invalid")
        text = sent.values.get("message", "")
        if not text and not sent.files:
            return Fault("message", "message_missing")
        if len(text) > self._settings.message_length:
            return Fault("message", "too_long", str(self._settings.message_length))
        return files_fault(self._settings.files.count, self._settings.files.bytes, sent)

    def _received(self, visit: Visit, sent: Submission, *, body: bytes, kind: str) -> Received:
        """The same page with the same text is the same message: a double click, a reload."""
        nonce = self._tokens.nonce(visit.ticket, sent.values.get("page", ""))
        ticket = visit.conversation.ticket
        sender = sender_of(visit.recipient, ticket.get("requester") or {}, language=visit.language)
        return Received(
            channel=CHANNEL,
            account=ACCOUNT,
            key=f"{visit.ticket}:{nonce}:{sent.fingerprint(without=NOT_CONTENT)}",
            body=body,
            content_type=kind,
            received_at=self._clock(),
            envelope={"ticket": visit.ticket, "sender": sender.model_dump(mode="json")},
        )

    async def _download(self, visit: Visit, sha256: str) -> Response:
        files = visible_files(visit.conversation, visit.recipient)
        described = next((file for file in files if file["id"] == sha256), None)
        if described is None:
            return self._pages.sorry("file_unknown", visit.language, status=404)
        try:
            await self._let_through(sha256)
        except Refused as refused:
            code = "file_waits" if refused.status == 409 else "file_unknown"
            return self._pages.sorry(code, visit.language, status=refused.status)
        content = await self._store.file(sha256)
        if content is None:
            return self._pages.sorry("file_unknown", visit.language, status=404)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(str(described['name']), safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
            "Referrer-Policy": "no-referrer",
        }
        return Response(content, headers=headers, media_type="application/octet-stream")

    async def _asked(self, visit: Visit, request: Request) -> Response:
        if not visit.view.may_rate:
            return self._page(visit, notice="rating_later")
        return self._ratings.ask(visit, request)

    async def _rated(self, visit: Visit, request: Request) -> Response:
        if not visit.view.may_rate:
            return self._page(visit, notice="rating_later", status=409)
        rated = await self._ratings.sent(visit, request)
        if isinstance(rated, Response):
            return rated
        if self._ratings.is_known(visit, rated):
            return self._back(visit, "rated")
        if wait := self._tickets.wait(visit.ticket, now=self._clock().timestamp()):
            return self._page(visit, notice="too_often", status=429, limit=str(wait))
        try:
            await self._ratings.give(visit, rated)
        except Refused as error:
            return self._page(visit, notice="rating_later", status=error.status)
        return self._back(visit, "rated")

    def _back(self, visit: Visit, done: str) -> Response:
        where = f"{visit.base}?lang={visit.language}&done={done}#said"
        return RedirectResponse(
            where, status_code=303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        )
