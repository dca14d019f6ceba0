"""What the rules make of a ticket when something happens to it after its opening."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.routing.classification.facts import Facts, Occasion, State
from services.routing.classification.ruleset import ANY_LEVEL, Pass, Trial, run, short, summed
from services.routing.classification.schema import Ruleset
from services.routing.ticket import rank
from shared.events import Priority, Reason, Severity


@dataclass(frozen=True, slots=True)
class Reaction:
    """What is to change; None where nothing does. `reasons` names the rules that change something, and how the
    priority came about; `tried` has every rule of the occasion."""

    category: str | None = None
    priority: Priority | None = None
    impact: Severity | None = None
    urgency: Severity | None = None
    team: str | None = None
    tags: tuple[str, ...] | None = None
    skills: tuple[str, ...] | None = None
    levels: Mapping[str, int] = field(default_factory=dict)
    prefers: Mapping[str, int] | None = None
    reasons: tuple[Reason, ...] = ()
    tried: tuple[Trial, ...] = ()

    @property
    def changes(self) -> bool:
        parts = (self.category, self.priority, self.impact, self.urgency, self.team, self.tags, self.skills)
        return any(part is not None for part in (*parts, self.prefers))


def react(ruleset: Ruleset, occasions: Collection[Occasion], facts: Facts) -> Reaction:
    """One pass over the rules of the occasions; `facts.ticket` is the ticket as it was before.

    One event can be two occasions: a status that changes to open again is `status` and `reopened`.

    The priority only rises: a person, or an earlier rule, may have had more reason. A category that a person
    gave stays. Tags only come to those that there are. What would change nothing is left out.
    """
    if facts.ticket is None:
        raise ValueError(f"the facts of {occasions} say nothing of the ticket")
    state = facts.ticket
    done = run(ruleset, facts, occasions=occasions)
    wanted = {kind: value for kind, value in done.decided.items() if _is_news(kind, value, state)}
    priority, summed_up = _priority(ruleset, wanted, state, tier=facts.tier)
    if priority is not None:
        wanted["priority"] = priority
    else:
        wanted.pop("priority", None)
    skills = wanted.get("skills")
    prefers = wanted.get("prefer")
    return Reaction(
        category=wanted.get("category"),
        priority=priority,
        impact=wanted.get("impact"),
        urgency=wanted.get("urgency"),
        team=wanted.get("team"),
        tags=tuple(dict.fromkeys((*state.tags, *wanted["add_tags"]))) if "add_tags" in wanted else None,
        skills=None if skills is None else tuple(skills),
        levels={name: level for name, level in (skills or {}).items() if level is not None},
        prefers=None if prefers is None else {name: level or ANY_LEVEL for name, level in prefers.items()},
        reasons=tuple(_reasons(done, wanted, summed_up)),
        tried=tuple(_told(trial, wanted) for trial in done.tried),
    )


def _is_news(kind: str, value: Any, state: State) -> bool:
    if kind == "category":
        return bool(value != state.category) and not state.category_is_given
    if kind == "add_tags":
        return bool(set(value) - set(state.tags))
    if kind in ("team", "impact", "urgency"):
        return bool(value != getattr(state, kind))
    return True


def _priority(
    ruleset: Ruleset, wanted: Mapping[str, Any], state: State, *, tier: str | None
) -> tuple[Priority | None, str]:
    """The new priority, if it is higher, and the sum that it comes from."""
    if not wanted.keys() & {"priority", "impact", "urgency", "category"}:
        return None, ""
    known = {kind: value for kind in ("impact", "urgency") if (value := getattr(state, kind)) is not None}
    found = summed(ruleset, {**known, **wanted}, wanted.get("category", state.category), tier=tier)
    if rank(found.priority) <= rank(state.priority):
        return None, ""
    return found.priority, f"{found.because}; it was {state.priority}"


def _reasons(done: Pass, wanted: Mapping[str, Any], summed_up: str) -> Iterator[Reason]:
    for trial in done.tried:
        if set(trial.decided) & wanted.keys():
            yield trial.reason()
    if summed_up:
        yield Reason(rule="priority", because=short(summed_up))


def _told(trial: Trial, wanted: Mapping[str, Any]) -> Trial:
    """The trial with what came of it: a rule that applies may find everything as it wants it."""
    idle = [kind for kind in trial.decided if kind not in wanted]
    if not idle:
        return trial
    decided = tuple(kind for kind in trial.decided if kind in wanted)
    return Trial(trial.rule, True, f"{trial.because}; nothing to change in {', '.join(idle)}", decided)
