"""What the documents say can be looked up: links lead somewhere, settings and metrics have the names they have."""

import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.rabbitmq.topology import SERVICES
from services.ingest.settings import Settings as IngestSettings
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
METRIC = re.compile(r"\b(?:kartica|sla)_[a-z_]+")
NO_METRICS = frozenset(f"kartica_{service}" for service in SERVICES) | {"kartica_"}
"""Names of databases."""


def documents() -> list[Path]:
    folders = (ROOT, ROOT / "docs", ROOT / "services")
    return [path for folder in folders for path in folder.glob("*.md" if folder == ROOT else "**/*.md")]


def settings_of(service: str) -> type[Settings]:
    settings: type[Settings] = importlib.import_module(f"services.{service}.settings").Settings
    return settings


def named_in(*pages: Path) -> set[str]:
    """The words between backticks, which is how settings are named, without the prefix."""
    text = "\n".join(page.read_text("utf-8") for page in pages)
    words = {word for code in CODE.findall(text) for word in re.findall(r"\w+", code)}
    return {word.removeprefix("KARTICA_") for word in words}


def targets(page: Path) -> Iterator[str]:
    for target in LINK.findall(page.read_text("utf-8")):
        if not re.match(r"[a-z]+:", target):
            yield target


def heading_anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in targets(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert not anchor or anchor in heading_anchors(file), target


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_is_explained(service: str) -> None:
    pages = (ROOT / "docs" / "operator.md", ROOT / "services" / service / "README.md")
    assert {name.upper() for name in settings_of(service).model_fields} - named_in(*pages) == set()


def test_every_setting_of_the_operators_page_exists() -> None:
    page = (ROOT / "docs" / "operator.md").read_text("utf-8")
    table = page.partition("| variable | services |")[2].partition("\n\n")[0]
    told = {name for row in table.splitlines() for name in CODE.findall(row.split("|")[1] if "|" in row else "")}
    known = {name.upper() for service in SERVICES for name in settings_of(service).model_fields}
    assert told
    assert told - known == set()


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_metric_that_is_named_exists(page: Path) -> None:
    code = "\n".join(path.read_text("utf-8") for top in ("shared", "services") for path in (ROOT / top).rglob("*.py"))
    named = {name for word in CODE.findall(page.read_text("utf-8")) for name in METRIC.findall(word)} - NO_METRICS
    assert {name for name in named if f'"{name.removesuffix("_total")}"' not in code} == set()


def test_links_lead_to_ingests_own_port_unless_told_otherwise() -> None:
    port = IngestSettings.model_fields["http_port"].default
    assert Settings.model_fields["public_url"].default == f"http://localhost:{port}"


@pytest.mark.parametrize("path", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_name_modules_and_targets_that_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    for module in re.findall(r"python -m ([a-z_.0-9]+)", text):
        assert (ROOT / f"{module.replace('.', '/')}.py").exists() or (ROOT / module.replace(".", "/")).is_dir(), module
    offered = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in re.findall(r"(?:^|`)make ([a-z0-9-]+)", text, re.MULTILINE):
        assert re.search(rf"make {target}\s", offered), target
