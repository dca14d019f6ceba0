"""Reads the organisation's own files in config/; a mistake is refused with file, line and reason."""

import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import InvalidConfiguration
from shared.faults import causes, in_words


class Strict(BaseModel):
    """A part of a configuration file: a misspelt key is an error, not a silent default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


M = TypeVar("M", bound=Strict)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, where PyYAML was built with it: it is ten times as fast."""
_PLACE = re.compile(r"([a-z_]+(?:\.[\w-]+){0,9}): ")
"""Where the place stands at the head of a reason: a check of several parts at once knows no other way to tell it."""


def load(path: Path, model: type[M]) -> M:
    """The file as a `model`; `InvalidConfiguration` lists every fault as `file:line: reason`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfiguration(f"{path}: can't be read: {error}") from error
    try:
        root = yaml.compose(text, Loader=_LOADER)
        content = yaml.load(text, Loader=_LOADER)  # noqa: S506  # a safe one
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidConfiguration(f"{path}:{line}: not YAML: {error.problem}") from error
    repeated = _repeated_keys(root)
    if repeated:
        raise InvalidConfiguration("\n".join(f"{path}:{line}: {key} is given twice" for line, key in repeated))
    try:
        return model.model_validate(content if content is not None else {})
    except ValidationError as error:
        faults = [_told(path, root, fault["loc"], in_words(fault)) for fault in causes(error.errors(include_url=False))]
        raise InvalidConfiguration("\n".join(faults)) from error


def plain(path: Path) -> Any:
    """A YAML file of Kartica's own as it stands, unchecked."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  # a safe one


def tree(path: Path) -> yaml.Node | None:
    """The nodes of a file; `line_of` tells where each stands."""
    return yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)


def _told(path: Path, root: yaml.Node | None, loc: tuple[int | str, ...], reason: str) -> str:
    named = _PLACE.match(reason)
    steps = tuple(int(step) if step.isdigit() else step for step in named[1].split(".")) if named else ()
    return f"{path}:{line_of(root, (*loc, *steps))}: {_where(loc)}{reason}"


def line_of(node: yaml.Node | None, path: tuple[int | str, ...]) -> int:
    """The line (from 1) at which the value at `path` stands, or the nearest one around it."""
    line = 1
    for step in path:
        found: tuple[yaml.Node, yaml.Node] | None = None
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = (node.value[step], node.value[step])
        if found is None:
            continue  # pydantic names variants of a union in its path, which the file does not have
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _where(path: tuple[int | str, ...]) -> str:
    return f"{'.'.join(str(step) for step in path)}: " if path else ""


def _repeated_keys(node: yaml.Node | None) -> list[tuple[int, Any]]:
    found: list[tuple[int, Any]] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[Any] = set()
        for key, value in node.value:
            if key.value in seen:
                found.append((key.start_mark.line + 1, key.value))
            seen.add(key.value)
            found += _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            found += _repeated_keys(item)
    return found
