"""What customers want in a week: every ticket, when it comes, what it needs and how much work it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random

from bench.routing.company import LANGUAGES, LEVEL, MINUTES, RIVAL, TOPICS, WEEK, WEIGHTS, ZONE, Company
from bench.routing.hours import Hours, of_shift

CHANNELS = {"phone": 0.15, "chat": 0.30, "email": 0.55}
TYPICAL = {"phone": (14.0, 0.5), "chat": (40.0, 0.5), "email": (160.0, 0.8)}
"""Minutes of work of a typical ticket (the median of a log-normal distribution), and how much they differ."""
LONGEST = 12.0
"""No ticket is more than so many typical ones."""
HOURS = (5, 3, 2, 2, 2, 4, 8, 14, 22, 32, 36, 33, 26, 25, 30, 32, 28, 22, 18, 16, 14, 12, 10, 7)
"""How many customers write in each hour of a team's day."""
URGENCIES = {"urgent": 0.05, "high": 0.2, "normal": 0.6, "low": 0.15}


@dataclass(frozen=True, slots=True)
class Ask:
    """One ticket as its customer brings it. `language` and `topic` are required; a topic can be preferred instead."""

    number: int
    at: float
    team: str
    channel: str
    priority: str
    language: str
    topic: str | None
    prefers: str | None
    work: float
    customer: int
    address: str

    @property
    def needs(self) -> Mapping[str, int]:
        """The skills that its agent must have, and at which level."""
        topic = {} if self.topic is None else {"en": 1, self.topic: LEVEL}
        return topic if self.language == "en" else {self.language: 1}


def hours_of(company: Company) -> dict[str, Hours]:
    """When each agent is on shift."""
    teams = company.teams
    return {
        name: of_shift(teams["shifts"][agent["shift"]], zone=ZONE, week=WEEK, leave=agent.get("leave", ()))
        for name, agent in teams["agents"].items()
    }


def asks(company: Company, *, tickets: int, busy: float, chance: Random) -> list[Ask]:
    """So many tickets, by when they come; together they are the share `busy` of what the people can carry."""
    teams, hours = company.teams["teams"], hours_of(company)
    staff = {name: _staff(team["agents"], company, hours) for name, team in teams.items()}
    strain = {name: chance.uniform(0.9, 1.08) * busy for name in teams}
    shares = {name: sum(staff[name]) * strain[name] for name in teams}
    found = [
        _ask(number, team, company, staff[team], chance)
        for number, team in enumerate(chance.choices(list(shares), list(shares.values()), k=tickets))
    ]
    work = sum(ask.work * WEIGHTS[ask.channel] for ask in found)
    scale = sum(shares.values()) * 60 / work  # so that the work is what these people can do
    found = [_longer(ask, scale) for ask in found]
    return sorted(found, key=lambda ask: ask.at)


def _staff(members: Sequence[str], company: Company, hours: Mapping[str, Hours]) -> list[float]:
    """How many units of work the team can carry in each hour of the week."""
    agents = company.teams["agents"]
    memberships = dict.fromkeys(members, 0)
    for team in company.teams["teams"].values():
        for name in team["agents"]:
            if name in memberships:
                memberships[name] += 1
    return [
        sum(
            agents[name]["capacity"]["total"] / memberships[name] * hours[name].between(hour * 60, hour * 60 + 60) / 60
            for name in members
        )
        for hour in range(MINUTES // 60)
    ]


def _ask(number: int, team: str, company: Company, staff: Sequence[float], chance: Random) -> Ask:
    channel = chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    most = max(staff)
    weights = [
        (there + (0.01 * most if channel == "email" else 0)) * (0.5 + HOURS[hour % 24] / 36)
        for hour, there in enumerate(staff)
    ]
    hour = chance.choices(range(len(weights)), cum_weights=list(accumulate(weights)))[0]
    language, topic, prefers = _needs(team, company, chance)
    median, spread = TYPICAL[channel]
    customer = chance.randrange(20_000)
    return Ask(
        number=number,
        at=(hour + chance.random()) * 60,
        team=team,
        channel=channel,
        priority=chance.choices(list(URGENCIES), list(URGENCIES.values()))[0],
        language=language,
        topic=topic,
        prefers=prefers,
        work=min(chance.lognormvariate(0, spread), LONGEST) * median,
        customer=customer,
        address=f"customer{customer}{RIVAL if customer % 100 == 0 else '@example.org'}",
    )


def _needs(team: str, company: Company, chance: Random) -> tuple[str, str | None, str | None]:
    """A language, or a topic, that several in the team have; and a topic that is only preferred."""
    agents = company.teams["agents"]
    members = [agents[name]["skills"] for name in company.teams["teams"][team]["agents"]]
    enough = max(2, len(members) // 5)
    languages = [name for name in LANGUAGES if sum(name in one for one in members) >= enough]
    topics = [name for name in TOPICS if sum(one.get(name, 0) >= LEVEL for one in members) >= enough]
    kind = chance.random()
    language = chance.choice(languages) if languages and kind < 0.2 else "en"
    topic = chance.choice(topics) if topics and 0.2 <= kind < 0.45 else None
    prefers = chance.choice(topics) if topics and topic is None and chance.random() < 0.2 else None
    return language, topic, prefers


def _longer(ask: Ask, scale: float) -> Ask:
    return replace(ask, work=ask.work * scale)
