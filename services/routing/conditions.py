"""The conditions that a rule can have: nested all, any and not over the facts of a ticket, each explained."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PlainValidator, StringConstraints, model_validator

from services.routing.facts import Facts
from services.routing.words import Keyword, Words, fold
from shared.config import Strict


def _parse(written: object) -> Keyword:
    if not isinstance(written, str):
        raise ValueError(f"a keyword is a text, not {written!r}; put it in quotes")
    return Keyword.of(written)


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _by_language(value: object) -> object:
    return {"any": value} if isinstance(value, list) else value


Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
OneOf = Annotated[tuple[Text, ...], BeforeValidator(_several), Field(min_length=1)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Languages = Annotated[tuple[Language, ...], BeforeValidator(_several), Field(min_length=1)]
Keywords = Annotated[
    dict[str, Annotated[tuple[Annotated[Keyword, PlainValidator(_parse)], ...], Field(min_length=1)]],
    BeforeValidator(_by_language),
    Field(min_length=1),
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds, and why or why not. The reason quotes the rule, not the customer."""

    holds: bool
    because: str


class Reading:
    """The facts of one ticket with its words looked up once for all rules."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def title(self) -> Words:
        return Words(self.facts.title)

    @cached_property
    def text(self) -> Words:
        return Words(self.facts.text)


class Condition(Strict):
    """Holds when everything in it holds.

    `keywords` look at title and text, `title` at the title alone; of a list one is enough. The
    language over a list is for the reader and the record: every list is tried on every message,
    because short and mixed messages are often taken for another language.
    """

    all: Annotated[tuple["Condition", ...] | None, Field(min_length=1)] = None
    any: Annotated[tuple["Condition", ...] | None, Field(min_length=1)] = None
    not_: Annotated["Condition | None", Field(alias="not")] = None
    channel: OneOf | None = None
    language: Languages | None = None
    mailbox: OneOf | None = None
    tier: OneOf | None = None
    fields: Annotated[dict[str, OneOf] | None, Field(min_length=1)] = None
    keywords: Keywords | None = None
    title: Keywords | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set or all(value is None for value in self.__dict__.values()):
            raise ValueError(
                "a condition needs at least one of all, any, not, channel, language, mailbox, tier, "
                "fields, keywords, title; leave `when` out for a rule that always applies"
            )
        return self

    def test(self, reading: Reading) -> Verdict:
        """Stops at the first part that does not hold."""
        met = []
        for verdict in self._parts(reading):
            if not verdict.holds:
                return verdict
            met.append(verdict.because)
        return Verdict(True, "; ".join(met))

    def _parts(self, reading: Reading) -> Iterator[Verdict]:
        facts = reading.facts
        if self.channel is not None:
            yield _one_of("channel", facts.channel, self.channel)
        if self.language is not None:
            yield _one_of("language", facts.language, self.language)
        if self.mailbox is not None:
            yield _one_of("mailbox", facts.mailbox, self.mailbox)
        if self.tier is not None:
            yield _one_of("tier", facts.tier, self.tier)
        for name, wanted in (self.fields or {}).items():
            yield _field(name, facts.fields.get(name), wanted)
        if self.title is not None:
            yield _keywords(self.title, {"title": reading.title})
        if self.keywords is not None:
            yield _keywords(self.keywords, {"title": reading.title, "text": reading.text})
        yield from self._nested(reading)

    def _nested(self, reading: Reading) -> Iterator[Verdict]:
        if self.not_ is not None:
            verdict = self.not_.test(reading)
            yield Verdict(not verdict.holds, f"not: {verdict.because}")
        for condition in self.all or ():
            yield condition.test(reading)
        if self.any is not None:
            yield _any(self.any, reading)


def _any(conditions: tuple[Condition, ...], reading: Reading) -> Verdict:
    missed = []
    for condition in conditions:
        verdict = condition.test(reading)
        if verdict.holds:
            return verdict
        missed.append(verdict.because)
    return Verdict(False, " and ".join(missed))


def _one_of(what: str, value: str | None, wanted: tuple[str, ...]) -> Verdict:
    shown = " or ".join(wanted)
    if value is not None and fold(value) in {fold(one) for one in wanted}:
        return Verdict(True, f"{what} is {value}")
    return Verdict(False, f"{what} is {value or 'not known'}, not {shown}")


def _field(name: str, value: Any, wanted: tuple[str, ...]) -> Verdict:
    given = value if isinstance(value, (list, tuple)) else [value]
    folded = {fold(_written(one)) for one in given if one is not None}
    met = next((one for one in wanted if fold(one) in folded), None)
    if met is not None:
        return Verdict(True, f"field {name} is {met}")
    return Verdict(False, f"field {name} is not {' or '.join(wanted)}")


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def _keywords(keywords: Mapping[str, tuple[Keyword, ...]], places: Mapping[str, Words]) -> Verdict:
    for language, listed in keywords.items():
        for place, words in places.items():
            found = words.first(listed)
            if found is not None:
                where = place if language == "any" else f"{place}, {language}"
                return Verdict(True, f"keyword {found.written!r} ({where})")
    count = sum(map(len, keywords.values()))
    return Verdict(False, f"none of {count} keywords in {' or '.join(places)}")
