"""Runs two rulesets over the same openings, and counts and names what differs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.routing.classification.conditions import Reading
from services.routing.classification.ruleset import Classification, Pass, Ruleset, classify, tried_on
from services.routing.opening import Opening
from shared.envelope import Frozen

LEFT_OPEN = "(left to the model)"
"""The category of a ticket that no rule gives one: the learned classification decides, or the default."""
MOST_CHANGES = 100
"""How many different changes of a kind are told."""
SOURCES = {"tags": ("tags", "add_tags")}
KINDS = ("category", "priority", "team", "tags", "skills", "prefer")


class Change(Frozen):
    """One kind of decision about one ticket, before and after, with what each comes from."""

    kind: str
    before: str
    after: str
    by_before: str
    by_after: str


class ChangedTicket(Frozen):
    ticket: str
    number: str
    opened_at: datetime
    changes: tuple[Change, ...]


class Kind(Frozen):
    """How many tickets differ in a kind of decision, and how: the most frequent changes first."""

    kind: str
    tickets: int
    changes: tuple[tuple[str, str, int], ...]


class Hits(Frozen):
    """How often a rule applied; None where the file does not have it."""

    rule: str
    before: int | None
    after: int | None


class Report(Frozen):
    """What the changed rules would have decided differently. `never` are rules of the changed file that applied to
    no ticket; `not_replayed` those for later events, of which no history is kept."""

    openings: int
    changed: int
    share: float
    left_open: tuple[int, int]
    kinds: tuple[Kind, ...]
    rules: tuple[Hits, ...]
    never: tuple[str, ...]
    not_replayed: tuple[str, ...]
    tickets: tuple[ChangedTicket, ...]
    more: int


@dataclass(slots=True)
class Comparison:
    """Grows with each opening; holds counts, and the first `listed` tickets that differ."""

    current: Ruleset
    changed: Ruleset
    default_team: str
    listed: int = 200
    _openings: int = 0
    _differing: int = 0
    _open: list[int] = field(default_factory=lambda: [0, 0])
    _changes: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    _hits: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    _tickets: list[ChangedTicket] = field(default_factory=list)

    def add(self, openings: Iterable[Opening]) -> None:
        for opening in openings:
            self._add(opening)

    def _add(self, opening: Opening) -> None:
        reading = Reading(opening.facts, zone=self.current.clock_zone)
        before = self._decided(0, self.current, reading)
        after = self._decided(1, self.changed, reading.in_zone(self.changed.clock_zone))
        self._openings += 1
        changes = tuple(_changes(before, after))
        if not changes:
            return
        self._differing += 1
        for change in changes:
            self._changes.setdefault(change.kind, Counter())[(change.before, change.after)] += 1
        if len(self._tickets) < self.listed:
            told = ChangedTicket(ticket=opening.ticket, number=opening.number, opened_at=opening.at, changes=changes)
            self._tickets.append(told)

    def _decided(self, side: int, ruleset: Ruleset, reading: Reading) -> tuple[Pass, Classification]:
        done = tried_on(ruleset, reading)
        self._hits[side].update(trial.rule for trial in done.tried if trial.applied)
        self._open[side] += done.leaves_category_open
        return done, classify(ruleset, reading.facts, default_team=self.default_team, ran=done)

    def report(self) -> Report:
        kinds = tuple(
            Kind(
                kind=kind,
                tickets=self._changes[kind].total(),
                changes=tuple((*pair, count) for pair, count in self._changes[kind].most_common(MOST_CHANGES)),
            )
            for kind in KINDS
            if kind in self._changes
        )
        rules = tuple(_hits(self.current, self.changed, self._hits))
        return Report(
            openings=self._openings,
            changed=self._differing,
            share=round(self._differing / self._openings, 4) if self._openings else 0.0,
            left_open=(self._open[0], self._open[1]),
            kinds=kinds,
            rules=rules,
            never=tuple(each.rule for each in rules if each.after == 0),
            not_replayed=tuple(rule.name for rule in self.changed.rules if "opened" not in rule.event),
            tickets=tuple(self._tickets),
            more=self._differing - len(self._tickets),
        )


def _changes(before: tuple[Pass, Classification], after: tuple[Pass, Classification]) -> Iterator[Change]:
    was, is_now = _shown(*before), _shown(*after)
    for kind in KINDS:
        if was[kind] != is_now[kind]:
            by_before, by_after = _source(kind, *before), _source(kind, *after)
            yield Change(kind=kind, before=was[kind], after=is_now[kind], by_before=by_before, by_after=by_after)


def _shown(done: Pass, found: Classification) -> Mapping[str, str]:
    return {
        "category": LEFT_OPEN if done.leaves_category_open else found.category,
        "priority": found.priority,
        "team": found.team,
        "tags": _list(found.tags),
        "skills": _list(f"{name} {found.levels[name]}" if name in found.levels else name for name in found.skills),
        "prefer": _list(f"{name} {level}" for name, level in found.prefers.items()),
    }


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _source(kind: str, done: Pass, found: Classification) -> str:
    """The rule that decided it, or what filled the gap."""
    sources = SOURCES.get(kind, (kind,))
    rules = [trial.rule for trial in done.tried if any(source in trial.decided for source in sources)]
    if rules:
        return ", ".join(rules)
    if kind == "priority":
        return next((reason.because for reason in found.reasons if reason.rule == "priority"), "")
    if kind == "team":
        return f"category {found.category}"
    return "no rule"


def _hits(current: Ruleset, changed: Ruleset, hits: tuple[Counter[str], Counter[str]]) -> Iterator[Hits]:
    sides = [[rule.name for rule in ruleset.rules if "opened" in rule.event] for ruleset in (current, changed)]
    for name in dict.fromkeys((*sides[1], *sides[0])):
        before, after = (hits[side][name] if name in sides[side] else None for side in (0, 1))
        yield Hits(rule=name, before=before, after=after)
