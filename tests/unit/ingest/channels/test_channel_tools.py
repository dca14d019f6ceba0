"""Plain text, signed tokens and token buckets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.channels.plain_text import one_line, readable
from services.ingest.channels.rates import KEPT_KEYS, TokenBuckets, network_of
from services.ingest.channels.signing import Signer

KEYS = {"a": b"0123456789abcdef"}


@given(st.text())
def test_any_text_becomes_text_that_can_be_stored(text: str) -> None:
    shown = readable(text)
    assert "\x00" not in shown
    assert "\r" not in shown
    shown.encode()


def test_accents_are_composed_and_line_ends_unified() -> None:
    assert readable("  lučka\r\nšč\x07\ud800 ") == "lučka\nšč"


@given(st.text(), st.integers(2, 50))
def test_one_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit=limit)
    assert len(line) <= limit
    assert not {"\n", "\r", "\u202e"} & set(line)


def test_a_token_says_its_parts_to_its_own_signer_only() -> None:
    signer = Signer(KEYS, purpose="form")
    token = signer.sign("page", "contact", 17)
    assert signer.open(token) == ("page", "contact", 17)
    assert Signer(KEYS, purpose="chat").open(token) is None
    assert Signer({"b": b"another key here"}, purpose="form").open(token) is None


def test_a_token_of_an_older_key_is_still_accepted() -> None:
    old = Signer(KEYS, purpose="form").sign("page")
    assert Signer({"b": b"the newer key...", **KEYS}, purpose="form").open(old) == ("page",)


@pytest.mark.parametrize("change", ["", "x", "=", "é", "\x00", " "])
def test_a_changed_token_is_worth_nothing(change: str) -> None:
    signer = Signer(KEYS, purpose="form")
    token = signer.sign("page", 1)
    assert signer.open(token[:-2] + change) is None


@given(st.text())
def test_no_text_makes_opening_a_token_fail(text: str) -> None:
    assert Signer(KEYS, purpose="form").open(text) is None


def test_a_bucket_gives_its_burst_and_then_waits() -> None:
    buckets = TokenBuckets(burst=2, per_minute=6)
    assert [buckets.wait("a", now=0) for _ in range(3)] == [0, 0, 10]
    assert buckets.wait("b", now=0) == 0
    assert buckets.wait("a", now=5) == 5
    assert buckets.wait("a", now=10) == 0


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    buckets = TokenBuckets(burst=1, per_minute=60)
    buckets.wait("a", now=0)
    assert [buckets.wait("a", now=1000), buckets.wait("a", now=1000)] == [0, 1]


def test_buckets_do_not_grow_without_end() -> None:
    buckets = TokenBuckets(burst=1, per_minute=1)
    for key in range(KEPT_KEYS + 10):
        buckets.wait(str(key), now=0)
    assert len(buckets._buckets) == KEPT_KEYS


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_an_address_is_counted_by_its_customer(host: str | None, counted: str) -> None:
    assert network_of(host) == counted
