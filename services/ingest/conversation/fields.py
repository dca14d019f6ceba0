"""The typed fields of tickets: what config/tickets.yaml declares is checked, everything else is kept as it came."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from services.ingest.normalised import storable
from shared.config import Strict
from shared.errors import Refused

MAX_TEXT = 1000
MAX_FIELDS = 200
MAX_LOOKUP = 100
"""Letters of a value that a lookup compares."""


class FieldKind(Strict):
    """A field of tickets. `indexed`: GET /tickets finds tickets by it."""

    type: Literal["text", "integer", "number", "boolean", "date", "choice"]
    title: dict[str, str] = Field(default_factory=dict, description="by language")
    options: tuple[str, ...] = ()
    pattern: Annotated[str | None, Field(max_length=200)] = None
    least: float | None = None
    most: float | None = None
    indexed: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.type == "choice") != bool(self.options):
            raise ValueError("options: a `choice` has some, and nothing else does")
        if self.pattern is not None:
            if self.type != "text":
                raise ValueError("pattern: only a `text` has one")
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"pattern: no regular expression: {error}") from error
        return self

    def fault(self, value: Any) -> str | None:
        """What is wrong with the value, or None."""
        match self.type:
            case "text":
                return self._text_fault(value)
            case "integer":
                whole = isinstance(value, int) and not isinstance(value, bool)
                return self._range_fault(value) if whole else "is no whole number"
            case "number":
                numeric = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
                return self._range_fault(value) if numeric else "is no number"
            case "boolean":
                return None if isinstance(value, bool) else "is neither true nor false"
            case "date":
                return None if _is_date(value) else "is no date such as 2026-11-22"
            case "choice":
                return None if value in self.options else f"is none of {', '.join(self.options)}"

    def json_schema(self) -> dict[str, Any]:
        """The field in JSON Schema (2020-12)."""
        names = {"text": "string", "date": "string", "choice": "string"}
        shape: dict[str, Any] = {"type": [names.get(self.type, self.type), "null"]}
        if self.title:
            shape["title"] = next(iter(self.title.values()))
        if self.type == "date":
            shape["format"] = "date"
        if self.type == "text":
            shape |= {"maxLength": MAX_TEXT} | ({"pattern": self.pattern} if self.pattern else {})
        if self.options:
            shape["enum"] = [*self.options, None]
        bounds = {"minimum": self.least, "maximum": self.most}
        return shape | {name: bound for name, bound in bounds.items() if bound is not None}

    def _text_fault(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return "is no text"
        if len(value) > MAX_TEXT:
            return f"is longer than {MAX_TEXT} letters"
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            return f"does not look like {self.pattern}"
        return None

    def _range_fault(self, value: float) -> str | None:
        if self.least is not None and value < self.least:
            return f"is less than {self.least:g}"
        if self.most is not None and value > self.most:
            return f"is more than {self.most:g}"
        return None


def checked(fields: Mapping[str, Any], declared: Mapping[str, FieldKind]) -> dict[str, Any]:
    """The fields as they are stored; `Refused` names every declared one whose value does not fit.

    A field that nobody declared is kept as it is: another system may know what it means. None stays
    None: it removes the field.
    """
    faults = [
        f"{name} {fault}"
        for name, value in fields.items()
        if name in declared and value is not None and (fault := declared[name].fault(value)) is not None
    ]
    if faults:
        raise Refused(status=422, title="Fields do not hold", detail=f"{'; '.join(faults)}.")
    if len(fields) > MAX_FIELDS:
        raise Refused(status=422, title="Too many fields", detail=f"A ticket has {MAX_FIELDS} fields at most.")
    kept = storable(dict(fields))
    return {_storable_name(name): value for name, value in kept.items()}


def merged(before: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with the changes; what is None is gone."""
    return {name: value for name, value in {**before, **changed}.items() if value is not None}


def lookups(fields: Mapping[str, Any], declared: Mapping[str, FieldKind]) -> list[str]:
    """What the index knows of the fields: `name=value` of each indexed one."""
    return sorted(_lookups(fields, declared))


def lookup(name: str, value: Any) -> str:
    """How a field's value stands in the index: without regard to case and to white space around."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{name}={' '.join(text.split()).casefold()[:MAX_LOOKUP]}"


def schema(declared: Mapping[str, FieldKind], *, version: int) -> dict[str, Any]:
    """All declared fields as one JSON Schema; others are allowed and kept."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:kartica:ticket-fields:{version}",
        "type": "object",
        "properties": {name: kind.json_schema() for name, kind in declared.items()},
        "additionalProperties": True,
    }


def _lookups(fields: Mapping[str, Any], declared: Mapping[str, FieldKind]) -> Iterator[str]:
    for name, kind in declared.items():
        value = fields.get(name)
        if kind.indexed and isinstance(value, str | int | float):
            yield lookup(name, value)


def _storable_name(name: str) -> str:
    """A name that the database can set on its own: it takes a dot for a path, and `$` for an operator."""
    return name.replace(".", "_").replace("$", "_")


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False
