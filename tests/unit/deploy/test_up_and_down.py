"""`make up` leaves the one that runs alone, and `make down` ends its own processes only."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.down import runs, stop
from deploy.local.machine import LOCAL, CannotRun, free_port, wait_until
from deploy.local.nodes import Nodes
from deploy.local.rabbitmq import RabbitMq
from deploy.local.stack import Stack, running
from deploy.local.up import WEBHOOK, given
from deploy.rabbitmq.topology import SERVICES
from services.ingest.channels.providers.whatsapp import updates

NOWHERE = Nodes(RabbitMq("amqp://nobody@127.0.0.1:1", "http://nobody@127.0.0.1:1"), "mongodb://127.0.0.1:1", "none")


async def test_a_second_stack_says_which_port_is_taken_and_touches_nothing_of_the_first() -> None:
    with socket.create_server(("127.0.0.1", 0)) as first:
        ports = {name: free_port() for name in (*SERVICES, "sms", "sink")} | {"smtp": first.getsockname()[1]}
        stack = Stack(name="second-up", nodes=NOWHERE, config_dir=Path("config"), ports=ports)
        mail = stack.folder / "mail" / "0001.eml"
        try:
            mail.parent.mkdir(parents=True)
            mail.write_text("the first one's")
            with pytest.raises(CannotRun, match=f"Port {ports['smtp']}, for smtp, is taken.*`make down`"):
                async with running(stack):
                    pass
            assert mail.read_text() == "the first one's"
        finally:
            mail.unlink()
            mail.parent.rmdir()
            (LOCAL / "second-up").rmdir()


def test_down_ends_what_a_killed_up_left_behind(tmp_path: Path) -> None:
    # Python takes the first -m for itself: the second is an argument, as far as the system shows it.
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "-m", "services.ingest"])
    try:
        wait_until(lambda: runs(left.pid, "services.ingest"), seconds=10, what="a process with a name")
        assert stop(state(tmp_path, pid=2**22 + 1, services={"ingest": left.pid}))
        assert left.wait(timeout=10) != 0
    finally:
        left.kill()


def test_down_leaves_a_process_alone_that_got_the_number_of_an_ended_one(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        assert stop(state(tmp_path, pid=stranger.pid, services={"ingest": stranger.pid}))
        assert stranger.poll() is None
        assert not runs(stranger.pid, "services.ingest")
    finally:
        stranger.kill()
        stranger.wait()


def test_down_twice_says_that_nothing_is_up(tmp_path: Path) -> None:
    told = state(tmp_path, pid=2**22 + 1, services={})
    assert stop(told)
    assert not stop(told)


def test_the_webhook_that_up_shows_is_a_message() -> None:
    ((update, _),) = updates(json.loads(WEBHOOK))
    assert (update.key, update.kind) == ("wamid.1", "message")


def state(folder: Path, *, pid: int, services: dict[str, int]) -> Path:
    path = folder / "stack.json"
    path.write_text(json.dumps({"pid": pid, "services": services}))
    return path


def test_what_the_environment_says_of_providers_reaches_the_services_that_need_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KARTICA_CHANNEL_SECRETS", "{}")
    monkeypatch.setenv("KARTICA_PUBLIC_URL", "https://help.example")
    monkeypatch.setenv("KARTICA_DATABASE", "mine")
    settings = given()
    assert settings["ingest"] == {"PUBLIC_URL": "https://help.example", "CHANNEL_SECRETS": "{}"}
    assert settings["notify"] == {"PUBLIC_URL": "https://help.example"}
