"""Whom an internal note calls by @name."""

import re
from collections.abc import Collection

MOST = 20
_NAME = re.compile(r"(?<![\w@.+-])@([a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9_])?)", re.IGNORECASE)


def mentioned(text: str, agents: Collection[str]) -> tuple[str, ...]:
    """The agents who are called, each once, in their order. A name that nobody has stays text.

    `@ana.` at the end of a sentence is ana, also when there is nobody called `ana.`; an address
    (`me@ana`) calls nobody.
    """
    found = (_known(match.lower(), agents) for match in _NAME.findall(text))
    return tuple(dict.fromkeys(name for name in found if name is not None))[:MOST]


def _known(written: str, agents: Collection[str]) -> str | None:
    """The longest name that what was written begins with, when only dots or hyphens follow."""
    name = written
    while name:
        if name in agents:
            return name
        cut = max(name.rfind("."), name.rfind("-"))
        if cut < 0:
            return None
        name = name[:cut]
    return None
