"""`make down`: stops what `make up` started, and nothing else."""

import json
import os
import signal
from pathlib import Path

from deploy.local import nodes
from deploy.local.machine import LOCAL, CannotRun, wait_until

STOP_SECONDS = 60.0


def main() -> None:
    stopped = stop(LOCAL / "up" / "stack.json")
    nodes.stop_unused()
    print("Kartica is down." if stopped else "Kartica is not up.")


def stop(state: Path) -> bool:
    """Ends what `state` tells of, also what a killed `make up` left behind; False when there is nothing."""
    if not state.exists():
        return False
    told = json.loads(state.read_text())
    # First the one that stops the others in order. A number may long be another process's.
    modules = {told["pid"]: "deploy.local.up"} | {
        pid: f"services.{name}" for name, pid in told.get("services", {}).items()
    }
    for pid, module in modules.items():
        if runs(pid, module):
            _end(pid, module)
    state.unlink(missing_ok=True)
    return True


def runs(pid: int, module: str) -> bool:
    """Whether the process `pid` is one of `python -m module`, and not ended."""
    try:
        return module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _end(pid: int, module: str) -> None:
    os.kill(pid, signal.SIGTERM)
    try:
        wait_until(lambda: not runs(pid, module), seconds=STOP_SECONDS, what="Kartica's end")
    except CannotRun:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
