"""What config/channels.yaml may say of forms, WhatsApp accounts and chats; mistakes name their line."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from services.ingest import configuration
from services.ingest.settings import Settings
from shared.errors import InvalidConfiguration

CONFIG = Path(__file__).parents[4] / "config"
FORM = """languages: [en]
forms:
  contact:
    title: { en: Contact }
    languages: [en]
"""


def read(folder: Path, text: str) -> configuration.Channels:
    (folder / "channels.yaml").write_text(text, encoding="utf-8")
    return configuration.read(folder)


def test_the_shipped_file_holds() -> None:
    channels = configuration.read(CONFIG)
    assert (set(channels.forms), set(channels.whatsapp), set(channels.chat)) == ({"contact"}, {"support"}, {"website"})


def test_a_form_needs_little(tmp_path: Path) -> None:
    form = read(tmp_path, FORM).forms["contact"]
    assert (form.email, form.phone, form.questions) == ("required", "absent", {})


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("    email: absent\n", "3: forms.contact: Value error, email and phone are both absent"),
        ("    email: sometimes\n", "6: forms.contact.email: "),
        ("    colour: red\n", "6: forms.contact.colour: "),
        ("    questions: { message: { label: { en: X } } }\n", "the form has a field of this name"),
        ("    questions: { topic: { label: { sl: X } } }\n", "questions.topic.label: no text in en"),
        ("    questions: { topic: { label: { en: X }, options: { a: { sl: X } } } }\n", "options.a: no text in en"),
        ("    origins: ['https://www.svetilka.example/']\n", "6: forms.contact.origins.0: "),
        ("    files: { count: 11 }\n", "6: forms.contact.files.count: "),
        ("whatsapp: { support: { phone_number_ids: ['x'] } }\n", "6: whatsapp.support.phone_number_ids.0: "),
        ("chat: { website: { idle_seconds: 0 } }\n", "6: chat.website.idle_seconds: "),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, more: str, told: str) -> None:
    with pytest.raises(InvalidConfiguration) as mistake:
        read(tmp_path, FORM + more)
    assert told in str(mistake.value)


def settings(**given: object) -> Settings:
    urls = {"amqp_url": "amqp://x", "mongo_url": "mongodb://x", "jwt_key": "k" * 32, "reply_keys": "a:" + "s" * 16}
    return Settings.model_validate(urls | given)


def test_whatsapp_secrets_come_as_json_and_are_never_shown() -> None:
    given = settings(whatsapp_secrets='{"support": {"app_secret": "12345678", "verify_token": "abcdefgh"}}')
    assert given.whatsapp_secrets["support"].app_secret == SecretStr("12345678")
    assert "12345678" not in str(given.redacted())


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"support": {}}', '{"support": {"app_secret": "1", "verify_token": "2"}}']
)
def test_whatsapp_secrets_that_do_not_hold_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        settings(whatsapp_secrets=text)


def test_without_whatsapp_secrets_the_service_starts() -> None:
    assert settings().whatsapp_secrets == {}
