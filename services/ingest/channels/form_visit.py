"""Who sends a form, and what speaks against taking it: how old the page is, how often it was sent."""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from fastapi import Request

from services.ingest.channels import form_body
from services.ingest.channels.configuration import Form, PageLanguage
from services.ingest.channels.form_pages import query_of
from services.ingest.channels.page_frame import language_of
from services.ingest.channels.rates import KEPT_KEYS, TokenBuckets, network_of
from services.ingest.channels.request_body import body_of
from services.ingest.channels.signing import Signer
from shared.errors import Refused

PAGE_LIFETIME = timedelta(hours=24)
Clock = Callable[[], datetime]
Doubt = Literal["", "page_invalid", "too_fast"]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a form: which one, in which language, by a page or by a `program`."""

    name: str
    form: Form
    language: PageLanguage
    program: bool
    request: Request

    @classmethod
    def of(cls, forms: Mapping[str, Form], name: str, request: Request) -> "Visit":
        """Raises `Refused` with 404 when there is no such form."""
        form = forms.get(name)
        if form is None:
            raise Refused(status=404, title="No such form", detail="Check the last part of the address.")
        language = language_of(
            request.query_params.get("lang"), request.headers.get("accept-language", ""), form.languages
        )
        program = form_body.media_type(request.headers.get("content-type", "")) == form_body.JSON
        return cls(name, form, language, program, request)

    @property
    def embedded(self) -> bool:
        """Whether the page stands in a frame of another site."""
        return self.request.query_params.get("embed") == "1"

    @property
    def query(self) -> str:
        return query_of(self.language, embedded=self.embedded)

    @property
    def address(self) -> str:
        return self.request.client.host if self.request.client else ""

    @property
    def idempotency_key(self) -> str:
        """What a program calls its request (draft-ietf-httpapi-idempotency-key-header)."""
        key = self.request.headers.get("idempotency-key", "").strip()
        if not 1 <= len(key) <= 200:
            detail = "Send the header Idempotency-Key, of at most 200 characters and new for each message."
            raise Refused(status=400, title="No idempotency key", detail=detail)
        return key

    async def body(self) -> bytes:
        """The body as it came; `Refused` with 413 as soon as it is larger than the form may be."""
        return await body_of(self.request, limit=self.form.max_body)

    def cross_origin(self) -> dict[str, str]:
        """The CORS headers (Fetch standard): only origins on the form's list may read the answers."""
        origin = self.request.headers.get("origin", "")
        if origin not in self.form.origins:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Retry-After",
            "Vary": "Origin",
        }


class PageTokens:
    """The signed time and nonce in a page: when it was shown, and that it was shown here."""

    def __init__(self, signer: Signer, clock: Clock) -> None:
        self._signer = signer
        self._clock = clock

    def issue(self, form: str) -> str:
        return self._signer.sign("page", form, int(self._clock().timestamp() * 1000), secrets.token_urlsafe(12))

    def nonce(self, form: str, token: str) -> str:
        """What tells this page from the others that were shown."""
        match self._signer.open(token):
            case ("page", str(of), int(), str(nonce)) if of == form:
                return nonce
        return ""

    def doubt(self, form: str, token: str, *, minimum_seconds: float) -> Doubt:
        """Why a page can't be taken: not shown here, too long ago, or faster than people write."""
        match self._signer.open(token):
            case ("page", str(of), int(shown), str()) if of == form:
                age = self._clock().timestamp() - shown / 1000
            case _:
                return "page_invalid"
        if age > PAGE_LIFETIME.total_seconds():
            return "page_invalid"
        return "too_fast" if age < minimum_seconds else ""


class Limits:
    """How often a form may be sent from one address and with one e-mail, in this replica."""

    def __init__(self, forms: Mapping[str, Form], clock: Clock) -> None:
        self._clock = clock
        self._addresses = {name: TokenBuckets(**form.per_address.model_dump()) for name, form in forms.items()}
        self._emails = {name: TokenBuckets(**form.per_email.model_dump()) for name, form in forms.items()}
        self._let_through: OrderedDict[str, None] = OrderedDict()

    def wait_for_address(self, visit: Visit) -> int:
        """0, or the seconds that this address has to wait."""
        client = visit.request.client
        key = network_of(client.host if client else None)
        return self._addresses[visit.name].wait(key, now=self._clock().timestamp())

    def wait_for_email(self, visit: Visit, email: str, *, key: str) -> int:
        """0, or the seconds until the next message that names this e-mail address.

        The same message again, by its `key`, is not counted: a double click or a repeated request.
        """
        if not email or key in self._let_through:
            return 0
        wait = self._emails[visit.name].wait(email.lower(), now=self._clock().timestamp())
        if not wait:
            self._let_through[key] = None
            if len(self._let_through) > KEPT_KEYS:
                self._let_through.popitem(last=False)
        return wait
