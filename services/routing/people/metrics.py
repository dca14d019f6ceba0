"""How many people of each team are there, and how many are not, for which reason."""

from collections import Counter
from collections.abc import Mapping
from typing import get_args

from prometheus_client import CollectorRegistry, Gauge

from services.routing.people.presence import State
from shared.organisation import Organisation


class PeopleMetrics:
    def __init__(self, registry: CollectorRegistry, organisation: Organisation) -> None:
        self._organisation = organisation
        self._agents = Gauge(
            "kartica_routing_agents", "Members of a team by their state", ["team", "state"], registry=registry
        )

    def show(self, states: Mapping[str, State]) -> None:
        """Sets the gauge; somebody in two teams counts in both."""
        for name, team in self._organisation.teams.items():
            found = Counter(states[agent] for agent in team.agents)
            for state in get_args(State):
                self._agents.labels(name, state).set(found[state])
