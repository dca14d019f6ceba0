"""Who has which ticket and who waits, after every commit."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from bench.routing.history import Seen
from bench.routing.ledger import Ledger
from bench.routing.people import People

STEP_BEGAN = -1
"""The position of what was so before the step."""
LIMITED_WITHIN = timedelta(days=1)


class Books:
    """`waits_since` has, by team, each ticket that waits, and the position of the commit from which on it stands so."""

    def __init__(self, people: People) -> None:
        self._people = people
        self.tickets: dict[str, Seen] = {}
        self.waits_since: dict[str, dict[str, int]] = defaultdict(dict)
        self.ledger = Ledger(people.weight)
        self._got: dict[str, dict[str, datetime]] = {
            name: {} for name, one in people.agents.items() if one.at_most is not None
        }

    def begin(self) -> None:
        """A new step: positions count from 0 again."""
        self.ledger.begin()
        for waiting in self.waits_since.values():
            waiting.update(dict.fromkeys(waiting, STEP_BEGAN))

    def before(self, ticket: str) -> Seen:
        return self.tickets.get(ticket) or Seen(ticket, 0)

    def waiting(self) -> Iterator[Seen]:
        return (self.tickets[ticket] for waiting in self.waits_since.values() for ticket in waiting)

    def apply(self, position: int, after: Seen, *, now: datetime) -> None:
        """Writes a commit down."""
        before = self.before(after.ticket)
        if before.holder is not None:
            self.ledger.add(before.holder, before.channel, by=-1, position=position)
        if after.holder is not None:
            self.ledger.add(after.holder, after.channel, by=1, position=position)
        if before.agent != after.agent:
            self._got.get(before.agent or "", {}).pop(after.ticket, None)
            if after.agent in self._got:
                self._got[after.agent][after.ticket] = now
        self.waits_since[before.team].pop(after.ticket, None)
        if after.waiting:
            self.waits_since[after.team][after.ticket] = position
        self.tickets[after.ticket] = after

    def at_limit(self, name: str, now: datetime) -> bool:
        """Whether the agent got as many tickets within a day as they are to get."""
        most = self._people.agents[name].at_most
        if most is None:
            return False
        return sum(at >= now - LIMITED_WITHIN for at in self._got[name].values()) >= most
