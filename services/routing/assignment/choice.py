"""Chooses the agent for a ticket among those who can take it, by the team's strategy, and says why."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from services.routing.assignment.eligibility import Candidate, Skills, Wish, candidate, lacking, needs
from services.routing.assignment.standing import ABSENT, Standing, Standings, has_room
from shared.organisation import Organisation, Strategy

SHOWN = 6
"""How many candidates a reason names; the event and the stored decision have more."""

Rule = Strategy | Literal["sticky_owner", "owner", "returned", "queue"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The agent, or None when nobody can take the ticket now; by which rule and why.

    `guard` is the version of the agent's document that the choice was made of; None when the agent gets
    the ticket whatever they carry. `needs` and `wants` are what the ticket waits for while it is queued.
    """

    agent: str | None
    because: str
    candidates: tuple[Candidate, ...] = ()
    rule: Rule = "queue"
    guard: int | None = None
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    preferred_until: datetime | None = None

    @property
    def somebody_free(self) -> bool:
        return any(one.hindrance is None for one in self.candidates)


def choose(organisation: Organisation, wish: Wish, *, standings: Standings, at: datetime) -> Choice:
    """The best by the team's strategy; of equals who got the last one longest ago; then the first by name.

    Whoever has the preferred skills comes before the others, and until `preferred_until` alone.
    """
    if wish.team not in organisation.teams:
        return Choice(None, f"there is no team {wish.team} any more")
    team = organisation.teams[wish.team]
    wish, without = _that_somebody_can_meet(organisation, wish)
    waits = bool(wish.prefers) and wish.preferred_until is not None and at < wish.preferred_until
    seen = {name: standings.get(name, Standing()) for name in team.agents}
    candidates = [candidate(name, wish, standing, organisation, waits=waits) for name, standing in seen.items()]
    eligible = sorted(
        (one for one in candidates if one.hindrance is None),
        key=lambda one: (not one.preferred, _burden(one, team.strategy, seen)),
    )
    candidates = [*eligible, *(one for one in candidates if one.hindrance is not None)]
    wishes: dict[str, Any] = {
        "candidates": tuple(candidates),
        "needs": tuple(needs(wish.skills)),
        "wants": tuple(needs(wish.prefers)),
        "preferred_until": wish.preferred_until,
    }
    if not eligible:
        return Choice(None, f"{without}nobody free in {wish.team}: {_listed(candidates)}", **wishes)
    best = eligible[0]
    because = f"{without}{_listed(candidates)}: {best.agent}"
    for one in eligible:
        if one.agent == wish.sticky:
            return Choice(
                one.agent,
                f"{without}{one.agent} had this customer's last ticket and has room: {one.load} of {one.capacity}",
                rule="sticky_owner",
                guard=seen[one.agent].version,
                **wishes,
            )
    return Choice(best.agent, because, rule=team.strategy, guard=seen[best.agent].version, **wishes)


def awaited(organisation: Organisation, wish: Wish) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a ticket needs and wants of whoever takes it from its team's queue, as the database compares it."""
    if wish.team not in organisation.teams:
        return (), ()
    wish, _ = _that_somebody_can_meet(organisation, wish)
    return tuple(needs(wish.skills)), tuple(needs(wish.prefers))


def takeable(organisation: Organisation, wish: Wish, *, standings: Standings, at: datetime) -> bool:
    """Whether somebody could take the ticket: what `choose` would find, asked of those with room alone."""
    members = organisation.teams[wish.team].agents
    free = [name for name in members if has_room(organisation.agents[name], standings.get(name, ABSENT), organisation)]
    if not free:
        return False
    wish, _ = _that_somebody_can_meet(organisation, wish)
    waits = bool(wish.prefers) and wish.preferred_until is not None and at < wish.preferred_until
    return any(candidate(name, wish, standings[name], organisation, waits=waits).hindrance is None for name in free)


def keep(organisation: Organisation, wish: Wish, *, agent: str, standing: Standing, may_exceed: bool) -> Choice | None:
    """The owner again, if they are there and (unless `may_exceed`) have room; otherwise None."""
    if agent not in organisation.agents or standing.away is not None:
        return None
    room = candidate(agent, Wish(wish.team, wish.channel), standing, organisation, waits=False)
    if not may_exceed and room.hindrance is not None:
        return None
    guard = None if may_exceed else standing.version
    return Choice(agent, f"stays with {agent}", rule="owner", guard=guard, candidates=(room,))


def preferred_until(
    organisation: Organisation, wish: Wish, *, standings: Standings, since: datetime, at: datetime
) -> datetime | None:
    """Until when preferred skills are waited for; not at all, when nobody who has them is there now."""
    if not wish.prefers or wish.team not in organisation.teams:
        return None
    team = organisation.teams[wish.team]
    both = {**wish.skills, **wish.prefers}
    there = any(
        standings.get(name, ABSENT).away is None and not lacking(organisation.agents[name], both)
        for name in team.agents
    )
    return since + team.relax_after if there else at


def _that_somebody_can_meet(organisation: Organisation, wish: Wish) -> tuple[Wish, str]:
    """The wish without skills that no member of the team has together: waiting for them would not help."""
    members = [organisation.agents[name] for name in organisation.teams[wish.team].agents]
    skills: Skills = wish.skills
    without = ""
    if skills and all(lacking(agent, skills) for agent in members):
        without = f"nobody in {wish.team} has {' and '.join(_told(skills))}, so without; "
        skills = {}
    both = {**skills, **wish.prefers}
    prefers: Skills = wish.prefers if any(not lacking(agent, both) for agent in members) else {}
    kept = Wish(
        team=wish.team,
        channel=wish.channel,
        skills=skills,
        prefers=prefers,
        preferred_until=wish.preferred_until if prefers else None,
        keys=wish.keys,
        excluded=wish.excluded,
        unanswered=wish.unanswered,
        sticky=wish.sticky,
    )
    return kept, without


def _told(skills: Skills) -> list[str]:
    return [skill if level == 1 else f"{skill} of level {level}" for skill, level in sorted(skills.items())]


def _burden(one: Candidate, strategy: Strategy, seen: Standings) -> tuple[Fraction, datetime, str]:
    """Smaller is better: what the strategy compares, then the last assignment, then the name."""
    match strategy:
        case "least_loaded":
            compared = Fraction(one.load, one.capacity) if one.capacity else Fraction(1)
        case "least_loaded_units":
            compared = Fraction(one.load)
        case "most_spare":
            compared = Fraction(one.load - one.capacity)
        case "longest_idle":
            compared = Fraction(0)
    return compared, seen[one.agent].last, one.agent


def _listed(candidates: list[Candidate]) -> str:
    if not candidates:
        return "it has no agents"
    more = f" and {len(candidates) - SHOWN} more" if len(candidates) > SHOWN else ""
    return ", ".join(map(str, candidates[:SHOWN])) + more
