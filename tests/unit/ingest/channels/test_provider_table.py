"""What the table of providers makes of config/channels.yaml and of KARTICA_CHANNEL_SECRETS."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from services.ingest import configuration
from services.ingest.channels.provider_table import PROVIDERS, accounts_of, secrets_of
from services.ingest.channels.providers.twilio_voice import TwilioVoice, VoiceAccount
from services.ingest.channels.providers.whatsapp import WhatsApp
from services.ingest.settings import Settings
from shared.errors import InvalidConfiguration


def settings(**given: object) -> Settings:
    urls = {"amqp_url": "amqp://x", "mongo_url": "mongodb://x", "jwt_key": "k" * 32, "reply_keys": "a:" + "s" * 16}
    return Settings.model_validate(urls | given)


def test_every_provider_has_a_name_of_its_own() -> None:
    names = [provider.name for provider in PROVIDERS]
    assert len(set(names)) == len(names)


def test_accounts_stand_below_their_provider(tmp_path: Path) -> None:
    text = 'languages: [en]\ntwilio_voice: { hotline: { forward_to: "+38615550100" } }\n'
    (tmp_path / "channels.yaml").write_text(text)
    channels = configuration.read(tmp_path)
    assert accounts_of(TwilioVoice, channels) == {"hotline": VoiceAccount(forward_to="+38615550100")}
    assert accounts_of(WhatsApp, channels) == {}


def test_a_mistake_in_an_account_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "channels.yaml").write_text("languages: [en]\nslack:\n  team:\n    colour: red\n")
    with pytest.raises(InvalidConfiguration) as mistake:
        configuration.read(tmp_path)
    assert "4: slack.team.colour: " in str(mistake.value)


def test_secrets_come_as_json_and_are_never_shown() -> None:
    text = '{"whatsapp": {"support": {"app_secret": "12345678", "verify_token": "abcdefgh"}}}'
    given = settings(channel_secrets=text)
    secrets = secrets_of(WhatsApp, given.channel_secrets)["support"]
    assert secrets.app_secret == SecretStr("12345678")  # type: ignore[attr-defined]
    assert "12345678" not in str(given.redacted())
    assert "12345678" not in repr(given)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"whatsapp": {"support": {}}}',
        '{"whatsapp": {"support": {"app_secret": "1", "verify_token": "2"}}}',
        '{"fax": {"office": {}}}',
        '{"signed": {"forum": {"secret": "whsec_c2hvcnQ="}}}',
    ],
)
def test_secrets_that_do_not_hold_are_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValidationError):
        settings(channel_secrets=text)


def test_without_secrets_the_service_starts() -> None:
    assert secrets_of(WhatsApp, settings().channel_secrets) == {}
