"""Reads the files in config/ as the services do: `python -m deploy.check_config [FOLDER]`."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from services.ingest import configuration as ingest
from services.ingest.conversation import policy as tickets
from services.notify import app as notify
from services.routing import configuration as routing
from services.sla import configuration as sla
from shared.errors import InvalidConfiguration
from shared.organisation import Organisation

READERS: Sequence[Callable[[Path], Any]] = (
    Organisation.read,
    ingest.read,
    tickets.read,
    routing.read,
    sla.read,
    notify.check,
)
"""What the services read at their start, file by file, notify's with its templates."""


def faults(config_dir: Path) -> list[str]:
    """Every mistake as `file:line: reason`; an empty list when the folder holds."""
    found: list[str] = []
    for read in READERS:
        try:
            read(config_dir)
        except InvalidConfiguration as error:
            found += str(error).splitlines()
    return list(dict.fromkeys(found))


def main() -> None:
    config_dir = Path(sys.argv[1] if len(sys.argv) > 1 else "config")
    found = faults(config_dir)
    for fault in found:
        print(fault, file=sys.stderr)
    if found:
        sys.exit(1)
    print(f"{config_dir}: all files hold")


if __name__ == "__main__":
    main()
