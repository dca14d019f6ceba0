"""The teams and their people, from config/teams.yaml: routing assigns to them, notify writes to them."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from shared.config import Strict, load

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]


class Agent(Strict):
    """A person who answers tickets. `capacity` is how many open tickets one carries at a time."""

    name: Annotated[str, StringConstraints(min_length=1)]
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    phone: Annotated[str | None, StringConstraints(pattern=r"^\+[1-9]\d{1,14}$")] = None
    language: str = "en"
    skills: frozenset[Name] = frozenset()
    capacity: Annotated[int, Field(ge=0, le=1000)] = 10
    available: bool = True


class Team(Strict):
    """A group of agents; `lead` hears of escalations."""

    title: Annotated[str, StringConstraints(min_length=1)]
    agents: tuple[Name, ...]
    lead: Name


class Organisation(Strict):
    """config/teams.yaml as a whole. `default_team` takes what no rule gives to another."""

    default_team: Name
    agents: dict[Name, Agent]
    teams: dict[Name, Team]

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        if self.default_team not in self.teams:
            raise ValueError(f"default_team: there is no team {self.default_team!r}")
        for name, team in self.teams.items():
            for agent in (*team.agents, team.lead):
                if agent not in self.agents:
                    raise ValueError(f"teams.{name}: there is no agent {agent!r}")
        return self

    @classmethod
    def read(cls, config_dir: Path) -> Self:
        return load(config_dir / "teams.yaml", cls)
