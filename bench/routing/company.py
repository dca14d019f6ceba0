"""A company of any size: its teams.yaml and routing.yaml, the same for the same seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

WEEK = datetime(2026, 11, 2, tzinfo=UTC)
"""The Monday on which every simulation begins."""
MINUTES = 7 * 24 * 60
ZONE = "Europe/Ljubljana"
ZONES = (ZONE, "Asia/Jerusalem", "America/New_York", "Asia/Singapore")
LANGUAGES = ("sl", "hr", "he", "de")
TOPICS = ("lamps", "switches", "sensors", "app", "wifi", "invoices", "returns", "delivery")
LEVEL = 3
"""Of a topic that a ticket needs or prefers; agents have 2 to 4."""
WEIGHTS = {"phone": 4, "chat": 2, "email": 1}
STRATEGIES = ("least_loaded", "least_loaded_units", "most_spare", "longest_idle")
SHIFTS: dict[str, dict[str, list[str]]] = {
    "early": {"mon-fri": ["06:00-14:00"]},
    "day": {"mon-fri": ["08:00-12:00", "12:30-16:30"]},
    "late": {"mon-fri": ["14:00-22:00"]},
    "night": {"mon-fri": ["22:00-06:00"]},
    "weekend": {"sat": ["07:00-19:00"], "sun": ["07:00-19:00"], "mon": ["10:00-18:00"], "fri": ["10:00-18:00"]},
}
RIVAL = "@rival.example"
"""Whose tickets some agents never get."""


@dataclass(frozen=True, slots=True)
class Company:
    """`teams` and `routing` are what the two files hold."""

    teams: dict[str, Any]
    routing: dict[str, Any]


def found(*, agents: int, teams: int, chance: Random) -> Company:
    """A company with so many agents in so many teams."""
    names = [f"team-{number:02d}" for number in range(teams)]
    home = dict(zip((f"agent-{number:04d}" for number in range(agents)), _dealt(names, agents, chance), strict=True))
    topics = {name: tuple(chance.sample(TOPICS, 4)) for name in names}
    zones = {name: (ZONES if number % 2 == 0 else (ZONES[number % 4],)) for number, name in enumerate(names)}
    people = {agent: _agent(agent, topics[team], zones[team], chance) for agent, team in home.items()}
    members = {name: [agent for agent, team in home.items() if team == name] for name in names}
    for agent, team in home.items():
        if teams > 1 and chance.random() < 0.05:
            members[chance.choice([name for name in names if name != team])].append(agent)
    return Company(
        teams={
            "zone": ZONE,
            "default_team": names[0],
            "weights": WEIGHTS,
            "queue": {"age_boost": "8h"},
            "heartbeat_seconds": 3600,
            "shifts": {
                f"{zone}.{name}".lower().replace("/", "-"): {"zone": zone, "hours": hours}
                for zone in ZONES
                for name, hours in SHIFTS.items()
            },
            "agents": people,
            "teams": {name: _team(number, name, members[name]) for number, name in enumerate(names)},
        },
        routing=_routing(names, frozenset(skill for one in people.values() for skill in one["skills"])),
    )


def _dealt(names: Sequence[str], agents: int, chance: Random) -> Iterator[str]:
    """A team for each agent: at least four in each, the others by the size that a team is meant to have."""
    sizes = [chance.uniform(0.3, 2.0) for _ in names]
    least = [name for name in names for _ in range(min(4, agents // len(names)))]
    yield from least
    yield from chance.choices(names, sizes, k=agents - len(least))


def _agent(name: str, topics: Sequence[str], zones: Sequence[str], chance: Random) -> dict[str, Any]:
    zone = chance.choice(zones)
    shifts = ("early", "day", "day", "late", "night", "weekend") if len(zones) > 1 else ("early", "day", "late")
    skills = {"en": 3} | {
        topic: chance.choice((2, 3, 3, 4)) for topic in chance.sample(topics, chance.choice((2, 3, 4)))
    }
    skills |= {language: 3 for language in LANGUAGES if chance.random() < 0.35}
    total = chance.choice((6, 8, 8, 10))
    made: dict[str, Any] = {
        "name": name,
        "email": f"{name}@svetilka.example",
        "skills": skills,
        "capacity": {"total": total, "channels": {"phone": 1, "chat": chance.choice((2, 3)), "email": total - 3}},
        "shift": f"{zone}.{chance.choice(shifts)}".lower().replace("/", "-"),
    }
    if chance.random() < 0.02:
        made["leave"] = [{"first": "2026-11-03", "last": "2026-11-05"}]
    if chance.random() < 0.03:
        made["not_for"] = [RIVAL]
    if chance.random() < 0.04:
        made["presence"] = "heartbeat"
    if chance.random() < 0.05:
        made["at_most"] = {"tickets": 40, "per": "1d"}
    return made


def _team(number: int, name: str, members: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "title": name,
        "agents": members,
        "lead": members[0],
        "strategy": STRATEGIES[number % 4] if number % 3 else "least_loaded",
        "relax_after": "10m",
    }
    if number % 5 == 1:
        made["at_shift_end"] = "requeue"
    if number % 10 == 3:
        made["sticky"] = "7d"
    return made


def _routing(teams: Sequence[str], skills: frozenset[str]) -> dict[str, Any]:
    """Skills and priority by what the customer chose in the form, and a mailbox for each team."""
    rules: list[dict[str, Any]] = [
        {
            "name": f"prio-{priority}",
            "when": {"fields": {"how_urgent": priority}},
            "then": {"priority": priority},
        }
        for priority in ("urgent", "high", "low")
    ]
    rules += [
        {"name": f"language-{language}", "when": {"language": language}, "then": {"skills": [language]}}
        for language in LANGUAGES
        if language in skills
    ]
    for topic in sorted(skills & set(TOPICS)):
        needs = {"skills": {"en": 1, topic: LEVEL}}
        rules.append({"name": f"needs-{topic}", "when": {"fields": {"needs": topic}}, "then": needs})
        wants = {"prefer": {topic: LEVEL}}
        rules.append({"name": f"prefers-{topic}", "when": {"fields": {"prefers": topic}}, "then": wants})
    rules += [
        {
            "name": name,
            "when": {"mailbox": f"{name}@svetilka.example"},
            "then": {"team": name, "category": "general"},
            "stop": True,
        }
        for name in teams
    ]
    return {
        "default": {"category": "general", "priority": "normal"},
        "categories": {"general": {}},
        "learning": {"enabled": False},
        "rules": rules,
    }
