"""What config/channels.yaml may say of forms, WhatsApp accounts and chats; mistakes name their line."""

from pathlib import Path

import pytest

from services.ingest import configuration
from shared.errors import InvalidConfiguration

CONFIG = Path(__file__).parents[4] / "config"
FORM = """languages: [en]
forms:
  contact:
    title: { en: Contact }
    languages: [en]
    schema:
      properties: { email: {}, message: {} }
      required: [email, message]
"""


def read(folder: Path, text: str) -> configuration.Channels:
    (folder / "channels.yaml").write_text(text, encoding="utf-8")
    return configuration.read(folder)


def test_the_shipped_file_holds() -> None:
    channels = configuration.read(CONFIG)
    assert (set(channels.forms), set(channels.whatsapp), set(channels.chat)) == ({"contact"}, {"support"}, {"website"})


def test_a_form_needs_little(tmp_path: Path) -> None:
    form = read(tmp_path, FORM).forms["contact"]
    assert (set(form.asks.properties), form.asks.questions, form.captcha) == ({"email", "message"}, {}, None)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("    colour: red\n", "9: forms.contact.colour: "),
        ("    origins: ['https://www.svetilka.example/']\n", "9: forms.contact.origins.0: "),
        ("    files: { count: 11 }\n", "9: forms.contact.files.count: "),
        ("whatsapp: { support: { phone_number_ids: ['x'] } }\n", "9: whatsapp.support.phone_number_ids.0: "),
        ("chat: { website: { idle_seconds: 0 } }\n", "9: chat.website.idle_seconds: "),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, more: str, told: str) -> None:
    with pytest.raises(InvalidConfiguration) as mistake:
        read(tmp_path, FORM + more)
    assert told in str(mistake.value)


SCHEMA = """languages: [en]
forms:
  contact:
    title: {{ en: Contact, sl: Stik }}
    languages: [en, sl]
    schema:
      properties:
        email: {{}}
        message: {{}}
        topic: {topic}
      required: {required}
      {more}
"""
TITLE = "title: { en: X, sl: Y }"
AT = "forms.contact.schema"


@pytest.mark.parametrize(
    ("topic", "required", "more", "told"),
    [
        ("{ title: { en: X } }", "[message]", "", f"10: {AT}.properties.topic.title: no text in sl"),
        ("{}", "[message]", "", f"10: {AT}.properties.topic: has no title"),
        (f"{{ {TITLE}, pattern: '(' }}", "[message]", "", f"10: {AT}.properties.topic.pattern: can't be used"),
        (f"{{ {TITLE}, pattern: '(?=x)' }}", "[message]", "", "look-ahead"),
        (f"{{ {TITLE}, type: array }}", "[message]", "", "properties.topic.items: a list needs items"),
        (f"{{ {TITLE}, type: boolean, maxLength: 3 }}", "[message]", "", "maxLength: is not for the type boolean"),
        (f"{{ {TITLE}, minlength: 3 }}", "[message]", "", f"10: {AT}.properties.topic.minlength: there is no such key"),
        (
            f"{{ {TITLE}, oneOf: [{{ const: a, title: {{ en: A }} }}] }}",
            "[message]",
            "",
            "oneOf.0.title: no text in sl",
        ),
        (f"{{ {TITLE} }}", "[message, colour]", "", f"11: {AT}.required: colour is not among"),
        (f"{{ {TITLE} }}", "[email]", "", f"11: {AT}.required: message has to be asked and required"),
        (f"{{ {TITLE} }}", "[message]", "then: { required: [topic] }", f"12: {AT}.then: needs an if"),
        (f"{{ {TITLE} }}", "[message]", "if: { properties: { colour: { const: x } } }", "colour is not among"),
    ],
)
def test_a_mistake_in_a_schema_is_told_with_its_line(
    tmp_path: Path, topic: str, required: str, more: str, told: str
) -> None:
    with pytest.raises(InvalidConfiguration) as mistake:
        read(tmp_path, SCHEMA.format(topic=topic, required=required, more=more))
    assert told in str(mistake.value)


def test_a_form_by_which_nobody_could_be_answered_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match="nobody could answer"):
        read(tmp_path, FORM.replace("email", "name"))


def test_the_status_page_has_a_zone_that_exists(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match=r"9: status_page\.timezone: .*no time zone Europe/Mars"):
        read(tmp_path, FORM + "status_page: { timezone: Europe/Mars }\n")
