"""The conditions that a rule can have: nested all, any and not over the facts of a ticket, each explained."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from services.routing.classification.facts import Facts, State
from services.routing.classification.keywords import Keywords
from services.routing.classification.moments import Moment
from services.routing.classification.values import (
    Bounds,
    FieldTest,
    OneOf,
    Senders,
    any_of,
    one_of,
    sent_from,
    several,
)
from services.routing.classification.verdict import Verdict
from services.routing.classification.words import Words
from shared.config import Strict
from shared.events import Status

__all__ = ["Condition", "OfTicket", "Reading", "Verdict"]

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Languages = Annotated[tuple[Language, ...], BeforeValidator(several), Field(min_length=1)]
Place = tuple[int | str, ...]
Statuses = Annotated[tuple[Status, ...], BeforeValidator(several), Field(min_length=1)]


class Reading:
    """The facts of one ticket with its words looked up once for all rules; `zone` is the organisation's."""

    def __init__(self, facts: Facts, *, zone: str = "UTC") -> None:
        self.facts = facts
        self.zone = zone

    @cached_property
    def title(self) -> Words:
        return Words(self.facts.title)

    @cached_property
    def text(self) -> Words:
        return Words(self.facts.text)

    def in_zone(self, zone: str) -> "Reading":
        """The same by another clock."""
        return self if zone == self.zone else Reading(self.facts, zone=zone)


class OfTicket(Strict):
    """The ticket as it is when something happens to it after its opening."""

    category: OneOf | None = None
    priority: OneOf | None = None
    team: OneOf | None = None
    tags: OneOf | None = None
    status: Statuses | None = None
    assigned: bool | None = None

    def test(self, state: State | None) -> Iterator[Verdict]:
        if state is None:
            yield Verdict(False, "the ticket is only being opened")
            return
        for name in ("category", "priority", "team", "status"):
            wanted = getattr(self, name)
            if wanted is not None:
                yield one_of(name, getattr(state, name), wanted)
        if self.tags is not None:
            yield any_of("its tags", state.tags, self.tags)
        if self.assigned is not None:
            said = "an agent has it" if state.assigned else "no agent has it"
            yield Verdict(state.assigned is self.assigned, said)


class Condition(Strict):
    """Holds when everything in it holds.

    `keywords` look at title and text, `title` and `text` at the one alone; of a list one is enough.
    The language over a list tells by whose rules its words are inflected; every list is tried on every
    message, because short and mixed messages are often taken for another language.
    """

    all: Annotated[tuple["Condition", ...] | None, Field(min_length=1)] = None
    any: Annotated[tuple["Condition", ...] | None, Field(min_length=1)] = None
    not_: Annotated["Condition | None", Field(alias="not")] = None
    channel: OneOf | None = None
    language: Languages | None = None
    mailbox: OneOf | None = None
    tier: OneOf | None = None
    sender: Annotated[Senders | None, Field(alias="from")] = None
    direction: Literal["inbound", "outbound"] | None = None
    attachments: bool | None = None
    time: Moment | None = None
    fields: Annotated[dict[str, FieldTest] | None, Field(min_length=1)] = None
    title: Keywords | None = None
    text: Keywords | None = None
    keywords: Keywords | None = None
    previous: Statuses | None = None
    score: Bounds | None = None
    level: Bounds | None = None
    ticket: OfTicket | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set or all(value is None for value in self.__dict__.values()):
            names = ", ".join(field.alias or name for name, field in type(self).model_fields.items())
            raise ValueError(
                f"a condition needs at least one of {names}; leave `when` out for a rule that always applies"
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

    def inside(self, place: Place = ()) -> Iterator[tuple[Place, "Condition"]]:
        """This condition and all that are nested in it, each with its place in the file."""
        yield place, self
        if self.not_ is not None:
            yield from self.not_.inside((*place, "not"))
        for name, conditions in (("all", self.all), ("any", self.any)):
            for index, condition in enumerate(conditions or ()):
                yield from condition.inside((*place, name, index))

    def _parts(self, reading: Reading) -> Iterator[Verdict]:
        facts = reading.facts
        for name in ("channel", "language", "mailbox", "tier"):
            wanted = getattr(self, name)
            if wanted is not None:
                yield one_of(name, getattr(facts, name), wanted)
        if self.sender is not None:
            yield sent_from(facts.addresses, self.sender)
        yield from self._about_message(reading)
        yield from self._about_later(facts)
        yield from self._nested(reading)

    def _about_message(self, reading: Reading) -> Iterator[Verdict]:
        facts = reading.facts
        if self.direction is not None:
            yield Verdict(facts.direction == self.direction, f"direction is {facts.direction}")
        if self.attachments is not None:
            said = "there are attachments" if facts.attachments else "there are no attachments"
            yield Verdict(bool(facts.attachments) is self.attachments, said)
        if self.time is not None:
            yield self.time.test(facts.at, zone=reading.zone)
        for name, wanted in (self.fields or {}).items():
            yield wanted.test(name, facts.fields.get(name))
        if self.title is not None:
            yield self.title.found({"title": reading.title})
        if self.text is not None:
            yield self.text.found({"text": reading.text})
        if self.keywords is not None:
            yield self.keywords.found({"title": reading.title, "text": reading.text})

    def _about_later(self, facts: Facts) -> Iterator[Verdict]:
        if self.previous is not None:
            yield one_of("the status before", facts.previous, self.previous)
        if self.score is not None:
            yield self.score.test("the score", facts.score)
        if self.level is not None:
            yield self.level.test("the level", facts.level)
        if self.ticket is not None:
            yield from self.ticket.test(facts.ticket)

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
