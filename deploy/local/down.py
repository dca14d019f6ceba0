"""`make down`: stops what `make up` started, and nothing else."""

import json
import os
import signal

from deploy.local.machine import LOCAL, wait_until


def main() -> None:
    state = LOCAL / "up" / "stack.json"
    if not state.exists():
        print("Kartica is not up.")
        return
    pid = json.loads(state.read_text())["pid"]
    try:
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not _lives(pid), seconds=60, what="Kartica's end")
    except ProcessLookupError:
        pass
    state.unlink(missing_ok=True)
    print("Kartica is down.")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
