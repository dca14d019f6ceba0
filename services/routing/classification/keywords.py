"""Lists of keywords in a rule, by the language whose inflection they follow."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator, RootModel

from services.routing.classification.verdict import Verdict
from services.routing.classification.words import Keyword, Words

ANY = "any"
"""What a list without a language is kept under: it follows the inflection of every language."""


class Lookup:
    """Many keywords, found in a text by its words: the work does not grow with the number of keywords."""

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        self._keywords = keywords
        self._by_form: dict[str, list[int]] = {}
        self._beginnings: list[tuple[str, int]] = []
        for place, keyword in enumerate(keywords):
            first = keyword.parts[0]
            if first.beginning is not None:
                self._beginnings.append((first.beginning, place))
            for form in first.forms:
                self._by_form.setdefault(form, []).append(place)

    def first(self, words: Words) -> int | None:
        """The place of the first keyword, in their order, that the text has."""
        likely = {place for form in words.known & self._by_form.keys() for place in self._by_form[form]}
        likely.update(place for beginning, place in self._beginnings if words.begins(beginning))
        return next((place for place in sorted(likely) if words.has(self._keywords[place])), None)


def _parse(written: object) -> Keyword:
    if not isinstance(written, str):
        raise ValueError(f"a keyword is a text, not {written!r}; put it in quotes")
    return Keyword.of(written)


def _by_language(value: object) -> object:
    return {ANY: value} if isinstance(value, list) else value


def _inflected(lists: dict[str, tuple[Keyword, ...]]) -> dict[str, tuple[Keyword, ...]]:
    return {
        language: tuple(Keyword.of(keyword.written, language) for keyword in listed)
        for language, listed in lists.items()
    }


_Code = Annotated[str, Field(pattern=r"^([a-z]{2,3}|any)$")]
_Lists = Annotated[
    dict[_Code, Annotated[tuple[Annotated[Keyword, PlainValidator(_parse)], ...], Field(min_length=1)]],
    BeforeValidator(_by_language),
    Field(min_length=1),
    AfterValidator(_inflected),
]


class Keywords(RootModel[_Lists]):
    """A list, or lists by language; one of all of them is enough, and every list is tried on every text."""

    model_config = ConfigDict(frozen=True)

    def found(self, places: Mapping[str, Words]) -> Verdict:
        """Whether one of the keywords stands in one of the places."""
        for place, words in places.items():
            at = self._lookup.first(words)
            if at is not None:
                language, keyword = self._all[at]
                where = place if language == ANY else f"{place}, {language}"
                return Verdict(True, f"keyword {keyword.written!r} ({where})")
        return Verdict(False, f"none of {len(self._all)} keywords in {' or '.join(places)}")

    @cached_property
    def _all(self) -> tuple[tuple[str, Keyword], ...]:
        return tuple((language, keyword) for language, listed in self.root.items() for keyword in listed)

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup([keyword for _, keyword in self._all])
