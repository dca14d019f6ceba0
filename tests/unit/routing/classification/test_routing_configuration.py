"""config/routing.yaml: the example company decides well, and mistakes are refused with file and line."""

import shutil
from pathlib import Path

import pytest

from services.routing import configuration
from services.routing.classification.facts import Facts
from services.routing.classification.ruleset import Classification, classify
from shared.errors import InvalidConfiguration
from shared.organisation import Organisation

CONFIG = Path(__file__).parents[4] / "config"
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


def test_technical_tickets_are_high_and_go_to_the_technicians() -> None:
    made = decide("Lučka ne dela", language="sl")
    assert (made.priority, made.team) == ("high", "technical")


def test_whoever_writes_hebrew_gets_somebody_who_reads_it() -> None:
    made = decide("המנורה לא עובדת", language="he")
    assert (made.category, made.team, made.skills) == ("technical", "support", ("he",))


def test_form_fields_tell_impact_and_urgency_and_the_tier_raises() -> None:
    made = decide("Lučka ne dela", language="sl", fields={"affected": "vsi", "urgency": "nujno"})
    assert (made.impact, made.urgency, made.priority) == ("high", "high", "urgent")
    assert decide("Kdaj imate odprto?", language="sl", tier="gold").priority == "high"


def test_times_are_by_the_clock_of_the_organisation() -> None:
    assert configuration.read(CONFIG).clock_zone == Organisation.read(CONFIG).zone


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
        ("  - name: a\n    when: {keywords: []}\n    then: {category: billing}", 7, "write at least 1 here"),
        ("  - name: a\n    when: {keywords: [no]}\n    then: {category: billing}", 7, "put it in quotes"),
        ("  - name: a\n    then: {priority: hihg}", 7, "'low', 'normal', 'high' or 'urgent'"),
        ("  - name: a\n    then: {}", 7, "at least one of category"),
        ("  - name: a\n    when: {}\n    then: {category: billing}", 7, "a condition needs at least one of"),
        ("  - name: a\n    when: {chanel: chat}\n    then: {category: billing}", 7, "chanel"),
        ("  - name: a\n    when: {not: {any: []}}\n    then: {category: billing}", 7, "write at least 1 here"),
        ("  - name: a\n    when: {language: slovene}\n    then: {category: billing}", 7, "language"),
        ("  - {name: a, then: {category: billing}}\n  - {name: a, then: {category: billing}}", 7, "earlier rule 'a'"),
        ("  - name: a\n    then: {skills: [he, latin]}", 7, "there is no skill 'latin'"),
        ("  - name: a\n    then: {team: billing, skills: [he]}", 7, "nobody in billing has he"),
        ("  - name: a\n    then: {team: technical, skills: {electrics: 5}}", 7, "has electrics at level 5"),
        ("  - name: a\n    then:\n      prefer: [latin]", 8, "there is no skill 'latin'"),
        ("  - name: a\n    then: {skills: {he: 6}}", 7, "write 5 or less"),
        ("  - name: a\n    on: rated\n    then: {category: billing}", 6, "write `event:` instead of `on:`"),
        ("  - name: a\n    event: rating\n    then: {category: billing}", 7, "'rated'"),
        ("  - name: a\n    when: {score: {at_most: 2}}\n    then: {category: billing}", 7, "score is not known of"),
        (
            "  - name: a\n    event: [rated, status]\n    when:\n      any:\n        - channel: chat\n"
            "        - text: [no way]\n    then: {category: billing}",
            11,
            "text is not known of the event status",
        ),
        ("  - name: a\n    event: rated\n    then: {tags: [x]}", 8, "later rules use add_tags"),
        (
            "  - name: a\n    event: rated\n    when: {ticket: {category: bills}}\n    then: {add_tags: [x]}",
            8,
            "there is no category 'bills'",
        ),
        ("  - name: a\n    when: {fields: {n: {}}}\n    then: {category: billing}", 7, "give a value"),
        ("  - name: a\n    when: {score: {}}\n    then: {category: billing}", 7, "give at_least, at_most"),
        ("  - name: a\n    when: {from: '*@*'}\n    then: {category: billing}", 7, "one * at the beginning"),
        ("  - name: a\n    when: {time: {zone: Mars}}\n    then: {category: billing}", 7, "there is no time zone"),
        ("  - name: a\n    when: {time: {hours: {mon: ['8-16']}}}\n    then: {category: billing}", 7, "no interval"),
        (
            "  - name: a\n    when: {time: {from: 2026-12-02, until: 2026-12-01}}\n    then: {category: billing}",
            7,
            "lies before",
        ),
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
