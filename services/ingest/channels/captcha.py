"""Asks a CAPTCHA provider whether its box was solved (`siteverify`, as hCaptcha, Turnstile and their like have it)."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Protocol

import httpx
import structlog
from prometheus_client import CollectorRegistry, Counter

from services.ingest.channels.configuration import Captcha, Form
from services.ingest.channels.form_body import Submission
from services.ingest.channels.rates import KEPT_KEYS
from shared.logs import told

log = structlog.get_logger()
SECONDS = 5.0
LONGEST = 8_000


class Captchas(Protocol):
    """Whether somebody solved the box of a form."""

    async def solved(self, form: str, captcha: Captcha, answer: str, *, address: str) -> bool: ...


class SiteVerify:
    """POSTs secret, answer and address to the provider's `verify`.

    A provider that does not answer lets the message through, counted: the form's other limits hold,
    and another company's outage must not lose what customers write.
    """

    def __init__(
        self,
        secrets: Mapping[str, str],
        *,
        registry: CollectorRegistry,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._secrets = secrets
        self._transport = transport
        self._asked = Counter(
            "kartica_captcha_checks", "Answers of the CAPTCHA provider", ["form", "result"], registry=registry
        )

    async def solved(self, form: str, captcha: Captcha, answer: str, *, address: str) -> bool:
        if not answer or len(answer) > LONGEST:
            return False
        asked = {"secret": self._secrets[form], "response": answer, "remoteip": address}
        try:
            async with httpx.AsyncClient(timeout=SECONDS, transport=self._transport) as client:
                response = await client.post(captcha.verify, data=asked)
                is_solved = bool(response.json()["success"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("captcha.unavailable", form=form, error=told(error))
            self._asked.labels(form, "unavailable").inc()
            return True
        self._asked.labels(form, "solved" if is_solved else "refused").inc()
        return is_solved


class CaptchaGate:
    """Lets a message through once its box was solved: a double click brings an answer that is used up."""

    def __init__(self, captchas: Captchas | None) -> None:
        self._captchas = captchas
        self._solved: OrderedDict[str, None] = OrderedDict()

    async def lets_through(self, name: str, form: Form, sent: Submission, *, key: str, address: str) -> bool:
        """Whether a person sent it; always where the form has no CAPTCHA."""
        if form.captcha is None or self._captchas is None or key in self._solved:
            return True
        answer = sent.values.get(form.captcha.field, "")
        is_solved = await self._captchas.solved(name, form.captcha, answer, address=address)
        if is_solved:
            self._solved[key] = None
            if len(self._solved) > KEPT_KEYS:
                self._solved.popitem(last=False)
        return is_solved
