"""What pydantic finds wrong, in words for whoever wrote it: what stands there and what may stand there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

UUID_START = "^[0-9a-f]{8}-"
_WORDS: Mapping[str, str] = {
    "extra_forbidden": "there is no such key",
    "missing": "this key is missing",
    "tuple_type": "write a list here: [one, another]",
    "list_type": "write a list here: [one, another]",
    "set_type": "write a list here: [one, another]",
    "frozen_set_type": "write a list here: [one, another]",
    "dict_type": "write keys with values here",
    "model_type": "write keys with values here",
    "model_attributes_type": "write keys with values here",
    "literal_error": "use {expected}",
    "greater_than": "write more than {gt}",
    "greater_than_equal": "write {ge} or more",
    "less_than": "write less than {lt}",
    "less_than_equal": "write {le} or less",
    "too_short": "write at least {min_length} here; it has {actual_length}",
    "too_long": "write at most {max_length} here",
    "string_type": "write a text here, in quotes if it is a number or true",
    "string_too_short": "write at least {min_length} characters here",
    "string_too_long": "write at most {max_length} characters here",
    "int_type": "write a whole number here",
    "int_parsing": "write a whole number here",
    "float_type": "write a number here",
    "float_parsing": "write a number here",
    "bool_type": "write true or false here",
    "bool_parsing": "write true or false here",
    "union_tag_not_found": "{discriminator} is missing, which tells what this is",
    "union_tag_invalid": "{discriminator}: there is no {tag!r}; use {expected_tags}",
}
"""By the kind of a fault; what stands in braces comes with it."""


def in_words(fault: Mapping[str, Any]) -> str:
    """A fault of `ValidationError.errors()`; pydantic's own words where there are no better ones."""
    known = _WORDS.get(fault["type"])
    context = fault.get("ctx", {})
    if known is not None:
        return known.format(**context)
    if fault["type"] == "string_pattern_mismatch":
        if context["pattern"].startswith(UUID_START):
            return "this is no id, which looks like 01a2024a-c060-7e24-b090-e26c15e3665c; a ticket's number is none"
        return f"{str(fault['input'])[:100]!r} does not match {context['pattern']}"
    return str(fault["msg"]).removeprefix("Value error, ")


def causes(faults: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Without those that only follow from others: a list whose one entry is wrong is not too short as well."""
    places = [fault["loc"] for fault in faults]
    for fault in faults:
        place = fault["loc"]
        inside = any(len(other) > len(place) and other[: len(place)] == place for other in places)
        if not (fault["type"] == "too_short" and inside):
            yield fault
