"""Mail that providers post: /webhooks/mail/<name>. Only a proven call is taken, and stored before the answer."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Counter

from services.ingest.channels.request_body import body_of
from services.ingest.channels.storing import store
from services.ingest.doors import mailgun, postmark, sendgrid
from services.ingest.doors.configuration import MailWebhook, MailWebhookSecrets
from services.ingest.doors.mailboxes import Mailboxes
from services.ingest.doors.providers import Call, ProvidedMail, Provider, not_proven
from services.ingest.doors.raw import mail_input
from services.ingest.doors.token_store import UsedTokens
from services.ingest.inbox.inbox import Inbox
from shared.errors import Refused, Transient
from shared.mongo import PyMongoError

PROVIDERS: Mapping[str, Provider] = {"mailgun": mailgun.mail, "postmark": postmark.mail, "sendgrid": sendgrid.mail}
ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {"description": "Proven, but it can't be read"},
    401: {"description": "Not proven"},
    404: {"description": "There is no such webhook"},
    413: {"description": "Larger than KARTICA_MAX_MESSAGE_BYTES and what the provider's format adds"},
    503: {"description": "The webhook has no secrets, or nothing could be stored: the provider comes again"},
}

log = structlog.get_logger()


class MailWebhooks:
    """Takes in what providers post."""

    def __init__(
        self,
        webhooks: Mapping[str, MailWebhook],
        secrets: Mapping[str, MailWebhookSecrets],
        mailboxes: Mailboxes,
        inbox: Inbox,
        tokens: UsedTokens,
        *,
        max_bytes: int,
        registry: CollectorRegistry,
        took: Callable[[str], None] = lambda mailbox: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._webhooks = webhooks
        self._secrets = secrets
        self._mailboxes = mailboxes
        self._inbox = inbox
        self._tokens = tokens
        self._max_bytes = max_bytes
        self._took = took
        self._clock = clock
        self._refused = Counter(
            "kartica_mail_webhook_refused", "Calls that were not proven", ["webhook"], registry=registry
        )
        for name in webhooks:
            self._refused.labels(name)

    def router(self) -> APIRouter:
        routes = APIRouter(tags=["mail"])
        routes.post("/webhooks/mail/{name}", responses=ANSWERS, summary="A provider's mail")(self.take)
        routes.post("/webhooks/mail/{name}/{path}", responses=ANSWERS, summary="The same, with a secret path")(
            self.take_at
        )
        return routes

    async def take(self, name: str, request: Request) -> dict[str, Any]:
        return await self.take_at(name, "", request)

    async def take_at(self, name: str, path: str, request: Request) -> dict[str, Any]:
        webhook, secrets = self._known(name)
        now = self._clock()
        # base64 in JSON and urlencoded text are longer than the mail itself
        content = await body_of(request, limit=self._max_bytes * 4 // 3 + 65536)
        call = Call(body=content, headers={key.lower(): value for key, value in request.headers.items()}, path=path)
        try:
            mail = await asyncio.to_thread(PROVIDERS[webhook.provider], call, secrets, now=now)
            await self._check_token(name, mail, now=now)
        except Refused as refusal:
            if refusal.status == 401:
                self._refused.labels(name).inc()
                log.warning("mail_webhook.refused", webhook=name)
            raise
        if not mail.raw.strip():
            raise Refused(status=400, title="No mail", detail="There is no mail in this call.")
        inputs = [await self._store(name, webhook, mail, mailbox, now=now) for mailbox in self._for(webhook, mail)]
        return {"inputs": inputs}

    def _for(self, webhook: MailWebhook, mail: ProvidedMail) -> list[str]:
        """The mailboxes that the recipients reach; for none of ours, the one that takes all else."""
        reached = [self._mailboxes.of(address) for address in mail.recipients]
        return list(dict.fromkeys(one for one in reached if one is not None)) or [webhook.otherwise]

    async def _store(
        self, name: str, webhook: MailWebhook, mail: ProvidedMail, mailbox: str, *, now: datetime
    ) -> dict[str, Any]:
        facts = {
            "door": webhook.provider,
            "webhook": name,
            "mail_from": mail.sender.strip().strip("<>"),
            "rcpt_to": list(mail.recipients)[:100],
            "rebuilt": mail.is_rebuilt,
        }
        if not facts["mail_from"]:
            del facts["mail_from"]  # missing is not the null sender
        receipt = await store(self._inbox, mail_input(mail.raw, mailbox=mailbox, at=now, facts=facts))
        self._took(mailbox)
        return {"input": receipt.input, "repeated": receipt.repeated, "mailbox": mailbox}

    async def _check_token(self, name: str, mail: ProvidedMail, *, now: datetime) -> None:
        if mail.token is None:
            return
        try:
            right = await self._tokens.is_for(name, mail.token, hashlib.sha256(mail.raw).hexdigest(), at=now)
        except PyMongoError as error:
            raise Transient("mail webhook: the token can't be checked") from error
        if not right:
            raise not_proven("This token was used for another mail.")

    def _known(self, name: str) -> tuple[MailWebhook, MailWebhookSecrets]:
        if name not in self._webhooks:
            raise Refused(status=404, title="No such webhook", detail="Check the last part of the address.")
        if name not in self._secrets:
            log.warning("mail_webhook.no_secrets", webhook=name, variable="KARTICA_MAIL_WEBHOOK_SECRETS")
            detail = "The operator sets this webhook's secrets in KARTICA_MAIL_WEBHOOK_SECRETS."
            raise Refused(status=503, title="The webhook is not set up", detail=detail)
        return self._webhooks[name], self._secrets[name]
