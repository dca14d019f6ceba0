"""Fills passwords, and if wanted another virtual host, into definitions.json; needs the standard library only.

    python -m deploy.rabbitmq.render --passwords FILE --out FILE [--vhost NAME]

FILE holds `{"ingest": "password", ...}`. A user without a password there stays without: it can't log in.
"""

import argparse
import base64
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DEFINITIONS = Path(__file__).with_name("definitions.json")


def render(
    *, passwords: Mapping[str, str], vhost: str | None = None, user_prefix: str = "", path: Path = DEFINITIONS
) -> dict[str, Any]:
    """The definitions with password hashes, in `vhost`, with every user's name prefixed."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for user in document["users"]:
        if user["name"] in passwords:
            user["password_hash"] = password_hash(passwords[user["name"]], salt_from=user["name"])
        user["name"] = user_prefix + user["name"]
    for kind in ("permissions", "topic_permissions"):
        for right in document[kind]:
            right["user"] = user_prefix + right["user"]
    if vhost is not None:
        document["vhosts"] = [{"name": vhost}]
        for kind in ("permissions", "topic_permissions", "policies", "exchanges", "queues", "bindings"):
            for item in document[kind]:
                item["vhost"] = vhost
    return document


def password_hash(password: str, *, salt_from: str) -> str:
    """RabbitMQ's salted SHA-256 (rabbit_password_hashing_sha256): base64 of salt and digest.

    The salt is derived, so that an unchanged password renders to an unchanged file and the broker
    can skip the import.
    """
    salt = hashlib.sha256(f"{salt_from}:{password}".encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passwords", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--vhost")
    given = parser.parse_args()
    document = render(passwords=json.loads(given.passwords.read_text(encoding="utf-8")), vhost=given.vhost)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(given.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(document, file, indent=1)


if __name__ == "__main__":
    main()
