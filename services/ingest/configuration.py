"""The channels that customers write to, from config/channels.yaml."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.ingest.channels.configuration import ChatAccount, Form, Name, WhatsAppAccount
from shared.config import Strict, load

Address = Annotated[str, StringConstraints(pattern=r"^[^@\s+]+@[^@\s]+\.[^@\s]+$"), AfterValidator(str.lower)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class Mailbox(Strict):
    """An address that customers write to. `address+token@` reaches it too; `aliases` are further names of it."""

    address: Address
    aliases: tuple[Address, ...] = ()


class Channels(Strict):
    """config/channels.yaml as a whole. `languages` are the ones that the detection of language chooses among."""

    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    mailboxes: tuple[Mailbox, ...] = ()
    forms: Annotated[dict[Name, Form], Field(default_factory=dict)]
    whatsapp: Annotated[dict[Name, WhatsAppAccount], Field(default_factory=dict)]
    chat: Annotated[dict[Name, ChatAccount], Field(default_factory=dict)]

    @model_validator(mode="after")
    def _addresses_are_unique(self) -> Self:
        seen: set[str] = set()
        for place, mailbox in enumerate(self.mailboxes):
            for address in (mailbox.address, *mailbox.aliases):
                if address in seen:
                    raise ValueError(f"mailboxes.{place}: {address} is given twice")
                seen.add(address)
        return self


def read(config_dir: Path) -> Channels:
    """The file; `InvalidConfiguration` lists every fault as `file:line: reason`."""
    return load(config_dir / "channels.yaml", Channels)
