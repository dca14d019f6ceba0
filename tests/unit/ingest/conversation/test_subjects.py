"""Subject lines as conversations share them."""

import pytest

from services.ingest.conversation.subjects import base, is_forward, same

PREFIXED = [
    "Re: Lamp", "RE : Lamp", "re:lamp", "Re[2]: Lamp", "Re(3): Lamp", "RE^2: Lamp", "Re2: Lamp",
    "AW: Lamp", "Antw.: Lamp", "SV: Lamp",
    "VS: Lamp", "Odg: Lamp", "ODG: RE: Lamp", "Odp: Lamp", "R: Lamp", "RES: Lamp", "YNT: Lamp", "Vá: Lamp", "Отв: Lamp",
    "Відп: Lamp", "ΑΠ: Lamp", "回复：Lamp", "答复: Lamp", "返信: Lamp", "회신: Lamp", "השב: Lamp",
    "הנדון: Lamp", "\u200fהשב: Lamp",
    "Fwd: Lamp", "WG: AW: Lamp", "TR: Lamp", "[lamps] Re: Lamp", "Re: [K-1000017] Lamp", "Lamp [K-1000017]", "  Lamp  ",
]  # fmt: skip


@pytest.mark.parametrize("subject", PREFIXED)
def test_prefixes_and_numbers_are_left_out(subject: str) -> None:
    assert base(subject) == "lamp"


@pytest.mark.parametrize("subject", ["Lamp: dark", "Order 7: late", "Question: Re: lamp", "12:30 at noon"])
def test_words_before_a_colon_that_are_no_prefix_stay(subject: str) -> None:
    assert base(subject) == subject.casefold()


def test_subject_of_prefixes_alone_contradicts_nothing() -> None:
    assert same("Re:", "Lamp")
    assert not same("Re: Lamp", "Invoice")


def test_subject_of_ten_thousand_prefixes_takes_no_time() -> None:
    assert base("Re: " * 10_000)
    assert not is_forward("a" * 100_000)


def test_answer_to_a_forward_is_no_forward() -> None:
    assert is_forward("Fwd: Re: Lamp")
    assert not is_forward("Re: Fwd: Lamp")
