"""How an agent stands at a moment: whether there, what they carry, and when they got the last one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from services.routing.people.presence import State
from shared.organisation import Agent, Organisation

NEVER = datetime.min.replace(tzinfo=UTC)
SOON = datetime.max.replace(tzinfo=UTC)
"""When somebody whose next ticket is being committed right now got the last one: nobody did later."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a choice knows of an agent.

    `version` is that of the agent's document when this was read: a choice that was made of an older one
    can't be committed. `tickets` are the new and open ones by channel, `recent` those assigned within the
    period of the agent's limit. `away` is why they are not there, or None; `state` and `until` tell the same.
    """

    version: int = 0
    tickets: Mapping[str, int] = field(default_factory=dict)
    recent: int = 0
    last: datetime = NEVER
    away: str | None = None
    state: State = "available"
    until: datetime | None = None

    def units(self, organisation: Organisation) -> int:
        """The load: what the tickets weigh by their channels."""
        return sum(count * organisation.weight(channel) for channel, count in self.tickets.items())

    def with_one_more(self, channel: str) -> "Standing":
        """As it will be when a ticket of the channel that is being committed is there."""
        tickets = {**self.tickets, channel: self.tickets.get(channel, 0) + 1}
        return replace(self, tickets=tickets, recent=self.recent + 1, last=SOON)


Standings = Mapping[str, Standing]
ABSENT = Standing(away="is not in teams.yaml any more")


def full_channels(agent: Agent, standing: Standing) -> list[str]:
    """The channels of which the agent can take no more, whatever the units."""
    return [name for name, most in agent.capacity.channels.items() if standing.tickets.get(name, 0) >= most]


def has_room(agent: Agent, standing: Standing, organisation: Organisation) -> bool:
    """Whether some ticket may be assigned to the agent."""
    within = agent.at_most is None or standing.recent < agent.at_most.tickets
    return standing.away is None and within and standing.units(organisation) < agent.capacity.total
