"""Opens the ways in for mail: the listeners, and what else config/channels.yaml names."""

from services.ingest.configuration import Channels
from services.ingest.doors import raw_mail
from services.ingest.doors.certificates import Certificates
from services.ingest.doors.health import Health
from services.ingest.doors.health import router as health_router
from services.ingest.doors.imap_fetching import Fetching
from services.ingest.doors.mailbox_store import MailboxStore
from services.ingest.doors.mailboxes import Mailboxes
from services.ingest.doors.smtp import Limits, LmtpSession, SmtpSession, listener
from services.ingest.doors.token_store import UsedTokens
from services.ingest.doors.webhooks import MailWebhooks
from services.ingest.inbox.inbox import Inbox
from services.ingest.quarantine import api as quarantine_api
from services.ingest.quarantine.keeper import Keeper
from services.ingest.quarantine.store import QuarantineStore
from services.ingest.settings import Settings
from shared.errors import InvalidConfiguration
from shared.service import Service

HEALTH_SECONDS = 5.0
QUARANTINE_SECONDS = 5.0


class MailDoors:
    """Makes the doors for mail parts of the service."""

    def __init__(self, service: Service, settings: Settings, inbox: Inbox, mailboxes: Mailboxes) -> None:
        self._service = service
        self._settings = settings
        self._inbox = inbox
        self._mailboxes = mailboxes

    def open(self, channels: Channels) -> None:
        service, settings, mailboxes = self._service, self._settings, self._mailboxes
        key = settings.jwt_key.get_secret_value()
        store = MailboxStore(service.mongo)
        service.prepare(lambda: store.prepare(mailbox.address for mailbox in mailboxes))
        self._health = health = Health(mailboxes, store, registry=service.metrics)
        service.every(HEALTH_SECONDS, "mailboxes", health.round)
        service.app.include_router(health_router(health, jwt_key=key))
        service.app.include_router(
            raw_mail.router(mailboxes, self._inbox, health, max_bytes=settings.max_message_bytes, jwt_key=key)
        )
        tokens = UsedTokens(service.mongo)
        service.prepare(tokens.prepare)
        service.app.include_router(
            MailWebhooks(
                channels.mail_webhooks,
                settings.mail_webhook_secrets,
                mailboxes,
                self._inbox,
                tokens,
                max_bytes=settings.max_message_bytes,
                registry=service.metrics,
                took=health.took,
            ).router()
        )
        self._keep_quarantine(key)
        self._listen()
        self._fetch(store)

    def _keep_quarantine(self, jwt_key: str) -> None:
        service = self._service
        store = QuarantineStore(service.mongo)
        service.prepare(store.prepare)
        keeper = Keeper(service.once, store, registry=service.metrics)
        service.every(QUARANTINE_SECONDS, "quarantine", keeper.round)
        service.app.include_router(quarantine_api.router(keeper, store, jwt_key=jwt_key))

    def _fetch(self, store: MailboxStore) -> None:
        settings = self._settings
        fetching = Fetching(
            self._mailboxes,
            self._inbox,
            store,
            passwords=settings.imap_secrets,
            max_bytes=settings.max_message_bytes,
            lease_seconds=settings.imap_lease_seconds,
            retry_seconds=settings.imap_retry_seconds,
            took=self._health.took,
        )
        self._service.on_start(fetching.start)
        self._service.on_stop(fetching.stop)

    def _listen(self) -> None:
        settings, certificates = self._settings, _certificates(self._settings)
        doors: list[tuple[type[SmtpSession] | type[LmtpSession], int]] = [(SmtpSession, settings.smtp_port)]
        if settings.lmtp_port:
            doors.append((LmtpSession, settings.lmtp_port))
        for kind, port in doors:
            door = listener(
                kind,
                self._inbox,
                self._mailboxes,
                host=settings.smtp_host,
                port=port,
                hostname=settings.mail_domain,
                limits=Limits(
                    max_bytes=settings.max_message_bytes,
                    max_recipients=settings.max_recipients,
                    idle_seconds=settings.smtp_idle_seconds,
                    data_seconds=settings.smtp_data_seconds,
                    connections=settings.smtp_connections,
                    connections_per_address=settings.smtp_connections_per_address,
                ),
                certificates=certificates,
                require_tls=settings.smtp_require_tls and kind is SmtpSession,
                took=self._health.took,
            )
            self._service.on_start(door.start)
            self._service.on_stop(door.stop)
            self._service.check(door.health)
            setattr(self._service.app.state, "smtp" if kind is SmtpSession else "lmtp", door)


def _certificates(settings: Settings) -> Certificates | None:
    certificate, key = settings.smtp_tls_certificate, settings.smtp_tls_key
    if (certificate is None) != (key is None):
        raise InvalidConfiguration("KARTICA_SMTP_TLS_CERTIFICATE and KARTICA_SMTP_TLS_KEY go together: give both")
    if certificate is None or key is None:
        if settings.smtp_require_tls:
            raise InvalidConfiguration("KARTICA_SMTP_REQUIRE_TLS needs KARTICA_SMTP_TLS_CERTIFICATE and _KEY")
        return None
    return Certificates(certificate, key)
