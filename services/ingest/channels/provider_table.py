"""The table of providers: a new one is its file in providers/ and a line here."""

from collections.abc import Mapping
from types import GenericAlias
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, GetPydanticSchema, create_model
from pydantic_settings import NoDecode

from services.ingest.channels.configuration import Name, from_json_text
from services.ingest.channels.provider import Account, Provider
from services.ingest.channels.providers.instagram import Instagram
from services.ingest.channels.providers.messenger import Messenger
from services.ingest.channels.providers.signed import Signed
from services.ingest.channels.providers.slack import Slack
from services.ingest.channels.providers.telegram import Telegram
from services.ingest.channels.providers.twilio_sms import TwilioSms
from services.ingest.channels.providers.twilio_voice import TwilioVoice
from services.ingest.channels.providers.whatsapp import WhatsApp
from services.ingest.channels.providers.x import X
from shared.config import Strict

PROVIDERS: tuple[type[Provider[Any]], ...] = (
    WhatsApp,
    Messenger,
    Instagram,
    Telegram,
    Slack,
    X,
    TwilioSms,
    TwilioVoice,
    Signed,
)
M = TypeVar("M", bound=Strict)


def with_accounts(model: type[M]) -> type[M]:
    """The model of config/channels.yaml with a section for each provider, in which its accounts stand."""
    sections = {provider.name: _by_name(provider.account) for provider in PROVIDERS}
    return create_model(model.__name__, __base__=model, **sections)


def accounts_of(provider: type[Provider[Any]], channels: Strict) -> Mapping[str, Account]:
    """The accounts of a provider in config/channels.yaml."""
    found: Mapping[str, Account] = getattr(channels, provider.name, {})
    return found


def secrets_of(provider: type[Provider[Any]], secrets: Strict) -> Mapping[str, Strict]:
    """The secrets of a provider's accounts in KARTICA_CHANNEL_SECRETS."""
    found: Mapping[str, Strict] = getattr(secrets, provider.name, {})
    return found


def _secrets_model() -> type[Strict]:
    sections = {provider.name: _by_name(provider.secrets) for provider in PROVIDERS}
    return create_model("ChannelSecrets", __base__=Strict, **sections)


def _by_name(model: type[Strict]) -> Any:
    """A section of `model`s by the name of their account; it may be left out."""
    return GenericAlias(dict, (Name, model)), Field(default_factory=dict)


ChannelSecrets = Annotated[
    Strict,
    NoDecode,
    BeforeValidator(from_json_text),
    GetPydanticSchema(lambda _, handler: handler(_secrets_model())),
]
"""By provider, then account: what each provider's `secrets` says."""
