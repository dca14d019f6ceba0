"""Times, numbers and names as a reader of a language writes them, in the direction that they read."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from pydantic import Field, StringConstraints

from services.notify.configuration import Configuration
from shared.config import Strict, load
from shared.events import Clock

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
Direction = Literal["ltr", "rtl"]
Phrase = Annotated[str, StringConstraints(pattern=r"\{time\}")]
DatePattern = Annotated[str, Field(description="Unicode date pattern, for example d MMMM")]


class Words(Strict):
    """words.yaml of a language: how it says until when something will be done."""

    today: Phrase
    tomorrow: Phrase
    weekdays: Annotated[tuple[Phrase, ...], Field(min_length=7, max_length=7, description="from Monday")]
    date: Phrase
    day_and_month: DatePattern
    day_month_year: DatePattern
    months: Annotated[tuple[str, ...] | None, Field(min_length=12, max_length=12)] = None
    clocks: dict[Clock, str]
    answer_above: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^#\n]+$")]
    internal_note: Annotated[str, StringConstraints(min_length=1)]


@dataclass(frozen=True, slots=True)
class Language:
    """A language that Kartica writes in."""

    code: str
    locale: Locale
    words: Words

    @property
    def direction(self) -> Direction:
        return "rtl" if self.locale.text_direction == "rtl" else "ltr"

    def by(self, due: datetime, *, now: datetime, zone: ZoneInfo) -> str:
        """Until when, as one says it: `by tomorrow at 10:00`.

        A fraction of a minute counts as a whole one, so that who keeps the due time keeps the word. On
        the night when clocks go back, an hour that comes twice is told with its zone.
        """
        local = _to_the_minute(due).astimezone(zone)
        day, time = local.date(), self._time(local)
        if local.hour == local.minute == 0 and time.endswith(":00"):  # midnight is the end of a day, not its start
            day, time = day - timedelta(days=1), "24:00"
        time = self.isolate(time)
        distance = (day - now.astimezone(zone).date()).days
        if distance == 0:
            return self.words.today.format(time=time)
        if distance == 1:
            return self.words.tomorrow.format(time=time)
        if 1 < distance < 7:
            return self.words.weekdays[day.weekday()].format(time=time)
        same_year = day.year == now.astimezone(zone).year
        pattern = self.words.day_and_month if same_year else self.words.day_month_year
        return self.words.date.format(date=self._date(datetime(day.year, day.month, day.day), pattern), time=time)

    def moment(self, at: datetime, *, zone: ZoneInfo) -> str:
        """A point in time, past or future: `21 November 2026, 10:00`."""
        local = at.astimezone(zone)
        return f"{self._date(local, self.words.day_month_year)}, {self._time(local)}"

    def isolate(self, value: str) -> str:
        """A number, name or address that keeps its own direction inside a sentence (Unicode UAX #9, isolates).

        Always in a language that is written from the right, else only where the value itself is: an
        invisible character makes an SMS in Latin letters cost twice as much.
        """
        if not value or (self.direction == "ltr" and not any(map(_is_from_the_right, value))):
            return value
        return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}"

    def _time(self, local: datetime) -> str:
        written = format_time(local, "short", locale=self.locale)
        twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return f"{written} {local.tzname()}" if twice else written

    def _date(self, day: datetime, pattern: str) -> str:
        if self.words.months is not None:
            pattern = pattern.replace("MMMM", f"'{self.words.months[day.month - 1]}'")
        return format_date(day, pattern, locale=self.locale)


def read(config_dir: Path, configuration: Configuration) -> dict[str, Language]:
    """The languages of config/notify.yaml with their words; `InvalidConfiguration` names what is wrong."""
    return {
        code: Language(
            code=code,
            locale=Locale.parse(locale),
            words=load(config_dir / "templates" / code / "words.yaml", Words),
        )
        for code, locale in configuration.languages.items()
    }


def _to_the_minute(time: datetime) -> datetime:
    started = time.replace(second=0, microsecond=0)
    return time if time == started else started + timedelta(minutes=1)


def direction_of(text: str) -> Direction | None:
    """The direction of the first letter that is not isolated (UAX #9, rules P2 and P3), or None."""
    depth = 0
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("LRI", "RLI", "FSI"):
            depth += 1
        elif kind == "PDI":
            depth = max(depth - 1, 0)
        elif depth == 0 and kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return None


def _is_from_the_right(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("R", "AL", "RLE", "RLO", "RLI")
