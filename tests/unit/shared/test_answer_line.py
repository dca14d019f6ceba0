"""The line above which agents write: found however a mail program quotes it, and not where somebody names it."""

import pytest

from shared.answer_line import answer_line, parted

LINE = answer_line("Write your answer above this line")


@pytest.mark.parametrize(
    ("text", "above"),
    [
        (f"Yes.\n\n{LINE}\nHello", "Yes.\n\n"),
        (f"Yes.\n\n> {LINE}\n> Hello", "Yes.\n\n"),
        (f"Yes.\n\n> > *{LINE}*\n> > Hello", "Yes.\n\n"),
        (f"Yes. On Monday Kartica wrote: {LINE} Hello", "Yes. On Monday Kartica wrote: "),
        ("Yes.\n> ##- Write your answer above\n> this line -##\n> Hello", "Yes.\n"),
        ("Yes.\n> ##- Write your answer above this\n> Hello", "Yes.\n"),
        (f"Write above the ##- as it says.\n\n> {LINE}\n> Hello", "Write above the ##- as it says.\n\n"),
    ],
    ids=["plain", "quoted", "quoted twice", "in a line", "wrapped", "cut off", "named before"],
)
def test_what_is_written_above_the_line_is_told_from_what_follows(text: str, above: str) -> None:
    parts = parted(text)
    assert parts is not None
    assert parts[0] == above
    assert "".join(parts) == text


@pytest.mark.parametrize("text", ["", "no line at all", "Write above the ##- as it says."])
def test_text_without_the_line_is_not_parted(text: str) -> None:
    assert parted(text) is None
