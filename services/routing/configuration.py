"""Reads config/routing.yaml and checks it against the organisation; every mistake names file and line."""

from collections.abc import Iterator
from pathlib import Path

from services.routing.ruleset import Rule, Ruleset
from shared.config import line_of, load, tree
from shared.errors import InvalidConfiguration
from shared.organisation import Organisation

Fault = tuple[tuple[int | str, ...], str]


def read(config_dir: Path) -> Ruleset:
    """The rules; `InvalidConfiguration` lists what does not hold, also names that exist nowhere."""
    organisation = Organisation.read(config_dir)
    path = config_dir / "routing.yaml"
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
    return ruleset


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
            yield ("rules", index, "then", *where), what


def _rule_faults(rule: Rule, ruleset: Ruleset, organisation: Organisation) -> Iterator[Fault]:
    then = rule.then
    if then.category is not None and then.category not in ruleset.categories:
        yield ("category",), _unknown("category", then.category, ruleset.categories)
    if then.team is not None and then.team not in organisation.teams:
        yield ("team",), _unknown("team", then.team, organisation.teams)
    known = frozenset[str]().union(*(agent.skills for agent in organisation.agents.values()))
    missing = sorted(set(then.skills or ()) - known)
    for skill in missing:
        yield ("skills", (then.skills or ()).index(skill)), _unknown("skill", skill, known)
    team = organisation.teams.get(then.team or "")
    if team is not None and then.skills and not missing:
        wanted = set(then.skills)
        if not any(wanted <= organisation.agents[agent].skills for agent in team.agents):
            yield ("skills",), f"nobody in {then.team} has {' and '.join(then.skills)}"


def _unknown(kind: str, name: str, known: object) -> str:
    there_is = ", ".join(sorted(str(one) for one in known)) if hasattr(known, "__iter__") else ""
    return f"there is no {kind} {name!r}; there is {there_is or 'none'}"
