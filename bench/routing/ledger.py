"""What each agent carries after every commit of a step, and the extremes of that between two commits."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from bench.routing.people import Load


class Ledger:
    def __init__(self, weight: Callable[[str], int]) -> None:
        self._weight = weight
        self._now: dict[str, Load] = {}
        self._earlier: dict[str, list[tuple[int, Load]]] = defaultdict(list)
        """Of this step: the load before the commit at the position."""

    def begin(self) -> None:
        """A new step: positions count from 0 again."""
        self._earlier.clear()

    def load(self, agent: str) -> Load:
        return self._now.get(agent, Load())

    def add(self, agent: str, channel: str, *, by: int, position: int) -> None:
        before = self.load(agent)
        self._earlier[agent].append((position, before))
        self._now[agent] = before.changed(channel, by=by, weight=self._weight(channel))

    def loads(self) -> Mapping[str, Load]:
        return self._now

    def most(self, agent: str, *, since: int, until: int) -> Load:
        """The most that the agent carried, of each kind, from before the one commit until before the other."""
        earlier = self._earlier.get(agent, ())
        most = self.before(agent, until)
        for position, load in earlier:
            if since <= position < until:
                most = most.most(load)
        return most

    def before(self, agent: str, position: int) -> Load:
        """What the agent carried just before a commit of this step."""
        return next((load for place, load in self._earlier.get(agent, ()) if place >= position), self.load(agent))
