"""Checks answers against a form's schema with the jsonschema library; an error names the field and the rule."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend
from pydantic import ValidationError as NoMatch

from services.ingest.channels.addresses import e164, is_email, is_web_address
from services.ingest.channels.form_property import matches


def _required(validator: Any, names: list[str], instance: Any, schema: Any) -> Iterator[ValidationError]:
    """As the standard's, but the error stands at the missing property."""
    for name in names:
        if name not in instance:
            yield ValidationError(f"{name} is missing", path=(name,))


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """As the standard's, in time that is linear in the text (the library's own backtracks)."""
    if not isinstance(instance, str):
        return
    try:
        matches(pattern).validate_python(instance)
    except NoMatch:
        yield ValidationError(f"does not match {pattern}")


_Validator: Any = extend(Draft202012Validator, {"required": _required, "pattern": _pattern})  # type: ignore[no-untyped-call]


def errors(
    schema: Mapping[str, Any], answers: Mapping[str, Any], *, region: str | None
) -> Iterator[tuple[str, str, Any]]:
    """`(field, keyword, what the keyword says)` of every rule that the answers break."""
    validator = _Validator(schema, format_checker=_formats(region))
    for error in validator.iter_errors(answers):
        yield str(error.absolute_path[0]) if error.absolute_path else "", str(error.validator), error.validator_value


def _formats(region: str | None) -> FormatChecker:
    checker = FormatChecker(formats=())
    checker.checks("email")(lambda value: not isinstance(value, str) or is_email(value))
    checker.checks("tel")(lambda value: not isinstance(value, str) or e164(value, region=region) is not None)
    checker.checks("uri")(lambda value: not isinstance(value, str) or is_web_address(value))
    checker.checks("date")(lambda value: not isinstance(value, str) or _is_date(value))
    return checker


def _is_date(value: str) -> bool:
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False
