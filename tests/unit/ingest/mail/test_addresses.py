"""Address fields are read as they were meant, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.mail.addresses import addresses
from services.ingest.mail.words import decode_words


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("ana@k.example", [("", "ana@k.example")]),
        ("<ana@k.example>", [("", "ana@k.example")]),
        ("Ana Novak <ana@k.example>", [("Ana Novak", "ana@k.example")]),
        (
            '"Novak, Ana" <ana@k.example>, Bor <bor@k.example>',
            [("Novak, Ana", "ana@k.example"), ("Bor", "bor@k.example")],
        ),
        ("ana@k.example (Ana Novak)", [("Ana Novak", "ana@k.example")]),
        (r"Pete(A nice \) chap) <pete(his account)@silly.test(his host)>", [("Pete", "pete@silly.test")]),
        ("J. R. Smith <j@k.example>", [("J. R. Smith", "j@k.example")]),
        (r'"Ana \"the boss\" N" <a@k.example>', [('Ana "the boss" N', "a@k.example")]),
        (
            "A Group:Ed Jones <joe@a.test>,joe@where.test,John <jdoe@one.test>;",
            [("Ed Jones", "joe@a.test"), ("", "joe@where.test"), ("John", "jdoe@one.test")],
        ),
        ("undisclosed-recipients:;", []),
        ("Undisclosed recipients: ;", []),
        ("<@route.test,@other.test:ana@k.example>", [("", "ana@k.example")]),
        ("ana@k.example; bor@k.example", [("", "ana@k.example"), ("", "bor@k.example")]),
        ("Ana Novak ana@k.example", [("Ana Novak", "ana@k.example")]),
        ("Ana <ana@k.example", [("Ana", "ana@k.example")]),
        ('"Ana <ana@k.example>, "Bor" <bor@k.example>', [("Ana", "ana@k.example"), ("Bor", "bor@k.example")]),
        ("=?utf-8?Q?Novak,_Ana?= <ana@k.example>", [("Novak, Ana", "ana@k.example")]),
        ("=?utf-8?Q?Novak, Ana?= <ana@k.example>", [("Novak, Ana", "ana@k.example")]),
        ('"=?utf-8?Q?=C5=BDiva?=" <z@k.example>', [("Živa", "z@k.example")]),
        ("=?utf-8?Q?Ana_<ana=40k.example>?=", [("Ana", "ana@k.example")]),
        ('"john doe"@k.example', [("", '"john doe"@k.example')]),
        ("user@[192.0.2.1]", [("", "user@[192.0.2.1]")]),
        ("user@[IPv6:2001:db8::1]", [("", "user@[IPv6:2001:db8::1]")]),
        ("Ana <ana @ k . example>", [("Ana", "ana@k.example")]),
        ("Ana [mailto:ana@k.example]", [("Ana", "ana@k.example")]),
        ("mailto:ana@k.example", [("", "ana@k.example")]),
        ("<mailto:ana@k.example>", [("", "ana@k.example")]),
        ("Whomever", [("Whomever", "")]),
        ("Moderator-Address <moderator>", [("Moderator-Address", "moderator")]),
        (",,ana@k.example,,", [("", "ana@k.example")]),
        ("", []),
        ("<>", []),
        ("Ana <>", [("Ana", "")]),
        ("živa@žaba.example", [("", "živa@žaba.example")]),
        ("ana@k.example <ana@k.example>", [("ana@k.example", "ana@k.example")]),
        ("Joe's (Shop <joe@k.example>", [("Joe's (Shop", "joe@k.example")]),
        ("a@k.example b@k.example", [("a@k.example", "b@k.example")]),
        ('"info@trgovina.example" ana@k.example', [("info@trgovina.example", "ana@k.example")]),
        ('"Shop <info@trgovina.example>" ana@k.example', [("Shop <info@trgovina.example>", "ana@k.example")]),
        ('"Write to: x@y.example" <ana@k.example', [("Write to: x@y.example", "ana@k.example")]),
        ("ana@hisa@k.example", [("", "ana@hisa@k.example")]),
        ("Teams: First: ana@k.example;;", [("", "ana@k.example")]),
        ("ana@k.example (Ana Novak", [("Ana Novak", "ana@k.example")]),
        ("Desk: ana@k.example; (the end)", [("", "ana@k.example")]),
        ("ana . novak @ k . example", [("", "ana.novak@k.example")]),
        ("Ana <@[IPv6:2001:db8::1]:ana@k.example>", [("Ana", "ana@k.example")]),
        ("Ana <,@a.example,,@b.example: ana@k.example>", [("Ana", "ana@k.example")]),
    ],
)
def test_field_is_read_as_it_was_meant(field: str, expected: list[tuple[str, str]]) -> None:
    assert addresses(field, decode_words) == expected


@given(st.text(alphabet='ab@.,;:<>()[]"\\=?_ utf8QB\n', max_size=300))
def test_no_field_makes_it_raise(field: str) -> None:
    for name, address in addresses(field, decode_words):
        assert name or address


@pytest.mark.parametrize(
    "piece", ['"', '"a\\', "(", "<", "[", "=?u?q?", "a.", "@", ":", " ", '"<a@b>,', "a@b,", "(a),("]
)
def test_no_field_takes_time_with_its_square(piece: str) -> None:
    assert isinstance(addresses(piece * (20_000 // len(piece)), decode_words), list)
