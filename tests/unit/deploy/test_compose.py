"""compose.yaml runs the five images as the cluster would: confined, with their settings, ready when they say so."""

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import compose, credentials
from deploy.rabbitmq.topology import SERVICES

FILE: dict[str, Any] = yaml.safe_load((compose.ROOT / "compose.yaml").read_text("utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = FILE["services"]


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_is_confined(name: str) -> None:
    container = CONTAINERS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]


def test_only_the_one_that_hands_files_over_has_a_capability_and_it_has_no_network() -> None:
    assert [name for name, container in CONTAINERS.items() if "cap_add" in container] == ["mongo-files"]
    assert CONTAINERS["mongo-files"]["network_mode"] == "none"


@pytest.mark.parametrize("name", CONTAINERS)
def test_nothing_is_published_beyond_this_machine(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in CONTAINERS[name].get("ports", []))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_asked_whether_it_is_ready_and_has_time_to_drain(service: str) -> None:
    container = CONTAINERS[service]
    assert f"http://127.0.0.1:{compose.PORTS[service]}/readyz" in container["healthcheck"]["test"][-1]
    assert container["stop_grace_period"] == "45s"
    assert container["build"]["args"]["SERVICE"] == service


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_every_setting_that_it_needs_and_no_unknown_one(service: str, tmp_path: Path) -> None:
    credentials.write(tmp_path, broker="rabbitmq:5672", database="mongo:27017")
    (file,) = CONTAINERS[service]["env_file"]
    given = {line.partition("=")[0] for line in (tmp_path / Path(file).name).read_text("utf-8").splitlines()}
    given |= CONTAINERS[service].get("environment", {}).keys()
    fields = importlib.import_module(f"services.{service}.settings").Settings.model_fields
    assert {f"KARTICA_{name.upper()}" for name, field in fields.items() if field.is_required()} <= given
    assert given <= {f"KARTICA_{name.upper()}" for name in fields}


def test_files_that_are_mounted_are_there_or_are_made(tmp_path: Path) -> None:
    credentials.write(tmp_path, broker="rabbitmq:5672", database="mongo:27017")
    mounts = [volume for container in CONTAINERS.values() for volume in container.get("volumes", [])]
    for source in {mount.partition(":")[0] for mount in mounts if isinstance(mount, str) and mount.startswith(".")}:
        made = source.removeprefix("./.local/compose/")
        assert (tmp_path / made if made != source else compose.ROOT / source).exists()


def test_other_ports_are_taken_from_the_environment() -> None:
    urls = compose.addresses({"INGEST_PORT": "18101"})
    assert urls["ingest"] == "http://127.0.0.1:18101"
    assert urls["sla"] == "http://127.0.0.1:8103"
    assert all(
        f"${{{name.upper()}_PORT:-{port}}}" in str(CONTAINERS[name]["ports"]) for name, port in compose.PORTS.items()
    )


def test_who_waits_is_told_what_is_not_ready() -> None:
    asked: list[str] = []

    def ready(url: str) -> str | None:
        asked.append(url)
        return None if url == "a" or len(asked) > 4 else "MongoDB does not answer"

    assert compose.wait({"ingest": "a", "sla": "b"}, seconds=0, ready=ready) == [
        "sla is not ready: MongoDB does not answer"
    ]
    assert compose.wait({"ingest": "a", "sla": "b"}, seconds=60, ready=ready) == []
