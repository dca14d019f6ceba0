"""docs/dependencies.md accounts for every direct dependency."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[A-Za-z0-9._-]+")


def direct_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lists = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    return {name.group() for requirements in lists for text in requirements if (name := NAME.match(text))}


def documented() -> set[str]:
    """The names in the first column of the page's tables."""
    rows = [line for line in (ROOT / "docs" / "dependencies.md").read_text("utf-8").splitlines() if line[:2] == "| "]
    return {name for row in rows for name in NAME.findall(row.split("|")[1])}


def test_every_direct_dependency_has_its_reason() -> None:
    assert sorted(direct_dependencies() - documented()) == []


def test_every_row_says_licence_and_reason() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    for row in page.splitlines():
        if row.startswith("| "):
            assert all(cell.strip() for cell in row.strip("|").split("|")), row
