"""The channels that customers write to, from config/channels.yaml."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from services.ingest.calls.configuration import CallPolicy
from services.ingest.channels.configuration import ChatAccount, Form, Name, StatusPage
from services.ingest.channels.provider_table import with_accounts
from services.ingest.doors.configuration import Mailbox, MailWebhook, Trust
from services.ingest.scanning.configuration import AttachmentPolicy
from shared.config import Strict, load

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class Channels(Strict):
    """config/channels.yaml as a whole, but for the sections of the providers, which their table adds.

    `languages` are the ones that the detection of language chooses among.
    """

    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    mailboxes: tuple[Mailbox, ...] = ()
    trust: Trust = Trust()
    mail_webhooks: Annotated[dict[Name, MailWebhook], Field(default_factory=dict)]
    quarantine_days: Annotated[float, Field(gt=0, le=3650, description="then an input in quarantine expires")] = 30
    forms: Annotated[dict[Name, Form], Field(default_factory=dict)]
    chat: Annotated[dict[Name, ChatAccount], Field(default_factory=dict)]
    calls: CallPolicy = CallPolicy()
    attachments: AttachmentPolicy = AttachmentPolicy()
    status_page: StatusPage = StatusPage()

    @model_validator(mode="after")
    def _addresses_are_unique(self) -> Self:
        seen: set[str] = set()
        for place, mailbox in enumerate(self.mailboxes):
            for address in (mailbox.address, *mailbox.aliases):
                if address in seen:
                    raise ValueError(f"mailboxes.{place}: {address} is given twice")
                seen.add(address)
        return self

    @model_validator(mode="after")
    def _webhooks_have_a_mailbox(self) -> Self:
        known = {mailbox.address for mailbox in self.mailboxes}
        for name, webhook in self.mail_webhooks.items():
            if webhook.otherwise not in known:
                raise ValueError(f"mail_webhooks.{name}.otherwise: {webhook.otherwise} is none of the mailboxes")
        return self


def read(config_dir: Path) -> Channels:
    """The file; `InvalidConfiguration` lists every fault as `file:line: reason`."""
    return load(config_dir / "channels.yaml", with_accounts(Channels))
