"""Kartica in containers on this machine: `python -m deploy.compose up | down`.

`up` makes the secrets, builds the five images, starts compose.yaml and waits until every service is ready.
`down` stops and removes the containers; the data stays in its volumes, until `down --volumes` removes them too.
"""

import argparse
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy import credentials

ROOT = Path(__file__).resolve().parent.parent
SECRETS = ROOT / ".local" / "compose"
PORTS = {"ingest": 8101, "routing": 8102, "sla": 8103, "notify": 8104, "reporting": 8105}
READY_SECONDS = 120.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["up", "down"])
    parser.add_argument("--volumes", action="store_true", help="with down: remove the data too")
    given = parser.parse_args()
    # compose reads the environment files even to stop what was started with them.
    credentials.write(SECRETS, broker="rabbitmq:5672", database="mongo:27017")
    compose = [*command(), "--project-name", "kartica", "--file", str(ROOT / "compose.yaml")]
    if given.what == "down":
        _run([*compose, "down", *(["--volumes"] if given.volumes else [])])
        return
    _run([*compose, "build", "--quiet"])
    _run([*compose, "up", "--detach"])
    reasons = wait(addresses(os.environ), seconds=READY_SECONDS)
    if reasons:
        sys.exit("\n".join([*reasons, "Look at the log: docker compose --project-name kartica logs SERVICE"]))
    print("Ready:", *(f"  {service:9} {url}" for service, url in addresses(os.environ).items()), sep="\n")


def command() -> list[str]:
    """`docker compose`, or the older program `docker-compose`."""
    for candidate in (["docker", "compose"], ["docker-compose"]):
        try:
            done = subprocess.run([*candidate, "version"], capture_output=True)
        except FileNotFoundError:
            continue
        if done.returncode == 0:
            return candidate
    sys.exit("This needs a Docker engine and Docker Compose: install docker.io and docker-compose (Debian), or Docker.")


def addresses(environment: Mapping[str, str]) -> dict[str, str]:
    """Where each service listens on this machine; compose.yaml takes the same variables."""
    ports = {service: environment.get(f"{service.upper()}_PORT", str(port)) for service, port in PORTS.items()}
    return {service: f"http://127.0.0.1:{port}" for service, port in ports.items()}


def wait(urls: Mapping[str, str], *, seconds: float, ready: Callable[[str], str | None] | None = None) -> list[str]:
    """Waits until all are ready; afterwards, what is wrong with those that are not."""
    deadline = time.monotonic() + seconds
    while True:
        found = {service: (ready or _is_ready)(url) for service, url in urls.items()}
        wrong = [f"{service} is not ready: {reason}" for service, reason in found.items() if reason is not None]
        if not wrong or time.monotonic() > deadline:
            return wrong
        time.sleep(0.5)


def _is_ready(url: str) -> str | None:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5):
            return None
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")[:300]
    except OSError as error:
        return str(error)


def _run(arguments: Sequence[str]) -> None:
    done = subprocess.run(arguments, cwd=ROOT)
    if done.returncode != 0:
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
