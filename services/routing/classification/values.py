"""Conditions on single values: one of a list, a number between bounds, a form field, a sender's address."""

from collections.abc import Collection
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from services.routing.classification.keywords import Keywords
from services.routing.classification.verdict import Verdict
from services.routing.classification.words import Words, fold
from shared.config import Strict


def several(value: object) -> object:
    """A single value is a list of one; YAML's true and numbers are the texts that forms send."""
    given = value if isinstance(value, (list, tuple)) else [value]
    return [_written(one) if isinstance(one, (bool, int, float)) else one for one in given]


Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
OneOf = Annotated[tuple[Text, ...], BeforeValidator(several), Field(min_length=1)]


def one_of(what: str, value: str | None, wanted: tuple[str, ...]) -> Verdict:
    """Whether the value is one of those wanted, whatever the case and the diacritics."""
    if value is not None and fold(value) in {fold(one) for one in wanted}:
        return Verdict(True, f"{what} is {value}")
    return Verdict(False, f"{what} is {value or 'not known'}, not {' or '.join(wanted)}")


def any_of(what: str, values: Collection[str], wanted: tuple[str, ...]) -> Verdict:
    """Whether one of the values is one of those wanted."""
    met = next((one for one in wanted if one in values), None)
    if met is not None:
        return Verdict(True, f"{what} have {met}")
    return Verdict(False, f"{what} have none of {', '.join(wanted)}")


class Bounds(Strict):
    """A number that is at least or at most so much; both bounds are included."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most, or both")
        return self

    def test(self, what: str, value: float | None) -> Verdict:
        if value is None:
            return Verdict(False, f"{what} is no number")
        if self.at_least is not None and value < self.at_least:
            return Verdict(False, f"{what} is less than {self.at_least:g}")
        if self.at_most is not None and value > self.at_most:
            return Verdict(False, f"{what} is more than {self.at_most:g}")
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return Verdict(True, f"{what} is " + " and ".join(f"{word} {one:g}" for word, one in bounds if one is not None))


class FormField(Strict):
    """What a form field holds: one of some values, a number, keywords, or anything at all."""

    one_of: OneOf | None = None
    at_least: float | None = None
    at_most: float | None = None
    keywords: Keywords | None = None
    present: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set or all(value is None for value in self.__dict__.values()):
            raise ValueError("give a value, a list of values, or at_least, at_most, keywords, present")
        return self

    def test(self, name: str, value: Any) -> Verdict:
        return _together(self._parts(f"field {name}", value))

    def _parts(self, what: str, value: Any) -> list[Verdict]:
        given = [one for one in (value if isinstance(value, (list, tuple)) else [value]) if one not in (None, "")]
        if not given and self.present is None:
            return [Verdict(False, f"{what} is empty")]
        parts = []
        if self.present is not None:
            stands = "is filled in" if given else "is empty"
            parts.append(Verdict(bool(given) is self.present, f"{what} {stands}"))
        if self.one_of is not None:
            parts.append(_is_one_of(what, given, self.one_of))
        if self.at_least is not None or self.at_most is not None:
            bounds = Bounds(at_least=self.at_least, at_most=self.at_most)
            parts.append(bounds.test(what, _number(given[0]) if given else None))
        if self.keywords is not None:
            parts.append(self.keywords.found({what: Words("\n".join(map(_written, given)))}))
        return parts


def _simple(value: object) -> object:
    return value if isinstance(value, dict) else {"one_of": value}


FieldTest = Annotated[FormField, BeforeValidator(_simple)]


def _together(parts: list[Verdict]) -> Verdict:
    failed = next((part for part in parts if not part.holds), None)
    return failed or Verdict(True, "; ".join(part.because for part in parts))


def _is_one_of(what: str, given: list[Any], wanted: tuple[str, ...]) -> Verdict:
    folded = {fold(_written(one)) for one in given}
    met = next((one for one in wanted if fold(one) in folded), None) if folded else None
    if met is not None:
        return Verdict(True, f"{what} is {met}")
    return Verdict(False, f"{what} is not {' or '.join(wanted)}")


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value).strip()


_NUMBER = {",": ".", "\N{NO-BREAK SPACE}": "", " ": ""}


def _number(value: Any) -> float | None:
    """Forms send numbers also as text, with a decimal comma."""
    if isinstance(value, bool):
        return None
    text = str(value)[:40]
    for sign, plain in _NUMBER.items():
        text = text.replace(sign, plain)
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and abs(number) != float("inf") else None


def _address(value: object) -> object:
    if (isinstance(value, str) and value.count("*") > 1) or value == "*":
        raise ValueError(f"{value!r}: one * at the beginning or at the end, beside something else")
    return value


Address = Annotated[Text, StringConstraints(to_lower=True), BeforeValidator(_address)]
Senders = Annotated[tuple[Address, ...], BeforeValidator(several), Field(min_length=1)]


def sent_from(addresses: Collection[str], wanted: tuple[str, ...]) -> Verdict:
    """Whether one of the addresses is one of those wanted: whole, `@domain`, `*end` or `beginning*`."""
    met = next((one for one in wanted for address in addresses if _matches(address, one)), None)
    if met is not None:
        return Verdict(True, f"the sender is {met}")
    return Verdict(False, f"the sender is not {' or '.join(wanted)}")


def _matches(address: str, wanted: str) -> bool:
    if wanted.startswith("*"):
        return address.endswith(wanted[1:])
    if wanted.startswith("@"):
        return address.endswith(wanted)
    if wanted.endswith("*"):
        return address.startswith(wanted[:-1])
    return address == wanted
