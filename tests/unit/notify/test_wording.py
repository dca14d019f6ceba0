"""A promise is worded as people say it, in their language, and true on the days when clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.notify import configuration, wording
from services.notify.wording import Language, direction_of
from tests.unit.notify.desk import CONFIG

ZONE = ZoneInfo("Europe/Ljubljana")
LANGUAGES = wording.read(CONFIG, configuration.read(CONFIG))
EN, SL, HR, HE = (LANGUAGES[code] for code in ("en", "sl", "hr", "he"))
FSI, PDI = "\u2068", "\u2069"


def local(year: int, month: int, day: int, hour: int = 9, minute: int = 0, second: int = 0, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=ZONE, fold=fold).astimezone(UTC)


NOW = local(2026, 11, 20, 15)  # a Friday


@pytest.mark.parametrize(
    ("language", "due", "said"),
    [
        (EN, local(2026, 11, 20, 16, 30), "today by 16:30"),
        (EN, local(2026, 11, 21, 10), "by tomorrow at 10:00"),
        (EN, local(2026, 11, 23, 10), "by Monday at 10:00"),
        (EN, local(2026, 11, 27, 10), "by 27 November at 10:00"),
        (EN, local(2027, 1, 4, 10), "by 4 January 2027 at 10:00"),
        (SL, local(2026, 11, 20, 16, 30), "danes do 16:30"),
        (SL, local(2026, 11, 21, 10), "jutri do 10:00"),
        (SL, local(2026, 11, 25, 10), "v sredo do 10:00"),
        (SL, local(2026, 12, 24, 10), "24. decembra do 10:00"),
        (HR, local(2026, 11, 23, 10), "u ponedjeljak do 10:00"),
        (HR, local(2026, 12, 24, 10), "24. prosinca do 10:00"),
        (HR, local(2027, 1, 4, 10), "4. siječnja 2027. do 10:00"),
        (HE, local(2026, 11, 21, 10), f"מחר עד השעה {FSI}10:00{PDI}"),
        (HE, local(2026, 11, 22, 9), f"ביום ראשון עד השעה {FSI}9:00{PDI}"),
        (HE, local(2026, 12, 24, 10), f"ב־24 בדצמבר עד השעה {FSI}10:00{PDI}"),
    ],
)
def test_a_promise_reads_as_one_says_it(language: Language, due: datetime, said: str) -> None:
    assert language.by(due, now=NOW, zone=ZONE) == said


def test_tomorrow_is_the_readers_tomorrow() -> None:
    late = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # 23:30 in Ljubljana
    early = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # 00:30 on the day after
    due = local(2026, 11, 21, 10)
    assert EN.by(due, now=late, zone=ZONE) == "by tomorrow at 10:00"
    assert EN.by(due, now=early, zone=ZONE) == "today by 10:00"


@pytest.mark.parametrize(("month", "day"), [(3, 28), (10, 24)])
def test_the_hour_is_right_after_the_clocks_have_changed(month: int, day: int) -> None:
    evening = local(2026, month, day, 20)
    assert EN.by(local(2026, month, day + 1, 10), now=evening, zone=ZONE) == "by tomorrow at 10:00"


def test_an_hour_that_comes_twice_says_which() -> None:
    evening = local(2026, 10, 24, 20)
    first, second = (local(2026, 10, 25, 2, 30, fold=fold) for fold in (0, 1))
    assert EN.by(first, now=evening, zone=ZONE) == "by tomorrow at 02:30 CEST"
    assert EN.by(second, now=evening, zone=ZONE) == "by tomorrow at 02:30 CET"


def test_midnight_ends_the_day() -> None:
    assert EN.by(local(2026, 11, 21, 0), now=NOW, zone=ZONE) == "today by 24:00"
    assert SL.by(local(2026, 11, 22, 0), now=NOW, zone=ZONE) == "jutri do 24:00"


def test_who_keeps_the_due_time_keeps_the_word() -> None:
    assert EN.by(local(2026, 11, 20, 16, 30, 20), now=NOW, zone=ZONE) == "today by 16:31"


def test_a_point_in_time_has_its_year() -> None:
    due = local(2026, 11, 21, 10)
    assert [each.moment(due, zone=ZONE) for each in (EN, SL, HR, HE)] == [
        "21 November 2026, 10:00",
        "21. novembra 2026, 10:00",
        "21. studenoga 2026., 10:00",
        "21 בנובמבר 2026, 10:00",
    ]


def test_numbers_and_names_are_isolated_where_lines_run_from_the_right() -> None:
    assert HE.isolate("K-1000017") == f"{FSI}K-1000017{PDI}"
    assert HE.isolate("") == ""


def test_latin_languages_stay_free_of_invisible_characters() -> None:
    assert SL.isolate("K-1000017") == "K-1000017"
    assert SL.isolate("נועה") == f"{FSI}נועה{PDI}"


def test_a_paragraph_runs_as_its_first_letter_that_is_not_isolated() -> None:
    assert direction_of("12. שלום Ana") == "rtl"
    assert direction_of("Ana שלום") == "ltr"
    assert direction_of(f"{FSI}Ana{PDI}") is None
