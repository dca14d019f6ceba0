"""A private RabbitMQ: a container, or the distribution's program with its own ports, folder and cookie."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.machine import CannotRun, apt_install, free_port, wait_until
from deploy.rabbitmq.load import ManagementApi

IMAGE = "rabbitmq:4-management"
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
READY_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class RabbitMq:
    """How to reach a broker as its administrator; neither URL names a virtual host."""

    amqp_url: str
    api_url: str

    @classmethod
    def on(cls, *, host: str, amqp_port: int, api_port: int, user: str, password: str) -> "RabbitMq":
        return cls(f"amqp://{user}:{password}@{host}:{amqp_port}", f"http://{user}:{password}@{host}:{api_port}")

    def answers(self) -> bool:
        return ManagementApi(self.api_url).answers()


def start_program(folder: Path) -> tuple[RabbitMq, dict[str, Any]]:
    """Starts the distribution's rabbitmq-server; the node, and what `stop` needs to end it."""
    if not PROGRAM.exists() and not apt_install(["rabbitmq-server"]):
        raise CannotRun("Install RabbitMQ (on Debian or Ubuntu: apt-get install rabbitmq-server) or start Docker.")
    if not PROGRAM.exists():
        raise CannotRun(f"{PROGRAM} is missing although rabbitmq-server is installed; start Docker instead.")
    home, logs = folder / "home", folder / "log"
    for made in (home, logs):
        made.mkdir(parents=True, exist_ok=True)
    password, amqp, api, distribution, names = secrets.token_hex(16), *(free_port() for _ in range(4))
    node = RabbitMq.on(host="127.0.0.1", amqp_port=amqp, api_port=api, user="admin", password=password)
    configuration = folder / "rabbitmq.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"listeners.tcp.1 = 127.0.0.1:{amqp}\n"
        f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {api}\n"
        f"default_user = admin\ndefault_pass = {password}\n"
        "vm_memory_high_watermark.absolute = 1GB\ndisk_free_limit.absolute = 200MB\n"
        "log.file.level = info\nlog.console = false\n"
    )
    (folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
    # A new node has no data folder of an earlier one: who needs durable data gives its own broker.
    shutil.rmtree(folder / "data", ignore_errors=True)
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin:/usr/sbin:/sbin"),
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "RABBITMQ_NODENAME": f"kartica-{amqp}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(logs),
        "RABBITMQ_CONFIG_FILE": str(configuration),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        # Its own port mapper: the machine's, if there is one, is neither used nor left behind.
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    mapper = subprocess.Popen(
        ["epmd", "-port", str(names), "-address", "127.0.0.1"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    process = launch(environment)

    def ready() -> bool:
        if process.poll() is not None:
            raise CannotRun(f"rabbitmq-server ended at once: {_tail(logs / 'console')}")
        return node.answers()

    wait_until(ready, seconds=READY_SECONDS, what=f"RabbitMQ (log in {logs})")
    return node, {"kind": "process", "pid": process.pid, "epmd_pid": mapper.pid, "environment": environment}


def launch(environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Starts a node that has been configured; with the files of an earlier one it goes on from them."""
    with (Path(environment["RABBITMQ_LOG_BASE"]) / "console").open("ab") as console:
        return subprocess.Popen(
            [PROGRAM],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _tail(path: Path) -> str:
    return path.read_text(errors="replace").strip()[-500:]
