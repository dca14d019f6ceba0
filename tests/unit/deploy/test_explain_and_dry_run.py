"""What `make explain` and `make dry-run` print: for people, from what routing answers."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console, RenderableType

from deploy import dry_run, explain

DECISION = {
    "ticket": {
        "ticket": "0192",
        "number": "K-1000017",
        "status": "open",
        "category": "technical",
        "priority": "urgent",
        "team": "technical",
        "tags": ["safety"],
        "state": "assigned",
        "agent": "cvetka",
    },
    "hops": 2,
    "decisions": [
        {
            "time": "2026-11-23T09:00:00Z",
            "cause": {"type": "ticket.opened.v1", "id": "1", "actor": "customer:iva"},
            "results": [
                {
                    "type": "ticket.classified.v1",
                    "category": "technical",
                    "priority": "urgent",
                    "team": "technical",
                    "tags": ["safety"],
                    "skills": ["electrics"],
                    "levels": {"electrics": 2},
                    "impact": None,
                    "by": "rules",
                    "reasons": [{"rule": "priority", "because": "impact high × urgency normal = high; tier vip +1"}],
                },
                {"type": "ticket.assigned.v1", "agent": "cvetka", "team": "technical", "by": "least_loaded"},
            ],
            "rules": [
                {"rule": "danger", "applied": True, "because": "keyword 'kadi' (text, sl)", "decided": ["category"]},
                {"rule": "form", "applied": False, "because": "field topic is not [bold]", "decided": []},
            ],
            "model": {
                "version": "m7",
                "category": "billing",
                "probability": 0.4321,
                "decision": "abstained",
                "threshold": 0.9,
                "alternatives": {"general": 0.3},
            },
            "candidates": [
                {"agent": "cvetka", "load": 2, "capacity": 6, "hindrance": None},
                {"agent": "dmitar", "load": 6, "capacity": 6, "hindrance": "has no room"},
            ],
        }
    ],
}
REPORT = {
    "openings": 200,
    "changed": 3,
    "share": 0.015,
    "left_open": [20, 18],
    "kinds": [{"kind": "category", "tickets": 3, "changes": [["billing", "technical", 3]]}],
    "rules": [{"rule": "new", "before": None, "after": 3}, {"rule": "old", "before": 4, "after": 0}],
    "never": ["old"],
    "not_replayed": ["bad_rating"],
    "tickets": [
        {
            "number": "K-1000017",
            "changes": [{"kind": "category", "before": "billing", "after": "technical", "by_after": "new"}],
        }
    ],
    "more": 2,
}


def printed(lines: Iterator[RenderableType]) -> str:
    console = Console(file=io.StringIO(), width=200)
    explain.show(lines, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_explain_shows_rules_model_priority_and_candidates() -> None:
    for boxed in (False, True):
        text = printed(explain.told(DECISION, boxed=boxed))
        for part in (
            "Ticket K-1000017  (0192)",
            "handed over 2 times",
            "because of ticket.opened.v1 by customer:iva",
            "classified: category technical, priority urgent, team technical, tags safety, skills electrics",
            "priority: impact high × urgency normal = high; tier vip +1",
            "model m7: billing with probability 0.43, abstained (applied from 0.90 on)",
            "keyword 'kadi' (text, sl)",
            "field topic is not [bold]",
            "assigned: to cvetka in team technical (by least_loaded)",
            "has no room",
            "6 of 6",
        ):
            assert part in text, part


def test_where_it_is_no_terminal_the_text_is_plain_and_a_row_is_a_line() -> None:
    text = printed(explain.told(DECISION, boxed=False))
    assert "    danger  applied  keyword 'kadi' (text, sl)  category\n" in text
    assert "│" not in text


def test_the_columns_have_heads_also_where_it_is_no_terminal() -> None:
    assert "    kind      before   after      tickets\n" in printed(dry_run.told(REPORT, boxed=False))


def test_a_dry_run_over_no_tickets_says_so_and_lists_nothing() -> None:
    text = printed(dry_run.told(REPORT | {"openings": 0, "changed": 0, "tickets": []}, boxed=False))
    assert text == "routing keeps no tickets of that time; there is nothing to compare, and the file holds\n"


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (("--from", "yesterday"), "'yesterday' is no time; write for example 2026-11-01T00:00"),
        (("--from", "2026-02-01", "--to", "2026-01-01"), "is not before --to"),
    ],
)
def test_times_that_make_no_sense_are_refused(
    times: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["dry_run", "routing.yaml", *times])
    with pytest.raises(SystemExit):
        dry_run.main()
    assert said in capsys.readouterr().err


def test_a_dry_run_shows_numbers_first_and_then_the_tickets() -> None:
    text = printed(dry_run.told(REPORT, boxed=False))
    assert text.startswith("200 tickets, 3 decided differently (1.5%)\n")
    assert "    category  billing  technical  3\n" in text
    assert "    new   not in it  3\n" in text
    assert "never applied: old\n" in text
    assert "    K-1000017  category  billing  technical  new\n" in text
    assert "and 2 more tickets\n" in text
