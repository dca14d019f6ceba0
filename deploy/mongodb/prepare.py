"""Makes a new mongod the primary of a replica set of one, with a user for each service; safe to repeat.

It runs in a container of one of the services' images (they hold the driver) and reads from the environment:

    MONGODB_MEMBER      the name by which the services reach it: host:port
    MONGODB_KEY_FILE    the key that the members of the set share; mongod's --keyFile
    MONGODB_USERS_FILE  {"ingest": {"database": "kartica_ingest", "password": "..."}, ...}

Whoever holds the key may act as the user `__system`, which is how the first real users can be made from another
container. A service's user may read and write its own database and nothing else.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure

REPLICA_SET = "kartica"
DEADLINE_SECONDS = 120.0
ALREADY_INITIALIZED = 23
ALREADY_THERE = 51003
CAN_SIGN_IN_LATER = frozenset({11, 18})
"""UserNotFound and AuthenticationFailed: mongod is up, but not ready to check passwords."""


def main() -> None:
    client: MongoClient[dict[str, Any]] = MongoClient(
        f"mongodb://{os.environ['MONGODB_MEMBER']}/?directConnection=true",
        username="__system",
        password="".join(Path(os.environ["MONGODB_KEY_FILE"]).read_text(encoding="ascii").split()),
        authSource="local",
        authMechanism="SCRAM-SHA-256",
        serverSelectionTimeoutMS=2000,
    )
    users = json.loads(Path(os.environ["MONGODB_USERS_FILE"]).read_text(encoding="utf-8"))
    _wait(lambda: initiate(client, member=os.environ["MONGODB_MEMBER"]), what="the replica set")
    _wait(lambda: bool(client.admin.command("hello")["isWritablePrimary"]), what="the election")
    for name, user in users.items():
        make_user(client, name, user)
    print(f"The replica set {REPLICA_SET} is there, with the users {', '.join(users)}.")


def initiate(client: "MongoClient[dict[str, Any]]", *, member: str) -> bool:
    """Makes the set, or finds that it is there."""
    members = [{"_id": 0, "host": member}]
    try:
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
    except OperationFailure as error:
        if error.code != ALREADY_INITIALIZED:
            raise
    return True


def make_user(client: "MongoClient[dict[str, Any]]", name: str, user: Mapping[str, str]) -> None:
    """Makes a service's user in its own database, or gives the one that is there this password."""
    database = client[user["database"]]
    roles = [{"role": "readWrite", "db": user["database"]}]
    try:
        database.command("createUser", name, pwd=user["password"], roles=roles)
    except OperationFailure as error:
        if error.code != ALREADY_THERE:
            raise
        database.command("updateUser", name, pwd=user["password"], roles=roles)


def _wait(step: Callable[[], bool], *, what: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            if step():
                return
            reason = "not yet"
        except (ConnectionFailure, OperationFailure) as error:
            if isinstance(error, OperationFailure) and error.code not in CAN_SIGN_IN_LATER:
                raise
            reason = str(error)
        if time.monotonic() > deadline:
            sys.exit(f"{what} did not get there within {DEADLINE_SECONDS:.0f} s: {reason[:300]}")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
