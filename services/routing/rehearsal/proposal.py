"""Reads a routing.yaml that somebody proposes: bounded before it is built, then checked as the service's own."""

import tempfile
from pathlib import Path
from typing import Any

import yaml

from services.routing import configuration
from services.routing.classification.schema import Ruleset
from shared.errors import InvalidConfiguration, Refused
from shared.organisation import Organisation

MAX_BYTES = 100_000
MAX_DEPTH = 40
"""Levels of nesting. Deeper ones, and aliases, can make a small file take all memory."""
NAME = "routing.yaml"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(text: bytes, organisation: Organisation) -> Ruleset:
    """The rules; `Refused` lists every mistake as `routing.yaml:line: reason`."""
    try:
        _check_bounds(text)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / NAME
            path.write_bytes(text)
            try:
                return configuration.check(path, organisation)
            except InvalidConfiguration as error:
                raise InvalidConfiguration(str(error).replace(str(path), NAME)) from error
    except InvalidConfiguration as error:
        raise Refused(status=422, title="The rules do not hold", detail=str(error)) from error


def _check_bounds(text: bytes) -> None:
    if len(text) > MAX_BYTES:
        raise Refused(status=413, title="Too large", detail=f"The rules may have {MAX_BYTES} bytes.")
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                raise InvalidConfiguration(f"{NAME}:{line}: aliases are not read; write the value out")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise InvalidConfiguration(f"{NAME}:{line}: nested more than {MAX_DEPTH} levels deep")
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidConfiguration(f"{NAME}:{at}: not YAML: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidConfiguration(f"{NAME}:1: not YAML: {error}") from error
