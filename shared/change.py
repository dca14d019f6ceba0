"""What a decision comes to: the writes and the events, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.envelope import Event


@dataclass(frozen=True, slots=True)
class Insert:
    """A new document with a derived `_id`; one that is already there makes the change stale."""

    collection: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """Sets fields of the document `id`, provided that it still has `version`; then it has `version + 1`.

    Version 0 means that the document does not exist yet.
    """

    collection: str
    id: str
    version: int
    set: Mapping[str, Any]
    unset: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Apply:
    """A commutative update without a guard (`$inc`, `$max`, `$addToSet`), inserting the document if needed."""

    collection: str
    id: str
    update: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delete:
    collection: str
    id: str


Write = Insert | Update | Apply | Delete


@dataclass(frozen=True, slots=True)
class Change:
    """Writes and events that become true together, or not at all.

    `answer` is kept with the change and given again when the same cause comes twice: it is what a
    command's sender is told. An empty change is a decision too: the cause counts as handled.
    """

    writes: tuple[Write, ...] = ()
    events: tuple[Event, ...] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)


NOTHING = Change()
