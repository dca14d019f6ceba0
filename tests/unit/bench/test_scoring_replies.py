"""The score of replies counts what is exact, what leaks and what is lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.corpus.replies import score

QUOTE = "\n\nOn Fri, 20 Nov 2026 at 10:15, Ana <a@b.example> wrote:\n> is it on?\n"


def sample(text: str, expected: str, **other: Any) -> dict[str, Any]:
    common = {"id": "x", "group": "own", "lang": "en", "kind": "plain", "signature": "keep", "mode": "exact"}
    return {**common, "input": text, "expected": expected, "must": None, "must_not": None, **other}


CASES = {
    "exact": (sample(f"Yes, it is.{QUOTE}", "Yes, it is."), (1, 0, 0)),
    "blanks and line ends do not count": (sample(f"Yes.  \r\n\r\n\r\n\r\nNo.{QUOTE}", "Yes.\n\nNo."), (1, 0, 0)),
    "a line too much": (sample("Yes.\n\nA line of its own.", "Yes."), (0, 1, 0)),
    "a line too few": (sample(f"Yes.{QUOTE}", "Yes.\n\nis it on?"), (0, 0, 1)),
    "another layout": (sample("Yes.\nNo.", "No.\nYes."), (0, 0, 0)),
    "what must be there is": (sample(f"Yes.{QUOTE}", "", mode="contains", must=["Yes"], must_not=["wrote"]), (1, 0, 0)),
    "what must be there is not": (sample(f"Yes.{QUOTE}", "", mode="contains", must=["No"], must_not=[]), (0, 0, 1)),
    "what must go is there": (sample("Yes.", "", mode="contains", must=[], must_not=["Yes"]), (0, 1, 0)),
    "signatures go when they are to": (sample("Yes.\n\n-- \nJana", "Yes.", signature="drop"), (1, 0, 0)),
    "signatures stay when they are to": (sample("Yes.\n\n-- \nJana", "Yes.\n\n-- \nJana"), (1, 0, 0)),
    "the text of HTML": (
        sample("<p>Yes, <b>it</b> is.</p><blockquote type=cite>on?</blockquote>", "Yes, it is.", kind="html"),
        (1, 0, 0),
    ),
    "HTML that is expected as HTML": (sample("<p>Yes,<br>it is.</p>", "<p>Yes,<br>it is.</p>", kind="html"), (1, 0, 0)),
}


@pytest.mark.parametrize(("case", "counts"), CASES.values(), ids=CASES)
def test_score_counts(case: dict[str, Any], counts: tuple[int, int, int], tmp_path: Path) -> None:
    (tmp_path / "expected.jsonl").write_text(json.dumps(case) + "\n", encoding="utf-8")
    shown: list[str] = []
    got = score(tmp_path, show=shown.append)
    assert (got["right"], got["leak"], got["lost"]) == counts
    assert got["all"] == 1
    assert bool(shown) is not bool(counts[0])
