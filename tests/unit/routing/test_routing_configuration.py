"""config/routing.yaml: the example company decides well, and mistakes are refused with file and line."""

import shutil
from pathlib import Path

import pytest

from services.routing import configuration
from services.routing.facts import Facts
from services.routing.ruleset import Classification, classify
from shared.errors import InvalidConfiguration

CONFIG = Path(__file__).parents[3] / "config"
HEAD = """\
default: {category: general}
categories:
  general: {team: support}
  billing: {}
rules:
"""


def decide(text: str, *, language: str | None = None, **more: object) -> Classification:
    told = {"channel": "email", "mailbox": "support@svetilka.example", "title": "", "fields": {}, "tier": None}
    return classify(
        configuration.read(CONFIG),
        Facts(**{**told, **more, "text": text, "language": language}),  # type: ignore[arg-type]
        default_team="support",
    )


@pytest.mark.parametrize(
    ("language", "text", "category"),
    [
        ("en", "My desk lamp stopped working after the firmware update.", "technical"),
        ("en", "The app can't connect to the bulb over WiFi", "technical"),
        ("en", "I was charged twice, please send a new invoice.", "billing"),
        ("en", "I would like to buy 20 ceiling lights, do you have a discount?", "pre_sales"),
        ("en", "This is unacceptable, I want to file a complaint!", "complaint"),
        ("en", "What are your opening hours?", "general"),
        ("sl", "Svetilka v dnevni sobi ne sveti več in utripa.", "technical"),
        ("sl", "Aplikacija pozabi geslo", "technical"),
        ("sl", "Prosim za kopijo računa za mesec maj.", "billing"),
        ("sl", "Plačala sem že prejšnji teden", "billing"),
        ("sl", "Ali mi lahko pošljete ponudbo in cenik za 30 svetilk?", "pre_sales"),
        ("sl", "Zelo sem razočarana nad vašim servisom, pritožila se bom.", "complaint"),
        ("sl", "Kdaj imate odprto?", "general"),
        ("hr", "Lampa ne radi od jucer, zarulja treperi", "technical"),
        ("hr", "Zaboravila sam lozinku za korisnički račun", "technical"),
        ("hr", "Platio sam racun dvaput", "billing"),
        ("hr", "Zanima me koliko košta stropna lampa", "pre_sales"),
        ("hr", "Podnosim pritužbu, usluga je sramotna", "complaint"),
        ("he", "המנורה החכמה שלי לא נדלקת", "technical"),
        ("he", "האפליקציה נתקעת כל הזמן", "technical"),
        ("he", "לא קיבלתי את החשבונית על התשלום", "billing"),
        ("he", "כמה עולה מנורת שולחן? אשמח להצעת מחיר", "pre_sales"),
        ("he", "אני רוצה להגיש תלונה", "complaint"),
        ("he", "מה שעות הפתיחה?", "general"),
        (None, "racun prosim", "billing"),
    ],
)
def test_the_example_company_knows_what_a_message_is_about(language: str | None, text: str, category: str) -> None:
    assert decide(text, language=language).category == category


def test_technical_tickets_are_high_and_go_to_the_technicians() -> None:
    made = decide("Lučka ne dela", language="sl")
    assert (made.priority, made.team) == ("high", "technical")


def test_whoever_writes_hebrew_gets_somebody_who_reads_it() -> None:
    made = decide("המנורה לא עובדת", language="he")
    assert (made.category, made.team, made.skills) == ("technical", "support", ("he",))


def test_danger_is_urgent_and_dimming_is_no_smoke() -> None:
    assert decide("Iz svetilke se kadi!", language="sl").priority == "urgent"
    assert decide("How do I dim the lights?", language="en").category == "general"


def test_what_the_customer_chose_in_the_form_counts_more_than_the_words() -> None:
    assert decide("my invoice", language="en", fields={"topic": "Technical"}).category == "technical"


def write(folder: Path, rules: str, *, head: str = HEAD) -> Path:
    shutil.copy(CONFIG / "teams.yaml", folder)
    (folder / "routing.yaml").write_text(head + rules, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("rules", "line", "says"),
    [
        ("  - {name: a, then: {team: suport}}", 6, "there is no team 'suport'; there is billing, management, sales"),
        ("  - name: a\n    then:\n      category: tehnical", 8, "there is no category 'tehnical'; there is billing"),
        (
            "  - name: a\n    when:\n      keywords:\n        sl: [dela, '*']\n    then: {category: billing}",
            9,
            "no letter",
        ),
        ("  - name: a\n    when: {keywords: ['']}\n    then: {category: billing}", 7, "has no letter or digit"),
        ("  - name: a\n    when: {keywords: []}\n    then: {category: billing}", 7, "at least 1 item"),
        ("  - name: a\n    when: {keywords: [no]}\n    then: {category: billing}", 7, "put it in quotes"),
        ("  - name: a\n    then: {priority: hihg}", 7, "'low', 'normal', 'high' or 'urgent'"),
        ("  - name: a\n    then: {}", 7, "at least one of category"),
        ("  - name: a\n    when: {}\n    then: {category: billing}", 7, "a condition needs at least one of"),
        ("  - name: a\n    when: {chanel: chat}\n    then: {category: billing}", 7, "chanel"),
        ("  - name: a\n    when: {not: {any: []}}\n    then: {category: billing}", 7, "at least 1 item"),
        ("  - name: a\n    when: {language: slovene}\n    then: {category: billing}", 7, "language"),
        ("  - {name: a, then: {category: billing}}\n  - {name: a, then: {category: billing}}", 7, "earlier rule 'a'"),
        ("  - name: a\n    then: {skills: [he, latin]}", 7, "there is no skill 'latin'"),
        ("  - name: a\n    then: {team: billing, skills: [he]}", 7, "nobody in billing has he"),
    ],
)
def test_a_mistake_is_refused_with_file_line_and_reason(tmp_path: Path, rules: str, line: int, says: str) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        configuration.read(write(tmp_path, rules))
    assert f"{tmp_path / 'routing.yaml'}:{line}: " in str(refused.value)
    assert says in str(refused.value)


def test_unknown_names_outside_the_rules_are_refused_too(tmp_path: Path) -> None:
    head = "default: {category: genral}\ncategories:\n  general: {team: nobody}\n"
    with pytest.raises(InvalidConfiguration) as refused:
        configuration.read(write(tmp_path, "", head=head))
    assert "routing.yaml:1: default.category: there is no category 'genral'" in str(refused.value)
    assert "routing.yaml:3: categories.general.team: there is no team 'nobody'" in str(refused.value)
