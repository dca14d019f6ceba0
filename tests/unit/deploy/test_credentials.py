"""Secrets are made once, each service gets its own only, and the rest is made from them."""

import json
import stat
from pathlib import Path

import pytest

from deploy import credentials
from deploy.rabbitmq.render import password_hash
from deploy.rabbitmq.topology import SERVICES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "secrets")
    return tmp_path / "secrets"


def write(folder: Path) -> None:
    credentials.write(folder, broker="rabbitmq:5672", database="mongo:27017")


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def settings(folder: Path, service: str) -> dict[str, str]:
    lines = (folder / f"{service}.env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_a_repeat_changes_nothing(folder: Path) -> None:
    before = contents(folder)
    write(folder)
    assert contents(folder) == before


def test_two_folders_have_no_secret_in_common(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "other")
    first, second = contents(folder), contents(tmp_path / "other")
    assert first.keys() == second.keys()
    assert all(first[name] != second[name] for name in first)


def test_a_line_that_the_operator_added_stays(folder: Path) -> None:
    with (folder / "notify.env").open("a", encoding="utf-8") as file:
        file.write("# the relay\nKARTICA_RELAY_PASSWORD=a=b\n")
    write(folder)
    assert settings(folder, "notify")["KARTICA_RELAY_PASSWORD"] == "a=b"


def test_a_secret_that_a_newer_version_needs_is_added_to_those_that_are_there(folder: Path) -> None:
    path = folder / "passwords.json"
    older = json.loads(path.read_text("utf-8"))
    missing = older["broker"].pop("operator")
    path.write_text(json.dumps(older), encoding="utf-8")
    write(folder)
    newer = json.loads(path.read_text("utf-8"))
    assert newer["broker"].pop("operator") != missing
    assert newer == older


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_its_own_user_on_broker_and_database(folder: Path, service: str) -> None:
    known = json.loads((folder / "passwords.json").read_text("utf-8"))
    given = settings(folder, service)
    assert given["KARTICA_AMQP_URL"] == f"amqp://{service}:{known['broker'][service]}@rabbitmq:5672/kartica"
    assert given["KARTICA_MONGO_URL"] == (
        f"mongodb://{service}:{known['database'][service]}@mongo:27017/kartica_{service}?replicaSet=kartica"
    )
    text = (folder / f"{service}.env").read_text("utf-8")
    others = [known[kind][name] for kind in ("broker", "database") for name in known[kind] if name != service]
    assert not [secret for secret in others if secret in text]


def test_only_those_who_sign_or_read_reply_tokens_have_their_keys(folder: Path) -> None:
    assert [name for name in SERVICES if "KARTICA_REPLY_KEYS" in settings(folder, name)] == ["ingest", "notify"]
    assert settings(folder, "ingest")["KARTICA_REPLY_KEYS"] == settings(folder, "notify")["KARTICA_REPLY_KEYS"]


def test_every_user_of_the_broker_can_sign_in_with_what_was_made(folder: Path) -> None:
    known = json.loads((folder / "passwords.json").read_text("utf-8"))["broker"]
    definitions = json.loads((folder / "definitions.json").read_text("utf-8"))
    assert {user["name"]: user["password_hash"] for user in definitions["users"]} == {
        name: password_hash(password, salt_from=name) for name, password in known.items()
    }


def test_the_folder_is_closed_and_what_other_users_in_containers_read_is_not(folder: Path) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(folder) == 0o700
    readable = {path.name for path in folder.iterdir() if mode(path) & 0o044}
    assert readable == {"definitions.json", "mongodb.key", "mongodb-users.json"}
