"""`make check`: every check that needs no network, side by side, with what failed shown at the end."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.local.machine import ROOT

BIN = Path(sys.executable).parent
CHECKS: dict[str, list[str]] = {
    "types": [str(BIN / "mypy")],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "lint": [str(BIN / "ruff"), "check", "."],
    "walls": [str(BIN / "lint-imports")],
    "contracts": [sys.executable, "-m", "contracts.generate", "--check"],
    "definitions": [sys.executable, "-m", "deploy.rabbitmq.topology", "--check"],
    "config": [sys.executable, "-m", "deploy.check_config"],
}


def run(name: str) -> tuple[str, int, str, float]:
    started = time.monotonic()
    done = subprocess.run(CHECKS[name], cwd=ROOT, capture_output=True, text=True)
    return name, done.returncode, done.stdout + done.stderr, time.monotonic() - started


def main() -> None:
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(run, CHECKS))
    for name, status, _, seconds in results:
        print(f"  {name:12} {'ok' if status == 0 else 'FAILED'}  {seconds:4.1f} s")
    for name, status, output, _ in results:
        if status != 0:
            print(f"\n--- {name}\n{output.strip()}")
    sys.exit(any(status for _, status, _, _ in results))


if __name__ == "__main__":
    main()
