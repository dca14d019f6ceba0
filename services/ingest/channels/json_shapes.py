"""Looks into JSON from outside, whatever shape it has: what is not as documented is as if it were not there."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from services.ingest.channels.plain_text import one_line

Json = Mapping[str, Any]
EARLIEST = datetime(2006, 1, 1, tzinfo=UTC)
"""Older than any of these channels: an earlier time is no time."""


def parsed(body: bytes) -> Any:
    """The JSON in `body`; `ValueError` when it is none.

    Lone surrogates and bytes that are no UTF-8, which a strict reader refuses, are let through here and
    cleaned later: a customer's broken emoji is no reason to lose the message.
    """
    try:
        return from_json(body)
    except ValueError:
        try:
            return json.loads(body.decode("utf-8", "replace"))
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def objects(source: Any, name: str) -> list[Json]:
    """The objects of the list `name`."""
    found = source.get(name) if isinstance(source, Mapping) else None
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def first(source: Any, name: str) -> Json:
    """The first object of the list `name`, or an empty one."""
    return next(iter(objects(source, name)), {})


def inner(source: Any, *names: str) -> Json:
    """The object at the path `names`, or an empty one."""
    for name in names:
        source = source.get(name) if isinstance(source, Mapping) else None
    return source if isinstance(source, Mapping) else {}


def text(source: Any, name: str) -> str:
    """The text `name`, or an empty one."""
    found = source.get(name) if isinstance(source, Mapping) else None
    return found if isinstance(found, str) else ""


def ident(source: Any, name: str) -> str:
    """An id, which some providers send as a text and some as a number; at most 200 characters."""
    found = source.get(name) if isinstance(source, Mapping) else None
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return one_line(str(found) if isinstance(found, str) or abs(found) < 10**40 else "", limit=200)


def moment(given: Any, *, received_at: datetime, per_second: float = 1) -> datetime:
    """A time in (parts of) seconds since 1970, as text or number; one that can't be is the time of arrival."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return received_at
    try:
        found = datetime.fromtimestamp(float(given) / per_second, UTC)
    except (ValueError, OverflowError, OSError):
        return received_at
    return found if EARLIEST <= found <= received_at else received_at


def short(given: Any) -> str:
    """A value as a line of text for a ticket's field; routing's rules compare texts."""
    if given is None or given is False or isinstance(given, Mapping | list):
        return ""
    try:
        return "yes" if given is True else one_line(str(given), limit=1000)
    except ValueError:  # an integer of more than 4300 digits
        return ""


def fields(**given: Any) -> dict[str, str]:
    """The fields that hold something, each as a line of text."""
    return {name: line for name, value in given.items() if (line := short(value))}
