"""A reply token can't be forged, moved to another ticket, or used unnoticed by a stranger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import derived_id
from shared.reply_token import TOKEN_LENGTH, Purpose, ReplyTokens, Ticketed

TICKET = derived_id("ticket")
TOKENS = ReplyTokens.parse("b:the-newer-secret-of-two,a:the-older-secret-of-two")


def test_the_recipient_is_recognised_whatever_the_case() -> None:
    token = TOKENS.sign(TICKET, "Iva@Example.org")
    assert len(token) == TOKEN_LENGTH
    assert len(f"support+{token}") <= 64, "the limit of a local part (RFC 5321, 4.5.3.1.1)"
    assert TOKENS.verify(token, sender="iva@example.ORG") == Ticketed(
        TICKET, by_recipient=True, purpose="customer", token=token
    )


def test_a_stranger_with_the_token_is_told_apart() -> None:
    token = TOKENS.sign(TICKET, "iva@example.org")
    assert TOKENS.verify(token, sender="eve@example.org") == Ticketed(
        TICKET, by_recipient=False, purpose="customer", token=token
    )


def test_a_token_of_an_older_key_still_holds() -> None:
    old = ReplyTokens.parse("a:the-older-secret-of-two").sign(TICKET, "iva@example.org")
    assert TOKENS.verify(old, sender="iva@example.org") is not None


def test_a_token_of_a_foreign_key_does_not() -> None:
    foreign = ReplyTokens.parse("a:another-secret-altogether").sign(TICKET, "iva@example.org")
    assert TOKENS.verify(foreign, sender="iva@example.org") is None


@given(st.integers(0, TOKEN_LENGTH - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_letter_is_noticed(place: int, letter: str) -> None:
    token = TOKENS.sign(TICKET, "iva@example.org")
    changed = token[:place] + letter + token[place + 1 :]
    found = TOKENS.verify(changed, sender="iva@example.org")
    # The last letter of base32 carries two bits that mean nothing.
    assert found is None or changed[:-1] == token[:-1]


@given(st.text())
def test_any_text_is_searched_without_an_error(text: str) -> None:
    assert TOKENS.find(text, sender=text) is None


def test_the_token_is_found_in_an_address_and_in_a_message_id() -> None:
    token = TOKENS.sign(TICKET, "iva@example.org")
    for text in (f"Support <support+{token.upper()}@desk.example>", f"<kartica.1.{token}@desk.example>"):
        assert TOKENS.find(text, sender="iva@example.org") == Ticketed(
            TICKET, by_recipient=True, purpose="customer", token=token
        )


@pytest.mark.parametrize("keys", ["", "a:short", "A:long-enough-secret-here", "ab:long-enough-secret-here"])
def test_keys_that_do_not_hold_are_refused(keys: str) -> None:
    with pytest.raises(ValueError, match="reply key"):
        ReplyTokens.parse(keys)


@pytest.mark.parametrize("purpose", ["customer", "agent", "note"])
def test_a_token_says_what_a_mail_with_it_is(purpose: Purpose) -> None:
    found = TOKENS.verify(TOKENS.sign(TICKET, "ana@example.org", purpose=purpose), sender="ana@example.org")
    assert found is not None
    assert (found.purpose, found.by_recipient) == (purpose, True)


def test_tokens_can_be_taken_out_of_a_text() -> None:
    token = TOKENS.sign(TICKET, "ana@example.org", purpose="agent")
    assert TOKENS.without(f"a {token} b {token.upper()} c") == "a  b  c"
    assert TOKENS.without("a" * 51) == "a" * 51
