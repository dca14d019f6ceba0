"""RabbitMQ and MongoDB as containers, from the images that compose.yaml names."""

import secrets
import subprocess
from typing import Any

from deploy.local import mongodb, rabbitmq
from deploy.local.addresses import Nodes
from deploy.local.machine import CannotRun, free_port, say, wait_until
from deploy.local.rabbitmq import RabbitMq


def start() -> tuple[Nodes, list[dict[str, Any]]]:
    """Starts both; the nodes, and what is needed to end them."""
    broker = _run(rabbitmq.IMAGE, ports=(5672, 15672))
    database = None
    try:
        database = _run(mongodb.IMAGE, ports=(27017,), command=mongodb.ARGUMENTS)
        node = RabbitMq.on(
            host="127.0.0.1",
            amqp_port=_port(broker, 5672),
            api_port=_port(broker, 15672),
            user="guest",
            password="guest",
        )
        port = _port(database, 27017)
        mongodb.initiate("127.0.0.1", port, alive=lambda: True, log=f"docker logs {database}", member="127.0.0.1:27017")
        wait_until(node.answers, seconds=rabbitmq.READY_SECONDS, what="RabbitMQ's container")
    except BaseException:
        for started in filter(None, (broker, database)):
            remove(started)
        raise
    parts = [{"kind": "container", "id": broker}, {"kind": "container", "id": database}]
    return Nodes(node, mongodb.url("127.0.0.1", port), "Docker"), parts


def remove(container: str) -> None:
    """Ends a container and deletes its data."""
    subprocess.run(["docker", "rm", "--force", "--volumes", container], capture_output=True, check=False)


def kill_and_start(container: str) -> None:
    """What a power cut does to a container: it keeps its files and its ports."""
    subprocess.run(["docker", "kill", container], capture_output=True, check=True)
    subprocess.run(["docker", "start", container], capture_output=True, check=True)


def _run(image: str, *, ports: tuple[int, ...], command: tuple[str, ...] = ()) -> str:
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True).returncode != 0:
        say(f"pulling {image}")
    # A port that is chosen here stays the same when the container is started again.
    published = [argument for port in ports for argument in ("--publish", f"127.0.0.1:{free_port()}:{port}")]
    name = f"kartica-{image.partition(':')[0]}-{secrets.token_hex(3)}"
    done = subprocess.run(
        ["docker", "run", "--detach", "--name", name, *published, image, *command], capture_output=True, text=True
    )
    if done.returncode != 0:
        raise CannotRun(f"docker run {image}: {done.stderr.strip()[-300:]}")
    return done.stdout.strip()


def _port(container: str, port: int) -> int:
    shown = subprocess.run(["docker", "port", container, str(port)], capture_output=True, text=True, check=True)
    return int(shown.stdout.splitlines()[0].rpartition(":")[2])
