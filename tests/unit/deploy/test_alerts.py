"""The alert rules can be read, name metrics that exist, and tell what to do."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "deploy" / "prometheus").glob("*.yaml"))
METRIC = re.compile(r"\bkartica_[a-z_]+")


def rules(path: Path) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(path.read_text("utf-8"))["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_alert_names_metrics_that_exist_and_says_what_to_do(path: Path) -> None:
    code = "\n".join(file.read_text("utf-8") for top in ("shared", "services") for file in (ROOT / top).rglob("*.py"))
    assert rules(path)
    for rule in rules(path):
        named = set(METRIC.findall(rule["expr"]))
        assert named, rule["alert"]
        assert {name for name in named if f'"{name.removesuffix("_total")}"' not in code} == set()
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["labels"]["severity"] in ("info", "warning", "critical")
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_a_broken_model_and_a_worker_that_is_down_and_falling_precision_are_alerted_on() -> None:
    alerts = {rule["alert"] for path in FILES for rule in rules(path)}
    assert {"KarticaModelBroken", "KarticaModelWorkerDown", "KarticaModelPrecisionFalls"} <= alerts
