"""The settings of ingest, beside those that all services have."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from services.ingest.breakers.rules import Limit, Limits
from services.ingest.channels.configuration import from_json_text
from services.ingest.channels.provider_table import ChannelSecrets
from services.ingest.doors.configuration import MailWebhookSecrets
from services.ingest.reading.process import Budget
from shared.settings import Settings as SharedSettings


class Settings(SharedSettings):
    """From the environment, prefix `KARTICA_`."""

    database: str = "kartica_ingest"
    http_port: int = Field(default=8101, ge=0, le=65535)
    reply_keys: SecretStr = Field(
        description="a:SECRET,b:OLDER_SECRET: sign and check reply tokens; notify has the same"
    )
    channel_secrets: ChannelSecrets = Field(
        default={},
        validate_default=True,
        description='by provider and account, as JSON: {"slack": {"support": {"signing_secret": "..."}}}',
    )
    captcha_secrets: Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(from_json_text)] = Field(
        default={}, description='of forms with a captcha, as JSON: {"contact": "..."}'
    )
    mail_domain: str = Field(default="svetilka.example", description="the name under which the listener greets")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=8125, ge=0, le=65535, description="0: any free port, which the log names")
    lmtp_port: int = Field(default=0, ge=0, le=65535, description="0: no LMTP")
    smtp_idle_seconds: float = Field(default=300, gt=0, description="RFC 5321 asks for at least 300")
    smtp_data_seconds: float = Field(default=900, gt=0, description="how long a client may send one mail")
    smtp_connections: int = Field(default=500, ge=1, description="at a time, of each listener")
    smtp_connections_per_address: int = Field(default=50, ge=1, description="at a time, from one IP address")
    smtp_tls_certificate: Path | None = Field(default=None, description="PEM chain; with the key, STARTTLS is offered")
    smtp_tls_key: Path | None = None
    smtp_require_tls: bool = Field(default=False, description="mail is taken after STARTTLS only")
    imap_secrets: Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(from_json_text)] = Field(
        default={}, description='passwords by mailbox, as JSON: {"support@svetilka.example": "..."}'
    )
    imap_lease_seconds: float = Field(default=30, gt=0, description="after this another replica fetches a mailbox")
    imap_retry_seconds: float = Field(default=1, gt=0, description="after a failure; doubled up to ten minutes")
    mail_webhook_secrets: Annotated[dict[str, MailWebhookSecrets], NoDecode, BeforeValidator(from_json_text)] = Field(
        default={}, description='by webhook, as JSON: {"mailgun": {"signing_key": "..."}}'
    )
    max_message_bytes: int = Field(default=25 * 1024 * 1024, ge=64 * 1024, description="of a mail or a request")
    max_recipients: int = Field(default=100, ge=1, description="of one mail (RFC 5321 asks for at least 100)")
    inbox_concurrency: int = Field(default=16, ge=1, le=200, description="inputs decided at a time")
    inbox_lease_seconds: float = Field(default=15, gt=0, description="after this a pending input is taken up again")
    inbox_attempts: int = Field(default=8, ge=1, description="failures after which an input is dead")
    reader_processes: int = Field(default=2, ge=1, le=64, description="mails read at a time, each in its own process")
    reader_cpu_seconds: float = Field(default=5, gt=0, description="of CPU for reading one mail")
    reader_seconds: float = Field(default=20, gt=0, description="by the clock for reading one mail")
    reader_memory_bytes: int = Field(
        default=512 * 1024 * 1024, ge=64 * 1024 * 1024, description="for reading one mail, beside the process's own"
    )

    answers_per_sender: int = Field(default=5, ge=1, description="automatic ones to one sender in an hour")
    answers_per_domain: int = Field(default=300, ge=1, description="automatic ones to one mail domain in an hour")
    answers_per_webmail: int = Field(default=5000, ge=1, description="the same for the domains of webmail providers")
    answers_by_domain: Annotated[dict[str, int], NoDecode, BeforeValidator(from_json_text)] = Field(
        default={}, description='per hour, for single domains, as JSON: {"partner.example": 2000}'
    )
    wakes_per_ticket: int = Field(default=10, ge=1, description="mails of one sender that may wake a ticket unanswered")
    wakes_minutes: int = Field(default=10, ge=1, description="within which they are counted")

    @property
    def answer_limits(self) -> Limits:
        """The rates above which nobody is answered automatically any more."""
        hour = timedelta(hours=1)
        return Limits(
            sender=Limit(self.answers_per_sender, hour),
            domain=Limit(self.answers_per_domain, hour),
            webmail=Limit(self.answers_per_webmail, hour),
            ticket=Limit(self.wakes_per_ticket, timedelta(minutes=self.wakes_minutes)),
            domains={name.lower(): count for name, count in self.answers_by_domain.items()},
        )

    @property
    def reader_budget(self) -> Budget:
        return Budget(self.reader_cpu_seconds, self.reader_seconds, self.reader_memory_bytes)
