"""Every text exists in every language, nothing that somebody wrote becomes markup, and mistakes are named."""

import shutil
from pathlib import Path

import pytest

from services.notify import configuration, wording
from services.notify.app import read_policy
from services.notify.templates import SAMPLE, Templates, paragraphs
from shared.errors import InvalidConfiguration
from tests.unit.notify.desk import CONFIG

NAMES = ["acknowledgement", "assignment", "command", "escalation", "mention", "mistake", "reply", "update"]
READ = configuration.read(CONFIG)
LANGUAGES = wording.read(CONFIG, READ)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    copy: Path = shutil.copytree(CONFIG, tmp_path / "config")
    return copy


def load(config: Path) -> Templates:
    return Templates(config / "templates", wording.read(config, configuration.read(config)), NAMES)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_template_says_what_it_has_to(name: str, code: str) -> None:
    rendered = load(CONFIG).render(name, LANGUAGES[code], SAMPLE, automatic=True)
    for part in (rendered.text, rendered.html, rendered.sms, rendered.subject):
        assert part.strip()
        assert "{{" not in part
    if name != "command":
        assert SAMPLE["number"] in rendered.subject + rendered.text
        assert SAMPLE["number"] in rendered.sms
    if name == "acknowledgement":
        assert SAMPLE["promise"] in rendered.text
        assert SAMPLE["promise"] in rendered.sms


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_html_declares_language_and_direction_on_root_and_tables(code: str) -> None:
    html = load(CONFIG).render("acknowledgement", LANGUAGES[code], SAMPLE, automatic=True).html
    direction = "rtl" if code == "he" else "ltr"
    assert html.startswith(f'<!DOCTYPE html>\n<html lang="{code}" dir="{direction}">')
    assert html.count("<table") == html.count(f'lang="{code}" dir="{direction}" width="100%"') == 2


def test_an_acknowledgement_does_not_repeat_what_was_written() -> None:
    rendered = load(CONFIG).render("acknowledgement", LANGUAGES["en"], SAMPLE, automatic=True)
    assert SAMPLE["text"] not in rendered.text  # or anybody could have it sent to anybody


def test_what_people_write_never_becomes_markup_or_template() -> None:
    values = {**SAMPLE, "text": "<script>alert(1)</script> {{ 7 * 7 }} {% raw %}", "agent": "<b>Ana</b>"}
    rendered = load(CONFIG).render("reply", LANGUAGES["en"], values, automatic=False)
    assert "{{ 7 * 7 }}" in rendered.text
    assert "<script>" in rendered.text
    assert "<script>" not in rendered.html
    assert "&lt;b&gt;Ana&lt;/b&gt;" in rendered.html


def test_links_can_be_followed_and_quotations_look_like_it() -> None:
    values = {**SAMPLE, "text": "See https://svetilka.example/a?b=1&c=K-1000017\n\n> first\n> second"}
    html = load(CONFIG).render("reply", LANGUAGES["en"], values, automatic=False).html
    assert '<a href="https://svetilka.example/a?b=1&amp;c=K-1000017" rel="nofollow noopener">' in html
    assert "first<br>second</blockquote>" in html


def test_a_ticket_number_is_not_broken_at_its_hyphen() -> None:
    html = load(CONFIG).render("acknowledgement", LANGUAGES["he"], SAMPLE, automatic=True).html
    assert '<span style="white-space:nowrap">K-1000017</span>' in html


def test_each_paragraph_runs_in_its_own_direction() -> None:
    found = [part.direction for part in paragraphs("שלום\n\nHello\n\n\u2068Ana\u2069", "rtl")]
    assert found == ["rtl", "ltr", "rtl"]


def written(subject: str = "x", text: str = "x") -> str:
    """A template as an operator might write it."""
    return f"{{% block subject %}}{subject}{{% endblock %}}\n{{% block text %}}\n{text}\n{{% endblock %}}" + SMS


SMS = "{% block sms %}x{% endblock %}"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (written(text="{{ nmae }}"), 3, "'nmae' is undefined"),
        (written(subject="{{ ''.__class__.mro() }}"), 1, "unsafe"),
        (written(subject=""), 1, "comes out empty"),
        (SMS + "\n{% if %}", 2, "Expected an expression"),
        (SMS, 1, "the block subject, text is missing"),
    ],
)
def test_a_wrong_template_is_refused_with_file_and_line(config: Path, text: str, line: int, reason: str) -> None:
    path = config / "templates" / "hr" / "reply.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidConfiguration) as refused:
        load(config)
    assert f"{path}:{line}: " in str(refused.value)
    assert reason in str(refused.value)


def test_a_missing_translation_is_refused(config: Path) -> None:
    path = config / "templates" / "he" / "escalation.txt"
    path.unlink()
    with pytest.raises(InvalidConfiguration, match=str(path)):
        load(config)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("Europe/Ljubljana", "Europe/Lubljana", "there is no time zone"),
        ("  sl: sl_SI", "  sl: xx_YY", "there is no locale"),
        ("default_language: en", "default_language: de", "is not among the languages"),
        ("  default: [email, sms]", "  other: [email, sms]", "default is missing"),
        ("manager_team: management", "manager_team: board", "there is no team 'board'"),
        ("when: agent.replied", "when: agent.replyed", "notices.reply.when"),
        ("when: agent.replied", "when: ticket.opened", "one acknowledgement is enough"),
    ],
)
def test_a_wrong_configuration_is_refused_with_its_reason(config: Path, before: str, after: str, reason: str) -> None:
    path = config / "notify.yaml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(InvalidConfiguration, match=str(path)) as refused:
        read_policy(config, sends_sms=True)
    assert reason in str(refused.value)
