"""What this machine has, and what can be installed on it."""

import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
POLICY = Path("/usr/sbin/policy-rc.d")
LOCK = ("-o", "DPkg::Lock::Timeout=120")
_INSTALLING = threading.Lock()
"""RabbitMQ and MongoDB start side by side, and dpkg lets only one install at a time."""


class CannotRun(Exception):
    """Something that is needed can't be had here; the text is one sentence on what to do."""


def say(text: str) -> None:
    """A line for the person at the terminal."""
    print(f"  {text}", file=sys.stderr, flush=True)


FIRST_PORT, LAST_PORT = 20_000, 32_000
"""Below the range from which Linux takes the ports of outgoing connections: none of them can be faster."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now, and that nobody gets by chance before it is used."""
    for _ in range(200):
        port = random.randint(FIRST_PORT, LAST_PORT)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CannotRun(f"No port between {FIRST_PORT} and {LAST_PORT} is free.")


def wait_until(ready: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Waits for a condition; `CannotRun` when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise CannotRun(f"{what} did not get ready within {seconds:.0f} s.")
        time.sleep(0.1)


def has_docker() -> bool:
    """Whether a Docker engine answers."""
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(["docker", "info", "--format", "{{.ServerVersion}}"], capture_output=True, timeout=20)
    return asked.returncode == 0 and bool(asked.stdout.strip())


def apt_install(*alternatives: Sequence[str]) -> bool:
    """Installs the first of these lists of packages that the distribution has; says so first."""
    with _INSTALLING:
        return _apt_install(alternatives)


def _apt_install(alternatives: Sequence[Sequence[str]]) -> bool:
    apt = shutil.which("apt-get")
    as_root: list[str] = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if apt is None or (as_root and shutil.which("sudo") is None):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*as_root, apt, "update", "-qq"], env=environment, capture_output=True)
    for packages in alternatives:
        say(f"installing {' '.join(packages)} with apt-get")
        with _no_service_started(as_root):
            command = [*as_root, apt, "install", "-y", "-qq", "--no-install-recommends", *LOCK, *packages]
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode == 0:
            return True
    say(f"apt-get could not install it: {done.stderr.strip().splitlines()[-1:]}")
    return False


@contextmanager
def _no_service_started(as_root: Sequence[str]) -> Iterator[None]:
    """Keeps a package from starting a system-wide daemon (Debian Policy 9.3.3.1, policy-rc.d)."""
    if POLICY.exists():
        yield
        return
    script = "#!/bin/sh\nexit 101\n"
    subprocess.run([*as_root, "tee", str(POLICY)], input=script, text=True, stdout=subprocess.DEVNULL, check=False)
    subprocess.run([*as_root, "chmod", "755", str(POLICY)], check=False)
    try:
        yield
    finally:
        subprocess.run([*as_root, "rm", "-f", str(POLICY)], check=False)
