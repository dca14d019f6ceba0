"""What new facts change in the rows and the counts; the same facts come to the same, in any order and portions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from services.reporting.facts import Fact
from services.reporting.tally import Tally, difference, tally
from services.reporting.ticket import Ticket, fold


@dataclass(frozen=True, slots=True)
class Projected:
    """Rows to be stored as they are, and numbers to be added to the counts."""

    tickets: tuple[Ticket, ...]
    counts: Tally


def project(known: Mapping[str, Sequence[Fact]], new: Sequence[Fact], *, zone: tzinfo) -> Projected:
    """`known` has all earlier facts of the subjects of `new`; no fact is in both, and none twice."""
    arrived: dict[str, list[Fact]] = {}
    for fact in new:
        arrived.setdefault(fact.subject, []).append(fact)
    tickets: list[Ticket] = []
    counts: Tally = Tally()
    for subject, facts in arrived.items():
        before = known.get(subject, ())
        after = [*before, *facts]
        ticket = fold(after)
        if ticket is not None:
            tickets.append(ticket)
        counts.update(difference(tally(before, fold(before), zone=zone), tally(after, ticket, zone=zone)))
    return Projected(tuple(tickets), difference(Tally(), counts))
