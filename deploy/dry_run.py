"""What a changed routing.yaml would have decided differently: `python -m deploy.dry_run FILE [--from --to --limit]`.

Replays the tickets that routing keeps (the latest first) through the file and through the rules in use, and
prints what differs. Nothing changes. Asks routing over HTTP: that of `make up`, or --url and --token
(KARTICA_ROUTING_URL, KARTICA_TOKEN) of a supervisor or admin. A mistake in the file is named with its line.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType

from deploy import reach
from deploy.explain import show, table

Doc = Mapping[str, Any]
LONGEST = 900
"""Seconds that the dry run may take."""


def told(report: Doc, *, boxed: bool) -> Iterator[RenderableType]:
    """The answer of POST /dry-run for people: the numbers first, then the tickets."""
    if not report["openings"]:
        yield "routing keeps no tickets of that time; there is nothing to compare, and the file holds"
        return
    yield f"{report['openings']} tickets, {report['changed']} decided differently ({report['share']:.1%})"
    before, after = report["left_open"]
    yield f"left to the model by the rules: {before} before, {after} after"
    rows = [(kind["kind"], old, new, str(count)) for kind in report["kinds"] for old, new, count in kind["changes"]]
    if rows:
        yield from table("What changes", ("kind", "before", "after", "tickets"), rows, boxed=boxed)
    rules = [(one["rule"], _hits(one["before"]), _hits(one["after"])) for one in report["rules"]]
    if rules:
        yield from table("How often each rule applies", ("rule", "before", "after"), rules, boxed=boxed)
    if report["never"]:
        yield f"never applied: {', '.join(report['never'])}"
    if report["not_replayed"]:
        yield f"for later events, which are not replayed: {', '.join(report['not_replayed'])}"
    yield from _tickets(report, boxed=boxed)


def _tickets(report: Doc, *, boxed: bool) -> Iterator[RenderableType]:
    rows = [
        (ticket["number"], change["kind"], change["before"], change["after"], change["by_after"])
        for ticket in report["tickets"]
        for change in ticket["changes"]
    ]
    if rows:
        yield from table("Tickets", ("number", "kind", "before", "after", "by"), rows, boxed=boxed)
    if report["more"]:
        yield f"and {report['more']} more tickets"


def _hits(count: int | None) -> str:
    return "not in it" if count is None else str(count)


def _time(written: str) -> str:
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{written!r} is no time; write for example 2026-11-01T00:00") from error
    return at.astimezone().isoformat()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--from", dest="begin", type=_time, help="opened at this time or later, as 2026-11-01T00:00")
    parser.add_argument("--to", dest="end", type=_time, help="opened before this time")
    parser.add_argument("--limit", type=int, default=100_000, help="so many of the latest tickets (100000)")
    parser.add_argument("--show", type=int, default=50, help="so many tickets by number (50)")
    parser.add_argument("--json", action="store_true", help="as routing answers")
    reach.options(parser)
    arguments = parser.parse_args()
    begin, end = arguments.begin, arguments.end
    if begin and end and datetime.fromisoformat(begin) >= datetime.fromisoformat(end):
        parser.error(f"--from {begin} is not before --to {end}")
    try:
        rules = arguments.file.read_bytes()
    except OSError as error:
        sys.exit(f"{arguments.file}: can't be read: {error.strerror}")
    asked = {"from": arguments.begin, "to": arguments.end, "limit": arguments.limit, "show": arguments.show}
    try:
        report = reach.given(arguments).ask(
            "POST",
            "/dry-run",
            content=rules,
            headers={"content-type": "application/yaml"},
            params={name: value for name, value in asked.items() if value is not None},
            timeout=LONGEST,
        )
    except SystemExit as refused:
        sys.exit(str(refused).replace("routing.yaml:", f"{arguments.file}:"))
    if arguments.json:
        print(json.dumps(report, ensure_ascii=False))
        return
    console = Console()
    show(told(report, boxed=console.is_terminal), console)


if __name__ == "__main__":
    main()
