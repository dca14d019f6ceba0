"""Reads what came over the bus as one of the events or commands that are expected there."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from shared.envelope import Envelope
from shared.errors import Permanent


def parse(body: bytes, models: Mapping[str, type[Envelope]]) -> Envelope:
    """The event or command in `body`; `Permanent` says what is wrong with it and what was expected."""
    try:
        content = from_json(body)
    except ValueError as error:
        raise Permanent(f"not JSON: {error}") from error
    if not isinstance(content, dict):
        raise Permanent(f"not a JSON object but {type(content).__name__}; expected a CloudEvents 1.0 event")
    kind = content.get("type")
    model = models.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise Permanent(f"unknown type {json.dumps(kind)[:100]}; known here: {', '.join(sorted(models))}")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise Permanent(f"{kind} does not hold: {explain(error)}") from error


def explain(error: ValidationError) -> str:
    """What is wrong, field by field, without the values (they may be personal)."""
    faults: Sequence[Any] = error.errors(include_url=False, include_input=False, include_context=False)
    shown = [f"{'.'.join(str(step) for step in fault['loc']) or 'body'}: {fault['msg']}" for fault in faults[:8]]
    return "; ".join(shown) + (f"; and {len(faults) - 8} more" if len(faults) > 8 else "")
