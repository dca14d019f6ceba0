"""Why a ticket is what it is and where it is: `python -m deploy.explain NUMBER-OR-ID [--json]`.

Shows each decision about it in the order of time: what was decided and why, every rule that was tried, what
the model said, and the agents who were considered. Asks routing over HTTP: that of `make up`, or --url and
--token (KARTICA_ROUTING_URL, KARTICA_TOKEN).
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from deploy import reach

Doc = Mapping[str, Any]
_OFFER: Mapping[str, str] = {
    "offered": "to",
    "accepted": "accepted by",
    "declined": "declined by",
    "expired": "not answered by",
    "withdrawn": "withdrawn from",
}
"""What a state of an offer says before the agent's name."""


def told(answer: Doc, *, boxed: bool) -> Iterator[RenderableType]:
    """The whole answer of GET /tickets/{id}/decision for people."""
    ticket = answer["ticket"]
    yield Text(f"Ticket {ticket['number']}  ({ticket['ticket']})", style="bold")
    holder = f"agent {ticket['agent']}" if ticket.get("agent") else ticket.get("state") or "nobody has it"
    yield f"  {ticket['status']}, {ticket['category']}, {ticket['priority']}, team {ticket['team']}, {holder}"
    if ticket.get("tags"):
        yield f"  tags: {', '.join(ticket['tags'])}"
    if answer.get("hops"):
        yield f"  handed over {answer['hops']} times"
    yield from _now(answer)
    for place, decision in enumerate(answer["decisions"], start=1):
        yield ""
        yield from _decision(place, decision, boxed=boxed)


def _now(answer: Doc) -> Iterator[RenderableType]:
    """Who is asked, has to act, or is writing at the moment."""
    if offer := answer.get("offer"):
        yield f"  on offer to {offer['agent']} until {offer['until']}"
    if lease := answer.get("lease"):
        yield f"  {lease['agent']} has to act by {lease['until']} to keep it"
    for one in answer.get("replying") or ():
        yield f"  {one['agent']} is writing an answer since {one['since']}"


def _decision(place: int, decision: Doc, *, boxed: bool) -> Iterator[RenderableType]:
    cause = decision["cause"]
    heading = f"{place}. {decision['time']}  because of {cause['type']} by {cause['actor']} ({cause['id']})"
    yield Text(heading, style="bold")
    for result in decision["results"]:
        yield from _result(result)
    yield from _model(decision)
    yield from _rules(decision.get("rules") or (), boxed=boxed)
    yield from _candidates(decision.get("candidates") or (), boxed=boxed)


def _result(result: Doc) -> Iterator[RenderableType]:
    kind = result["type"].removeprefix("ticket.").removesuffix(".v1")
    if kind == "classified":
        names = ("category", "priority", "team", "impact", "urgency")
        said = ", ".join(f"{name} {result[name]}" for name in names if result.get(name))
        for name in ("tags", "skills"):
            said += f", {name} {' '.join(result[name])}" if result.get(name) else ""
        for name in ("levels", "prefers"):
            skills = " ".join(f"{skill} {level}" for skill, level in (result.get(name) or {}).items())
            said += f", {name} {skills}" if skills else ""
    elif kind == "assigned":
        to = f"to {result['agent']}" if result.get("agent") else "to the queue"
        said = f"{to} in team {result['team']}"
    else:
        until = f", until {result['until']}" if result["state"] == "offered" and result.get("until") else ""
        said = f"{_OFFER.get(result['state'], result['state'])} {result['agent']} in team {result['team']}{until}"
    because = f": {result['because']}" if result.get("because") else ""
    yield f"  {kind}: {said}{because}" + (f" (by {result['by']})" if result.get("by") else "")
    for reason in result.get("reasons") or ():
        yield f"      {reason['rule']}: {reason['because']}"


def _model(decision: Doc) -> Iterator[RenderableType]:
    model = decision.get("model")
    if not model:
        return
    yield (
        f"  model {model['version']}: {model['category']} with probability {model['probability']:.2f}, "
        f"{model['decision']} (applied from {model['threshold']:.2f} on)"
    )
    if model.get("alternatives"):
        yield "      else " + ", ".join(f"{name} {share:.2f}" for name, share in model["alternatives"].items())


def _rules(rules: Sequence[Doc], *, boxed: bool) -> Iterator[RenderableType]:
    if not rules:
        return
    rows = [
        (one["rule"], "applied" if one["applied"] else "no", one["because"], ", ".join(one["decided"])) for one in rules
    ]
    yield from table("Rules, in the order in which they were tried", ("rule", "", "why", "decided"), rows, boxed=boxed)


def _candidates(candidates: Sequence[Doc], *, boxed: bool) -> Iterator[RenderableType]:
    if not candidates:
        return
    rows = [
        (one["agent"], f"{one['load']} of {one['capacity']}", one["hindrance"] or "could take it") for one in candidates
    ]
    yield from table("Agents who were considered", ("agent", "load", ""), rows, boxed=boxed)


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, boxed: bool) -> Iterator[RenderableType]:
    """A table with lines on a terminal, else columns of plain text, one row a line."""
    if boxed:
        shown = Table(*heads, title=title, title_justify="left")
        for row in rows:
            shown.add_row(*(Text(cell) for cell in row))
        yield shown
        return
    yield f"  {title}:"
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    for row in (heads, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"    {'  '.join(cells).rstrip()}"


def show(lines: Iterator[RenderableType], console: Console) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=not isinstance(line, Table))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ticket", help="its number or its id")
    parser.add_argument("--json", action="store_true", help="as routing answers")
    reach.options(parser)
    arguments = parser.parse_args()
    answer = reach.given(arguments).ask("GET", f"/tickets/{quote(arguments.ticket, safe='')}/decision")
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    console = Console()
    show(told(answer, boxed=console.is_terminal), console)


if __name__ == "__main__":
    main()
