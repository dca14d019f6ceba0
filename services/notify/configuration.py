"""The organisation's own rules of who is told what, from config/notify.yaml; a mistake is named with its line."""

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from pydantic import Field, StringConstraints, field_validator, model_validator

from shared.config import Strict, load
from shared.organisation import Name

Moment = Literal[
    "ticket.opened",
    "agent.replied",
    "ticket.assigned",
    "ticket.escalated",
    "customer.wrote",
    "agent.mentioned",
    "agent.mistaken",
]
Audience = Literal["requester", "owner", "lead", "manager", "mentioned", "writer"]
"""`mentioned` is whom an internal note calls by @name, `writer` the agent whose mail could not be carried out."""
Channel = Literal["email", "sms"]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Channels = Annotated[tuple[Channel, ...], Field(min_length=1, max_length=2)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
MailAddress = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,12}@[a-z0-9.-]+$")]
"""At most 12 letters before the @: with the reply token it stays within the 64 of RFC 5321, 4.5.3.1.1."""

DEFAULT = "default"


class Notice(Strict):
    """When something happens, who is told, with which template and how."""

    when: Moment
    to: Annotated[tuple[Audience, ...], Field(min_length=1)]
    template: Name | None = None
    channels: Channels = ("email",)
    wait_for_due_seconds: Annotated[int, Field(ge=0, le=3600)] = 0

    @property
    def acknowledges(self) -> bool:
        return self.when == "ticket.opened" and "requester" in self.to


class Mail(Strict):
    """`addresses` are the mailboxes that mail is sent from: the one the customer wrote to, else the first."""

    addresses: Annotated[tuple[MailAddress, ...], Field(min_length=1)]
    domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+$")]


class Sms(Strict):
    max_segments: Annotated[int, Field(ge=1, le=10)] = 6
    default_region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class Configuration(Strict):
    """config/notify.yaml as a whole."""

    organisation: Text
    timezone: str
    default_language: Language
    languages: Annotated[dict[Language, str], Field(min_length=1)]
    mail: Mail
    sms: Sms
    channels: dict[str, Channels]
    notices: dict[Name, Notice]
    manager_team: Name
    acknowledgements_per_sender_and_hour: Annotated[int, Field(ge=1, le=100)] = 5

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"there is no time zone {name!r}; names are like Europe/Ljubljana") from error
        return name

    @field_validator("languages")
    @classmethod
    def _locales_exist(cls, languages: dict[str, str]) -> dict[str, str]:
        for language, name in languages.items():
            try:
                Locale.parse(name)
            except (UnknownLocaleError, ValueError) as error:
                raise ValueError(f"{language}: there is no locale {name!r}; names are like en_GB") from error
        return languages

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.default_language not in self.languages:
            raise ValueError(f"default_language: {self.default_language!r} is not among the languages")
        if DEFAULT not in self.channels:
            raise ValueError(f"channels: {DEFAULT} is missing")
        first = [name for name, notice in self.notices.items() if notice.acknowledges]
        if len(first) > 1:
            raise ValueError(f"notices: one acknowledgement is enough, not {', '.join(first)}")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def ways(self, channel: str) -> tuple[Channel, ...]:
        """How a customer who wrote on `channel` is reached, the best way first."""
        return self.channels.get(channel, self.channels[DEFAULT])

    def language(self, *wanted: str | None) -> str:
        """The first of the wanted languages that there are templates in (`sl-SI` is `sl`), or the default."""
        for tag in wanted:
            primary = (tag or "").replace("_", "-").split("-")[0].lower()
            primary = {"iw": "he"}.get(primary, primary)
            if primary in self.languages:
                return primary
        return self.default_language

    def mailbox(self, wanted: str) -> str:
        """The address to send from, for a customer who wrote to `wanted`."""
        return wanted.lower() if wanted.lower() in self.mail.addresses else self.mail.addresses[0]


def read(config_dir: Path) -> Configuration:
    """config/notify.yaml; `InvalidConfiguration` lists what does not hold."""
    return load(config_dir / "notify.yaml", Configuration)
