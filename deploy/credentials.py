"""Makes random secrets once, and the files from which containers read them; a repeat changes nothing.

    python -m deploy.credentials --out FOLDER --broker HOST:PORT --database HOST:PORT

FOLDER (readable for its owner only) gets

    passwords.json                      every secret; the files below are made from it, each time
    <service>.env                       that service's settings; lines that you add stay
    definitions.json                    the broker's topology with its users' password hashes
    mongodb.key, mongodb-users.json     what deploy/mongodb/prepare.py reads

For the laptop and for trying things out. A company has its own place for secrets.
"""

import argparse
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.rabbitmq.render import render
from deploy.rabbitmq.topology import SERVICES, VHOST

REPLICA_SET = "kartica"
OF_SOME = {"KARTICA_REPLY_KEYS": ("ingest", "notify")}
"""Secrets beside those that all services have, and whose they are."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--broker", required=True)
    parser.add_argument("--database", required=True)
    given = parser.parse_args()
    write(given.out, broker=given.broker, database=given.database)


def write(folder: Path, *, broker: str, database: str) -> None:
    """Writes all files; passwords that are there already are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    known = _known(folder / "passwords.json")
    _write(folder / "passwords.json", json.dumps(known, indent=1), mode=0o600)
    for service in SERVICES:
        path = folder / f"{service}.env"
        settings = {**_read_env(path), **environment(service, known, broker=broker, database=database)}
        _write(path, "".join(f"{name}={value}\n" for name, value in sorted(settings.items())), mode=0o600)
    # A container's user is another one than the folder's owner: the folder is closed, its files are not.
    _write(folder / "definitions.json", json.dumps(render(passwords=known["broker"]), indent=1), mode=0o644)
    _write(folder / "mongodb.key", known["mongodb_key"], mode=0o644)
    users = {name: {"database": f"kartica_{name}", "password": known["database"][name]} for name in SERVICES}
    _write(folder / "mongodb-users.json", json.dumps(users, indent=1), mode=0o644)


def fresh() -> dict[str, Any]:
    """New secrets for everything and everybody."""
    return {
        "broker": {user: secrets.token_hex(16) for user in (*SERVICES, "integrator", "operator")},
        "database": {service: secrets.token_hex(16) for service in SERVICES},
        "mongodb_key": secrets.token_hex(48),
        "KARTICA_JWT_KEY": secrets.token_hex(32),
        "KARTICA_REPLY_KEYS": f"a:{secrets.token_hex(16)}",
    }


def environment(service: str, known: Mapping[str, Any], *, broker: str, database: str) -> dict[str, str]:
    """The secret settings of one service."""
    where = f"{database}/kartica_{service}?replicaSet={REPLICA_SET}"
    return {
        "KARTICA_AMQP_URL": f"amqp://{service}:{known['broker'][service]}@{broker}/{VHOST}",
        "KARTICA_MONGO_URL": f"mongodb://{service}:{known['database'][service]}@{where}",
        "KARTICA_JWT_KEY": known["KARTICA_JWT_KEY"],
        **{name: known[name] for name, services in OF_SOME.items() if service in services},
    }


def _known(path: Path) -> dict[str, Any]:
    """What is there, completed by what a newer version needs."""
    there: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {
        name: {**value, **there.get(name, {})} if isinstance(value, dict) else there.get(name, value)
        for name, value in fresh().items()
    }


def _read_env(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "=" in line and line[:1] != "#"]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _write(path: Path, text: str, *, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)


if __name__ == "__main__":
    main()
