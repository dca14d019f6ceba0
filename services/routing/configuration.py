"""Reads config/routing.yaml and checks it against the organisation; every mistake names file and line."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from services.routing.classification.conditions import Condition
from services.routing.classification.facts import LATER, Occasion
from services.routing.classification.schema import Actions, Rule, Ruleset
from services.routing.ticket import PRIORITIES
from shared.config import line_of, load, tree
from shared.errors import InvalidConfiguration
from shared.organisation import Organisation

Fault = tuple[tuple[int | str, ...], str]

_OPENED: frozenset[Occasion] = frozenset({"opened"})
_ABOUT_TEXT: frozenset[Occasion] = frozenset({"customer_message", "agent_message", "rated"})
_EVENTS_OF: Mapping[str, frozenset[Occasion]] = {
    "title": _OPENED,
    "attachments": frozenset({"opened", "customer_message", "agent_message"}),
    "text": _OPENED | _ABOUT_TEXT,
    "keywords": _OPENED | _ABOUT_TEXT,
    "previous": frozenset({"status", "reopened"}),
    "score": frozenset({"rated"}),
    "level": frozenset({"escalated"}),
    "ticket": frozenset(LATER),
}
"""Conditions that only some events tell of; the others hold for every event."""


def read(config_dir: Path) -> Ruleset:
    """The rules; `InvalidConfiguration` lists what does not hold, also names that exist nowhere."""
    return check(config_dir / "routing.yaml", Organisation.read(config_dir))


def check(path: Path, organisation: Organisation) -> Ruleset:
    """The rules of a file, held against the organisation."""
    ruleset = load(path, Ruleset)
    faults = list(_faults(ruleset, organisation))
    if faults:
        root = tree(path)
        raise InvalidConfiguration(
            "\n".join(
                f"{path}:{line_of(root, where)}: {'.'.join(str(step) for step in where)}: {what}"
                for where, what in faults
            )
        )
    return ruleset if ruleset.zone is not None else ruleset.model_copy(update={"zone": organisation.zone})


def _faults(ruleset: Ruleset, organisation: Organisation) -> Iterator[Fault]:
    if ruleset.default.category not in ruleset.categories:
        yield ("default", "category"), _unknown("category", ruleset.default.category, ruleset.categories)
    for name, category in ruleset.categories.items():
        if category.team is not None and category.team not in organisation.teams:
            yield ("categories", name, "team"), _unknown("team", category.team, organisation.teams)
    seen: set[str] = set()
    for index, rule in enumerate(ruleset.rules):
        if rule.name in seen:
            yield ("rules", index, "name"), f"there is an earlier rule {rule.name!r}"
        seen.add(rule.name)
        for where, what in _rule_faults(rule, ruleset, organisation):
            yield ("rules", index, *where), what


def _rule_faults(rule: Rule, ruleset: Ruleset, organisation: Organisation) -> Iterator[Fault]:
    for where, what in _action_faults(rule.then, ruleset, organisation):
        yield ("then", *where), what
    if rule.then.tags is not None and rule.event != ("opened",):
        yield ("then", "tags"), "tags are given at the opening; later rules use add_tags"
    for place, condition in rule.conditions():
        for where, what in _condition_faults(condition, rule, ruleset, organisation):
            yield ("when", *place, *where), what


def _action_faults(then: Actions, ruleset: Ruleset, organisation: Organisation) -> Iterator[Fault]:
    if then.category is not None and then.category not in ruleset.categories:
        yield ("category",), _unknown("category", then.category, ruleset.categories)
    if then.team is not None and then.team not in organisation.teams:
        yield ("team",), _unknown("team", then.team, organisation.teams)
    known = frozenset[str]().union(*(agent.skills for agent in organisation.agents.values()))
    missing: list[str] = []
    for kind, asked in (("skills", then.skills), ("prefer", then.prefer)):
        for place, skill in enumerate(asked or ()):
            if skill not in known:
                missing.append(skill)
                yield (kind, place, skill), _unknown("skill", skill, known)
    team = organisation.teams.get(then.team or "")
    if team is not None and then.skills and not missing:
        wanted = {skill: level or 1 for skill, level in then.skills.items()}
        skilled = (organisation.agents[agent].skills for agent in team.agents)
        if not any(all(has.get(skill, 0) >= level for skill, level in wanted.items()) for has in skilled):
            said = " and ".join(f"{skill} at level {level}" if level > 1 else skill for skill, level in wanted.items())
            yield ("skills",), f"nobody in {then.team} has {said}"


def _condition_faults(
    condition: Condition, rule: Rule, ruleset: Ruleset, organisation: Organisation
) -> Iterator[Fault]:
    for name, events in _EVENTS_OF.items():
        without = [event for event in rule.event if event not in events]
        if getattr(condition, name) is not None and without:
            yield (name,), f"{name} is not known of the event {' and '.join(without)}"
    state = condition.ticket
    if state is None:
        return
    known: Mapping[str, Collection[str]] = {
        "category": ruleset.categories,
        "team": organisation.teams,
        "priority": PRIORITIES,
    }
    for name, names in known.items():
        for value in getattr(state, name) or ():
            if value not in names:
                yield ("ticket", name), _unknown(name, value, names)


def _unknown(kind: str, name: str, known: Collection[str]) -> str:
    return f"there is no {kind} {name!r}; there is {', '.join(sorted(known)) or 'none'}"
