"""What config/channels.yaml says of mail: who fetches a mailbox, whose verdicts count, which webhooks bring mail."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from shared.config import Strict

Address = Annotated[str, StringConstraints(pattern=r"^[^@\s+]+@[^@\s]+\.[^@\s]+$"), AfterValidator(str.lower)]
Folder = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\r\n\x00]+$")]
AuthservId = Annotated[str, StringConstraints(pattern=r"^(-|[A-Za-z0-9._-]{1,253})$"), AfterValidator(str.lower)]
FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,100}$"), AfterValidator(str.lower)]
PORTS = {"implicit": 993, "starttls": 143, "none": 143}


class Token(Strict):
    """Where an OAuth2 access token comes from: the first line that a command prints, or that a file holds."""

    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    file: str | None = None
    seconds: Annotated[float, Field(gt=0, le=300, description="how long the command may take")] = 30

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.command is None) == (self.file is None):
            raise ValueError("name either a `command` or a `file` that gives the token")
        return self


class Imap(Strict):
    """How a mailbox is fetched. Its password comes from KARTICA_IMAP_SECRETS or `password_file`, never from here.

    `after`: what happens to a mail once it is stored: it is marked `seen`, left alone (`keep`), deleted,
    or moved to the folder named in `move_to`. `first`: which mails that were there before count.
    """

    enabled: bool = True
    host: Annotated[str, StringConstraints(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca_file: str | None = None
    user: Annotated[str, StringConstraints(min_length=1, max_length=320)]
    auth: Literal["password", "oauth2"] = "password"
    password_file: str | None = None
    token: Token | None = None
    folders: Annotated[tuple[Folder, ...], Field(min_length=1)] = ("INBOX",)
    after: Literal["seen", "keep", "delete", "move"] = "seen"
    move_to: Folder | None = None
    first: Literal["unseen", "all", "new"] = "unseen"
    idle: bool = True
    poll_seconds: Annotated[float, Field(gt=0, le=3600)] = 60
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 60

    @property
    def at(self) -> tuple[str, int]:
        return self.host, self.port or PORTS[self.tls]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.auth == "oauth2") != (self.token is not None):
            raise ValueError("`token` and `auth: oauth2` go together")
        if (self.after == "move") != (self.move_to is not None):
            raise ValueError("`move_to` and `after: move` go together")
        if self.move_to in self.folders:
            raise ValueError(f"move_to: {self.move_to} is fetched itself; mails would go round")
        return self


class Trust(Strict):
    """Whose verdicts on a mail are believed: only what our own mail server wrote (RFC 8601, section 5).

    Without `authserv_ids` nothing is believed. `-` is a server that writes no id, as Microsoft 365.
    `spam_fields` are header fields that this server writes, and takes away when a stranger wrote them.
    """

    authserv_ids: tuple[AuthservId, ...] = ()
    spam_fields: tuple[FieldName, ...] = (
        "x-spam-flag",
        "x-spam-status",
        "x-spam-score",
        "x-spamd-result",
        "x-ms-exchange-organization-scl",
        "x-forefront-antispam-report",
    )
    quarantine_above: Annotated[float, Field(ge=0, le=1000)] | None = None
    quarantine_scl: Annotated[int, Field(ge=0, le=9)] = 5
    quarantine_flagged: bool = True
    quarantine_failed_dmarc: bool = False


class Mailbox(Strict):
    """An address that customers write to. `address+token@` reaches it too; `aliases` are further names of it.

    `same_mail`: a mail that another mailbox got as well is the same ticket, or a ticket in each.
    """

    address: Address
    aliases: tuple[Address, ...] = ()
    imap: Imap | None = None
    trust: Trust | None = None
    same_mail: Literal["one_ticket", "ticket_each"] = "one_ticket"


class MailWebhook(Strict):
    """A mail provider that posts to /webhooks/mail/<name>.

    `otherwise` takes what is for none of our addresses: a provider that is refused drops the mail.
    """

    provider: Literal["mailgun", "postmark", "sendgrid"]
    otherwise: Address


class MailWebhookSecrets(Strict):
    """How a provider proves itself, from KARTICA_MAIL_WEBHOOK_SECRETS; which of them, the provider's file tells."""

    signing_key: Annotated[SecretStr, Field(min_length=8)] | None = None
    public_key: str | None = None
    path: Annotated[SecretStr, Field(min_length=16)] | None = None
    user: str | None = None
    password: Annotated[SecretStr, Field(min_length=8)] | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("`user` and `password` go together")
        if not (self.signing_key or self.public_key or self.path or self.password):
            raise ValueError("give signing_key, public_key, path, or user and password")
        return self
