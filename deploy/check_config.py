"""Reads the files in config/ as the services do: `python -m deploy.check_config [FOLDER]`."""

import importlib
import sys
from pathlib import Path

from deploy.rabbitmq.topology import SERVICES
from shared.errors import InvalidConfiguration
from shared.organisation import Organisation


def faults(config_dir: Path) -> list[str]:
    """Every mistake as `file:line: reason`; an empty list when the folder holds."""
    found = []
    readers = [Organisation.read]
    for name in SERVICES:
        try:
            readers.append(importlib.import_module(f"services.{name}.configuration").read)
        except ModuleNotFoundError as error:
            if error.name != f"services.{name}.configuration":
                raise
    for read in readers:
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
