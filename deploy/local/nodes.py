"""RabbitMQ and MongoDB for whoever needs them here: found, or started once and shared, and stopped by the last user.

The first of these that works: URLs in the environment (KARTICA_RABBITMQ_URL and KARTICA_RABBITMQ_API_URL of an
administrator, KARTICA_MONGODB_URL), containers, programs. KARTICA_NODES=docker or =programs leaves no choice.
"""

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local import containers, mongodb, rabbitmq
from deploy.local.addresses import Nodes
from deploy.local.machine import LOCAL, CannotRun, has_docker, say, wait_until
from deploy.local.rabbitmq import RabbitMq

FOLDER = LOCAL / "nodes"
STATE = FOLDER / "state.json"
KILLED_WITHIN = 10.0


Start = Callable[[], tuple[Nodes, list[dict[str, Any]]]]


@contextmanager
def shared_nodes(*, in_containers: Start | None = None) -> Iterator[Nodes]:
    """The nodes, for as long as the block runs; several processes may hold them at a time."""
    given = _from_environment()
    if given is not None:
        yield given
        return
    user = FOLDER / f"user-{os.getpid()}"
    with _locked():
        nodes = _running() or _start(in_containers or containers.start)
        user.touch()
    try:
        yield nodes
    finally:
        with _locked():
            user.unlink(missing_ok=True)
            if not _users():
                stop_all()


@dataclass(slots=True)
class PrivateNodes:
    """Nodes of one's own, whose broker can be killed without disturbing anybody."""

    nodes: Nodes
    parts: list[dict[str, Any]]

    def kill_broker(self) -> None:
        """Kills RabbitMQ as a power cut would, and starts it again; returns when it answers."""
        broker = self.parts[0]
        if broker["kind"] == "container":
            containers.kill_and_start(broker["id"])
        else:
            _kill(broker["pid"])
            broker["pid"] = rabbitmq.launch(broker["environment"]).pid
        wait_until(self.nodes.rabbitmq.answers, seconds=rabbitmq.READY_SECONDS, what="RabbitMQ, after its restart,")


@contextmanager
def private_nodes(folder: Path) -> Iterator[PrivateNodes]:
    """A broker and a database for this block alone: containers where an engine answers, else programs."""
    wanted = os.environ.get("KARTICA_NODES", "")
    in_docker = wanted == "docker" or (not wanted and has_docker())
    nodes, parts = containers.start() if in_docker else _start_programs(folder)
    private = PrivateNodes(nodes, parts)
    try:
        yield private
    finally:
        for part in private.parts:
            _stop(part)


@contextmanager
def private_database(folder: Path) -> Iterator[str]:
    """The URL of a MongoDB for this block alone, a program of this machine."""
    url, part = mongodb.start_program(folder)
    try:
        yield url
    finally:
        _stop(part)


def stop_unused() -> None:
    """Stops what was started here, unless somebody still uses it."""
    if STATE.exists():
        with _locked():
            if not _users():
                stop_all()


def stop_all() -> None:
    """Stops what was started here, whoever still uses it."""
    if not STATE.exists():
        return
    for part in json.loads(STATE.read_text())["parts"]:
        _stop(part)
    STATE.unlink()


def _from_environment() -> Nodes | None:
    names = ("KARTICA_RABBITMQ_URL", "KARTICA_RABBITMQ_API_URL", "KARTICA_MONGODB_URL")
    urls = [os.environ.get(name, "") for name in names]
    if not any(urls):
        return None
    if not all(urls):
        raise CannotRun(f"Set all of {', '.join(names)}, or none.")
    nodes = Nodes(RabbitMq(amqp_url=urls[0].rstrip("/"), api_url=urls[1]), urls[2], "the environment")
    if not nodes.rabbitmq.answers():
        raise CannotRun("RabbitMQ's management API does not answer at KARTICA_RABBITMQ_API_URL.")
    return nodes


def _start(in_containers: Start) -> Nodes:
    wanted = os.environ.get("KARTICA_NODES", "")
    if wanted not in ("", "docker", "programs"):
        raise CannotRun("KARTICA_NODES is docker, programs, or not set.")
    if wanted == "docker" or (not wanted and has_docker()):
        try:
            return _keep(*in_containers())
        except Exception as error:
            if wanted:
                raise CannotRun(f"Docker could not run the nodes: {error}") from error
            say(f"Docker is there but could not run the nodes ({error}); trying programs of this machine")
    return _keep(*_start_programs(FOLDER))


def _start_programs(folder: Path) -> tuple[Nodes, list[dict[str, Any]]]:
    """Both at a time: the one waits while the other starts. What did start is stopped when the other can't."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        broker = pool.submit(rabbitmq.start_program, folder / "rabbitmq")
        database = pool.submit(mongodb.start_program, folder / "mongodb")
    failed = broker.exception() or database.exception()
    if failed is not None:
        for started in (broker, database):
            if started.exception() is None:
                _stop_process(started.result()[1])
        raise failed
    (node, broker_part), (database_url, database_part) = broker.result(), database.result()
    return Nodes(node, database_url, "programs of this machine"), [broker_part, database_part]


def _keep(nodes: Nodes, parts: list[dict[str, Any]]) -> Nodes:
    state = {
        "amqp_url": nodes.rabbitmq.amqp_url,
        "api_url": nodes.rabbitmq.api_url,
        "mongodb_url": nodes.mongodb_url,
        "origin": nodes.origin,
        "parts": parts,
    }
    STATE.touch(mode=0o600)
    STATE.write_text(json.dumps(state))
    return nodes


def _running() -> Nodes | None:
    """What an earlier user started, if it still answers; otherwise its remains are stopped."""
    if not STATE.exists():
        return None
    state = json.loads(STATE.read_text())
    nodes = Nodes(RabbitMq(state["amqp_url"], state["api_url"]), state["mongodb_url"], state["origin"])
    if nodes.rabbitmq.answers():
        return nodes
    stop_all()
    return None


def _users() -> list[Path]:
    """The holders that are alive; what dead ones left is removed."""
    alive = []
    for path in FOLDER.glob("user-*"):
        try:
            os.kill(int(path.name.removeprefix("user-")), 0)
        except ProcessLookupError:
            path.unlink(missing_ok=True)
        except PermissionError:
            alive.append(path)
        else:
            alive.append(path)
    return alive


@contextmanager
def _locked() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _stop(part: dict[str, Any]) -> None:
    if part["kind"] == "process":
        _stop_process(part)
    else:
        containers.remove(part["id"])


def _stop_process(part: dict[str, Any]) -> None:
    """Ends a node at once: its data is thrown away, so there is nothing that it should write down first."""
    _kill(part["pid"])
    if "epmd_pid" in part:  # the port mapper outlives its node
        _kill(part["epmd_pid"])


def _kill(leader: int) -> None:
    """Kills a process and its group, and waits until the process has ended, as a zombie at least."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + KILLED_WITHIN
    while _runs(leader) and time.monotonic() < deadline:
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        os.waitpid(pid, os.WNOHANG)  # a child of ours
    except ChildProcessError:
        pass
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # nobody may be there to reap it, as in a container
