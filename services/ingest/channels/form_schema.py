"""The JSON Schema (2020-12, a part of it) that says what a form asks, with its texts in every language.

`title`, `description` and the titles of choices are tables of translations; `FormSchema.plain` is the
schema in one language, which any validator of JSON Schema takes.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from services.ingest.channels.form_property import (
    Fault,
    Keywords,
    Name,
    PageLanguage,
    Property,
    QuestionName,
    Translated,
    raise_faults,
)
from shared.config import Strict

__all__ = ["BUILT_IN", "RESERVED", "Answer", "FormSchema", "Name", "PageLanguage", "Property", "Translated"]

Answer = str | int | float | bool | list[str]
"""What a visitor may answer, in the type that the schema says."""
BUILT_IN = {"name": 200, "email": 254, "phone": 40, "subject": 300, "message": 10_000}
"""Properties that every form may have, with the characters that they take: who writes, and what."""
RESERVED = frozenset({"files", "lang", "page", "website", "embed"})
"""Names that no property can have: the form's own fields, its token and its trap."""
ANSWER_LENGTH = 1_000


class Match(Strict):
    """A condition on one answer."""

    const: Name | bool | None = None
    enum: tuple[Name, ...] = ()


class Condition(Strict):
    """`if`: holds when these answers are given."""

    properties: dict[QuestionName, Match]
    required: tuple[QuestionName, ...] = ()


class Consequence(Strict):
    """`then`, `else`: what is required in that case."""

    required: tuple[QuestionName, ...]


class FormSchema(Keywords):
    """What a form asks, in the order of the page."""

    type: Literal["object"] = "object"
    properties: Annotated[dict[QuestionName, Property], Field(min_length=1)]
    required: tuple[QuestionName, ...] = ()
    condition: Annotated[Condition | None, Field(alias="if")] = None
    consequence: Annotated[Consequence | None, Field(alias="then")] = None
    otherwise: Annotated[Consequence | None, Field(alias="else")] = None

    @property
    def questions(self) -> dict[str, Property]:
        """The organisation's own properties: their answers become the ticket's fields."""
        return {name: asked for name, asked in self.properties.items() if name not in BUILT_IN}

    def length(self, name: str) -> int:
        """The characters that an answer may have."""
        return self.properties[name].max_length or BUILT_IN.get(name, ANSWER_LENGTH)

    def plain(self, language: PageLanguage) -> dict[str, Any]:
        """The schema in one language, as JSON Schema has it."""
        schema: dict[str, Any] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {name: self._plain(name, language) for name in self.properties},
            "required": list(self.required),
        }
        parts = {"if": self.condition, "then": self.consequence, "else": self.otherwise}
        return schema | {
            key: part.model_dump(exclude_defaults=True, mode="json") for key, part in parts.items() if part
        }

    def _plain(self, name: str, language: PageLanguage) -> dict[str, Any]:
        asked = self.properties[name]
        plain = asked.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        plain["type"] = asked.type
        plain |= {key: text[language] for key in ("title", "description") if (text := getattr(asked, key))}
        for holder in (plain, plain.get("items", {})):
            for choice in holder.get("oneOf", ()):
                choice["title"] = choice["title"][language]
        if asked.type == "string" and not asked.choices:
            plain["maxLength"] = self.length(name)
        if asked.type == "array":
            plain["items"]["type"] = "string"
            plain["uniqueItems"] = True
        if name in ("email", "phone"):
            plain["format"] = {"email": "email", "phone": "tel"}[name]
        return plain

    def check(self, languages: tuple[PageLanguage, ...]) -> None:
        """Raises with every fault at its place: a missing translation, a name that is not asked."""
        raise_faults("FormSchema", self._faults(languages))

    def _faults(self, languages: tuple[PageLanguage, ...]) -> Iterator[Fault]:
        for name, asked in self.properties.items():
            at = ("properties", name)
            if name in RESERVED:
                yield at, "the form has a field of this name"
            if name in BUILT_IN and (asked.type != "string" or asked.choices or asked.format):
                yield at, "is a text of the form's own; only title, description and lengths can be set"
            if name not in BUILT_IN and not asked.title:
                yield at, "has no title"
            for place, texts in self._texts(asked):
                missing = [language for language in languages if texts and language not in texts]
                if missing:
                    yield (*at, *place), f"no text in {', '.join(missing)}"
        yield from self._unknown_names()
        if not {"email", "phone"} & set(self.properties):
            yield ("properties",), "neither email nor phone is asked: nobody could answer"
        if "message" not in self.required:
            yield ("required",), "message has to be asked and required: a ticket begins with a text"

    def _unknown_names(self) -> Iterator[Fault]:
        named: list[Fault] = [(("required",), name) for name in self.required]
        if self.condition:
            named += [(("if", "properties"), name) for name in self.condition.properties]
            named += [(("if", "required"), name) for name in self.condition.required]
        for key, part in (("then", self.consequence), ("else", self.otherwise)):
            named += [((key, "required"), name) for name in (part.required if part else ())]
            if part and not self.condition:
                yield (key,), "needs an if"
        for place, name in named:
            if name not in self.properties:
                yield place, f"{name} is not among the properties"

    @staticmethod
    def _texts(asked: Property) -> Iterator[tuple[tuple[str | int, ...], Translated]]:
        yield ("title",), asked.title
        yield ("description",), asked.description
        for number, choice in enumerate(asked.one_of):
            yield ("oneOf", number, "title"), choice.title
        for number, choice in enumerate(asked.items.one_of if asked.items else ()):
            yield ("items", "oneOf", number, "title"), choice.title
