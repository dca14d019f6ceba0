"""The first lines of an agent's mail act; a mistake in them changes nothing and says what was meant."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.agent_mail.instructions import Instructions, read
from shared.events import Transfer
from shared.organisation import Organisation

ORGANISATION = Organisation.read(Path(__file__).parents[4] / "config")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def instructions(text: str) -> Instructions:
    return read(text, organisation=ORGANISATION, now=NOW)


def test_a_text_without_instructions_is_a_text() -> None:
    assert instructions("Hello,\n\nplease press it twice.") == Instructions("Hello,\n\nplease press it twice.")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("#resolve", "resolved"),
        ("#Resolved", "resolved"),
        ("#done", "resolved"),
        ("#pending", "pending_customer"),
        ("#hold", "on_hold"),
        ("#open", "open"),
    ],
)
def test_a_status_goes_with_the_text(line: str, status: str) -> None:
    found = instructions(f"{line}\n\nIt is fixed.")
    assert (found.status, found.text, found.mistakes) == (status, "It is fixed.", ())


def test_several_lines_act_together() -> None:
    found = instructions("#note\n#transfer billing a wrong invoice\n\n#time 15m\nSee the second page.")
    assert found.internal is True
    assert found.transfer == Transfer(team="billing", reason="a wrong invoice")
    assert found.seconds == 900
    assert found.text == "See the second page."
    assert found.understood == ("the text is an internal note", "transfer to billing", "15m of work logged")


@pytest.mark.parametrize("name", ["@eva", "eva", "Eva", "@eva:"])
def test_a_ticket_is_handed_to_an_agent(name: str) -> None:
    found = instructions(f"#transfer {name} an invoice").transfer
    assert found == Transfer(team="billing", agent="eva", reason="an invoice")


def test_a_ticket_is_handed_to_an_agent_of_a_team() -> None:
    found = instructions("#transfer technical @cvetka she knows it").transfer
    assert found == Transfer(team="technical", agent="cvetka", reason="she knows it")


@pytest.mark.parametrize(
    ("line", "until"),
    [("#snooze 2d", timedelta(days=2)), ("#snooze 90 min", timedelta(minutes=90)), ("#snooze 1w", timedelta(weeks=1))],
)
def test_a_snooze_counts_from_the_mail(line: str, until: timedelta) -> None:
    assert instructions(line).snooze_until == NOW + until


def test_a_snooze_takes_a_time_with_its_zone() -> None:
    assert instructions("#snooze 2026-12-01T09:00+01:00").snooze_until == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#trasnfer billing", "did you mean #transfer?"),
        ("#transfer", "name a team"),
        ("#transfer nowhere", "billing"),
        ("#transfer technical @eva", "not in technical"),
        ("#resolve\n#transfer billing", "nobody's"),
        ("#transfer billing\n#resolve", "nobody's"),
        ("#resolve\n#pending", "two statuses"),
        ("#resolve it is fixed", "a line of its own"),
        ("#snooze", "#snooze 2d"),
        ("#snooze 2026-12-01", "how long"),
        ("#snooze 9999w", "within a year"),
        ("#snooze 2020-01-01T00:00+00:00", "lie ahead"),
        ("#snooze 1d\n#resolve", "two statuses"),
        ("#time a while", "15m"),
        ("#time 0m", "15m"),
        ("#note\n#reply", "either"),
        ("#hashtag", "there is no such instruction"),
        ("Thank you!\n#resolve", "first lines"),
    ],
)
def test_a_mistake_says_what_to_write(text: str, said: str) -> None:
    found = instructions(text)
    assert len(found.mistakes) == 1
    assert said in found.mistakes[0]


@pytest.mark.parametrize("text", ["#1 is the broken one", "# A heading", "#", "Order #resolve-me, please"])
def test_what_only_looks_like_an_instruction_is_text(text: str) -> None:
    assert instructions(text) == Instructions(text)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_and_none_is_lost(text: str) -> None:
    found = instructions(text)
    assert found.text in text
    if not any(line.strip().startswith("#") for line in text.split("\n")):
        assert found.text == text.strip()
