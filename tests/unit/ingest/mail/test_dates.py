"""The Date field is read in the forms that programs write."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.mail.dates import date_of, is_well_formed


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("Fri, 19 May 2000 00:50:08 -0400", "2000-05-19T00:50:08-04:00"),
        ("19 May 2000 00:50:08 -0400", "2000-05-19T00:50:08-04:00"),
        ("Fri, 19 May 2000 00:50 -0400", "2000-05-19T00:50:00-04:00"),
        ("Fri, 19 May 00 00:50:08 -0400", "2000-05-19T00:50:08-04:00"),
        ("Fri, 19 May 2000 00:50:08 -0400 (EDT)", "2000-05-19T00:50:08-04:00"),
        ("Fri, 19 May 2000 00:50:08 EDT", "2000-05-19T00:50:08-04:00"),
        ("Fri, 19 May 2000 00:50:08 GMT", "2000-05-19T00:50:08+00:00"),
        ("Fri, 19 May 2000 00:50:08 UT", "2000-05-19T00:50:08+00:00"),
        ("Fri, 19 May 2000 00:50:08 CEST", "2000-05-19T00:50:08+02:00"),
        ("Fri, 19 May 2000 00:50:08 -0000", "2000-05-19T00:50:08+00:00"),
        ("Fri, 19 May 2000 00:50:08", "2000-05-19T00:50:08+00:00"),
        ("Fri,19 May 2000 00:50:08 +02:00", "2000-05-19T00:50:08+02:00"),
        ("Fri May 19 00:50:08 2000", "2000-05-19T00:50:08+00:00"),
        ("Fri, 19-May-2000 00:50:08 +0200", "2000-05-19T00:50:08+02:00"),
        ("2000-05-19T00:50:08Z", "2000-05-19T00:50:08+00:00"),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("2000-05-19 00:50:08 +0200", "2000-05-19T00:50:08+02:00"),
        ("Freitag, 19. Mai 2000 00:50:08 +0200", "2000-05-19T00:50:08+02:00"),
        ("pet, 19 maj 2000 00:50:08 +0200", "2000-05-19T00:50:08+02:00"),
        ("Fri, 19 May 2000 12:50:08 PM +0200", "2000-05-19T12:50:08+02:00"),
        ("19.05.2000 00:50:08", "2000-05-19T00:50:08+00:00"),
        ("Fri, 19 May 2000 00.50.08 +0200", "2000-05-19T00:50:08+02:00"),
        ("Fri,\n 19 May\n 2000 00:50:08 +0200", "2000-05-19T00:50:08+02:00"),
        ("Fri, 19 May 2000 00(hours):   50  :  08 -0400", "2000-05-19T00:50:08-04:00"),
        ("Fri, 19 May 2000 0:5:8 +0200", "2000-05-19T00:05:08+02:00"),
        ("Fri, 19 May 2000 00:50:08 GMT+0200", "2000-05-19T00:50:08+02:00"),
        ("Fri May 19 2000 00:50:08 GMT-0400 (Eastern Daylight Time)", "2000-05-19T00:50:08-04:00"),
        ("Fri, 19 May 100 00:50:08 +0200", "2000-05-19T00:50:08+02:00"),
        ("yesterday", None),
        ("", None),
        ("Fri, 99 May 2000 00:50:08 +0200", None),
    ],
)
def test_form_is_read(field: str, expected: str | None) -> None:
    found = date_of(field)
    assert found == (datetime.fromisoformat(expected) if expected else None)


def test_blanks_before_a_date_are_passed_once() -> None:
    """Read in two places of the pattern, 20,000 of them took four seconds; mail parsers leave those of Unicode."""
    assert not is_well_formed("\xa0" * 20_000 + "x")
    assert is_well_formed("\xa0" * 20_000 + "Mon, 20 Nov 2026 10:00:00 +0100")


@given(st.text(alphabet="0123456789:+-/., JanFebMayTZGMTCESapm()", max_size=80))
def test_no_field_makes_it_raise(field: str) -> None:
    found = date_of(field)
    assert found is None or found.tzinfo is not None
