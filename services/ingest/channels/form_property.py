"""One property of a form's JSON Schema: a question with its type, its rules and its texts in every language."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import InitErrorDetails, PydanticCustomError, SchemaError

from shared.config import Strict

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
QuestionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
PageLanguage = Literal["en", "sl", "hr", "he"]
"""The languages whose texts stand in pages/texts/; another one is another file there."""
Translated = dict[PageLanguage, Annotated[str, StringConstraints(min_length=1)]]

LONGEST = 100_000
Fault = tuple[tuple[str | int, ...], str]


class Keywords(Strict):
    """A part of the schema, in the spelling of JSON Schema; a keyword that is not supported is a mistake."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Choice(Strict):
    """One of the answers to choose from: what is stored, and what people read."""

    const: Name
    title: Translated


class Items(Strict):
    """What may be ticked of a list."""

    type: Literal["string"] = "string"
    enum: tuple[Name, ...] = ()
    one_of: Annotated[tuple[Choice, ...], Field(alias="oneOf")] = ()


class Property(Keywords):
    """One question. A boolean is a box to tick; a required one is yes or no; with `const: true` it must be ticked."""

    type: Literal["string", "integer", "number", "boolean", "array"] = "string"
    title: Annotated[Translated, Field(default_factory=dict)]
    description: Annotated[Translated, Field(default_factory=dict)]
    default: str | bool | int | float | None = None
    const: Literal[True] | None = None
    enum: tuple[Name, ...] = ()
    one_of: tuple[Choice, ...] = ()
    format: Literal["email", "date", "tel", "uri"] | None = None
    min_length: Annotated[int, Field(ge=0, le=LONGEST)] = 0
    max_length: Annotated[int | None, Field(ge=1, le=LONGEST)] = None
    pattern: Annotated[str | None, Field(max_length=500)] = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    items: Items | None = None
    min_items: Annotated[int, Field(ge=0, le=100)] = 0
    max_items: Annotated[int | None, Field(ge=1, le=100)] = None

    @property
    def choices(self) -> tuple[tuple[str, Translated], ...]:
        """What may be chosen, with the texts; a bare `enum` is shown as it is."""
        given = self.items if self.items else self
        return (*((one.const, one.title) for one in given.one_of), *((value, {}) for value in given.enum))

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        raise_faults("Property", self._faults())
        return self

    def _faults(self) -> Iterator[Fault]:
        for_type: dict[str, set[str]] = {
            "string": {"enum", "one_of", "format", "min_length", "max_length", "pattern"},
            "integer": {"minimum", "maximum"},
            "number": {"minimum", "maximum"},
            "boolean": {"const"},
            "array": {"items", "min_items", "max_items"},
        }
        anywhere = {"type", "title", "description", "default"}
        for name in sorted(self.model_fields_set - anywhere - for_type[self.type]):
            yield (to_camel(name),), f"is not for the type {self.type}"
        if self.type == "array" and not (self.items and self.choices):
            yield ("items",), "a list needs items with oneOf or enum, from which to choose"
        if self.pattern is not None and (reason := unusable(self.pattern)):
            yield ("pattern",), f"can't be used: {reason}"
        if self.default is not None and self.type == "array":
            yield ("default",), "a list has no default here"


def matches(pattern: str) -> TypeAdapter[str]:
    """The pattern as a check that takes time in proportion to the text, whoever wrote either of them.

    pydantic uses Rust's regex, a finite automaton: `(a+)+$` is harmless in it, and what no automaton
    can do (look-around, references) is refused. As in JSON Schema it may match anywhere.
    """
    return TypeAdapter(Annotated[str, StringConstraints(pattern=pattern)])


def unusable(pattern: str) -> str:
    """Why the pattern can't be used, or nothing."""
    try:
        matches(pattern)
    except SchemaError as error:
        return " ".join(str(error).split())[-200:]
    return ""


def raise_faults(title: str, faults: Iterator[Fault]) -> None:
    """Raises one error for all faults, each at its place."""
    found: list[InitErrorDetails] = [
        {"type": PydanticCustomError("form_schema", "{reason}", {"reason": reason}), "loc": place, "input": None}
        for place, reason in faults
    ]
    if found:
        raise ValidationError.from_exception_data(title, found)
