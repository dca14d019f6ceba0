"""The form's page: languages, direction, labels, contrast, and nothing from elsewhere."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from services.ingest import configuration
from services.ingest.channels import form_pages
from services.ingest.channels.answers import Fault
from services.ingest.channels.form_body import Submission
from services.ingest.channels.form_pages import FormPages
from services.ingest.channels.page_frame import language_of

FORM = configuration.read(Path(__file__).parents[4] / "config").forms["contact"]
TEXTS = {path.stem: yaml.safe_load(path.read_text()) for path in (form_pages.PAGES / "texts").glob("*.yaml")}


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def of(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.all if tag in tags]


def page(language: str = "en", **given: object) -> str:
    response = FormPages().form(FORM, language=language, token="t", **given)  # type: ignore[arg-type]
    return bytes(response.body).decode()


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("sl", "ltr"), ("hr", "ltr"), ("he", "rtl")])
def test_a_page_says_its_language_and_direction(language: str, direction: str) -> None:
    (html,) = Elements(page(language)).of("html")
    assert html == {"lang": language, "dir": direction}


def test_every_language_has_every_text_with_the_same_places_to_fill() -> None:
    places = {
        language: {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in texts.items()}
        for language, texts in TEXTS.items()
    }
    assert set(places) == {"en", "sl", "hr", "he"}
    assert places["sl"] == places["hr"] == places["he"] == places["en"]


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "sl-SI,sl;q=0.9,en;q=0.5", "sl"),
        (None, "de, hr;q=0.4, en;q=0.2", "hr"),
        (None, "iw", "he"),
        ("he", "sl", "he"),
        ("xx", "sl", "sl"),
        (None, "en;q=0, sl;q=0.1", "sl"),
        (None, "sl;q=x,,;;=,*;q=0.1", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_best_accepted(
    asked: str | None, accepted: str, language: str
) -> None:
    assert language_of(asked, accepted, FORM.languages) == language


def test_every_field_has_a_label() -> None:
    elements = Elements(page())
    labelled = {label["for"] for label in elements.of("label")}
    fields = [one for one in elements.of("input", "select", "textarea") if one.get("type") != "hidden"]
    assert fields
    assert {one["id"] for one in fields} == labelled


def test_errors_are_announced_linked_and_tied_to_their_fields() -> None:
    elements = Elements(page(faults=[Fault("email", "email_invalid"), Fault("topic", "choice_missing")]))
    summary = next(one for one in elements.of("div") if one.get("role") == "alert")
    assert "autofocus" in summary
    ids = {one["id"] for _, one in elements.all if one.get("id")}
    links = [one["href"] for one in elements.of("a") if str(one["href"]).startswith("#")]
    assert links == ["#email", "#topic"]
    invalid = [one for one in elements.of("input", "select", "textarea") if one.get("aria-invalid") == "true"]
    assert [one["id"] for one in invalid] == ["email", "topic"]
    for one in invalid:
        assert set(str(one["aria-describedby"]).split()) <= ids


def test_the_trap_is_hidden_from_people_who_see_or_hear() -> None:
    elements = Elements(page())
    trap = next(one for one in elements.of("input") if one.get("name") == "website")
    assert (trap["tabindex"], trap["autocomplete"]) == ("-1", "off")
    assert any(one.get("class") == "trap" and one.get("aria-hidden") == "true" for one in elements.of("div"))


def test_the_page_needs_nothing_from_elsewhere_and_its_policy_allows_nothing() -> None:
    response = FormPages().form(FORM, language="en", token="t")
    text = bytes(response.body).decode()
    assert not Elements(text).of("script", "link", "img", "iframe")
    assert not re.search(r"https?://|url\(", text)
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = response.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert " style=" not in text


def test_what_a_visitor_wrote_is_shown_as_text() -> None:
    text = page(sent=Submission({"name": '"><script>alert(1)</script>', "message": "</textarea><script>"}))
    assert "<script" not in text


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "paper", "needed"),
    [
        ("ink", "sheet", 4.5),
        ("ink", "paper", 4.5),
        ("soft", "sheet", 4.5),
        ("accent", "sheet", 4.5),
        ("accent", "paper", 4.5),
        ("on-accent", "accent", 4.5),
        ("wrong", "sheet", 4.5),
        ("wrong", "wrong-paper", 4.5),
        ("ink", "wrong-paper", 4.5),
        ("line", "sheet", 3),
        ("focus", "sheet", 3),
    ],
)
def test_colours_have_the_contrast_of_wcag_aa(scheme: int, ink: str, paper: str, needed: float) -> None:
    css = (form_pages.PAGES / "page.css").read_text()
    colours = _colours(css.split("@media")[scheme])
    assert _contrast(colours[ink], colours[paper]) >= needed
