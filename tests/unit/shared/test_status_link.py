"""The signed link to a request: whose it is, until when, and that nobody can make one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.reply_token import ReplyTokens
from shared.status_link import TOKEN_LENGTH, StatusLinks

TICKET = "01a00000-0000-7000-8000-000000000017"
UNTIL = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LINKS = StatusLinks.parse("a:0123456789abcdef0123")


def test_a_link_says_its_ticket_its_end_and_whether_it_is_somebodys() -> None:
    token = LINKS.sign(TICKET, "Iva@Example.org", until=UNTIL)
    link = LINKS.open(token)
    assert link is not None
    assert (len(token), link.ticket) == (TOKEN_LENGTH, TICKET)
    assert UNTIL <= link.until < UNTIL + timedelta(hours=1)
    assert LINKS.is_for(link, "iva@example.org")
    assert not LINKS.is_for(link, "eva@example.org")
    assert "iva" not in token.lower()


def test_keys_can_be_exchanged_without_a_break() -> None:
    token = LINKS.sign(TICKET, "iva@example.org", until=UNTIL)
    newer = StatusLinks.parse("b:another-secret-of-ours,a:0123456789abcdef0123")
    link = newer.open(token)
    assert link is not None
    assert newer.is_for(link, "iva@example.org")
    assert newer.sign(TICKET, "iva@example.org", until=UNTIL)[0] == "b"
    assert StatusLinks.parse("b:another-secret-of-ours").open(token) is None


def test_a_reply_token_is_no_link_and_a_link_no_reply_token() -> None:
    tokens = ReplyTokens.parse("a:0123456789abcdef0123")
    assert LINKS.open(tokens.sign(TICKET, "iva@example.org")) is None
    assert tokens.find(LINKS.sign(TICKET, "iva@example.org", until=UNTIL), sender="iva@example.org") is None


@given(st.integers(1, TOKEN_LENGTH - 1), st.sampled_from("ABCxyz019-_"))
def test_a_link_that_was_changed_anywhere_leads_nowhere(place: int, letter: str) -> None:
    token = LINKS.sign(TICKET, "iva@example.org", until=UNTIL)
    changed = token[:place] + letter + token[place + 1 :]
    assert LINKS.open(changed) is None or changed == token


@given(st.text(max_size=80))
def test_no_other_text_is_a_link(text: str) -> None:
    assert LINKS.open(text) is None


@pytest.mark.parametrize("keys", ["", "ab:0123456789abcdef0123"])
def test_keys_that_can_not_be_told_apart_are_refused(keys: str) -> None:
    with pytest.raises(ValueError, match="letter"):
        StatusLinks.parse(keys)
