"""Judges every commit of a week in the order of the database, and every moment at which all was quiet.

What is judged, and how what a decision could not know is allowed for: docs/routing-simulation.md.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate

from bench.routing.company import WEEK
from bench.routing.history import DONE, Commit, Decision, Note, Notes, Seen, Want
from bench.routing.ledger import Ledger
from bench.routing.people import Load, People

CHOSEN = frozenset({"least_loaded", "least_loaded_units", "most_spare", "longest_idle", "sticky_owner"})
"""The rules of an automatic choice."""
BALANCED = CHOSEN - {"longest_idle", "sticky_owner"}
"""Those that compare loads."""
HANDING_OVER = frozenset({"transfer", "escalation", "reopened", "shift_end", "release", "lease", "absent_owner", "offer"})
EXAMPLES = 5
STEP_BEGAN = -1


@dataclass(slots=True)
class Findings:
    """How often something was judged, and how often each rule was broken, with the first examples."""

    judged: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    spread: float = 0.0
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def report(self, rule: str, what: str) -> None:
        self.broken[rule] += 1
        if len(self.examples[rule]) < EXAMPLES:
            self.examples[rule].append(what)


@dataclass(frozen=True, slots=True)
class _Choice:
    """An automatic assignment, for what can only be judged when the step is over."""

    position: int
    agent: str
    after: Seen
    before: Load
    rule: str
    note: Note | None


class Judge:
    """`step` takes what happened since the last quiet moment; `there` are the agents present then and now."""

    def __init__(self, people: People, *, age_boost: timedelta | None = None, trace: bool = False) -> None:
        self._people = people
        self._boost = age_boost
        self._tickets: dict[str, Seen] = {}
        self._waiting: dict[str, dict[str, int]] = defaultdict(dict)
        """By team: each ticket that waits, and the position at which that became so."""
        self._ledger = Ledger(people.weight)
        self._limited: dict[str, dict[str, datetime]] = {
            name: {} for name, one in people.agents.items() if one.at_most is not None
        }
        self.findings = Findings()

    def ticket(self, ticket: str) -> Seen | None:
        return self._tickets.get(ticket)

    def waiting(self) -> Iterator[Seen]:
        return (self._tickets[ticket] for waiting in self._waiting.values() for ticket in waiting)

    def load(self, agent: str) -> Load:
        return self._ledger.load(agent)

    def step(
        self,
        now: float,
        commits: Sequence[Commit],
        notes: Notes,
        *,
        wants: Mapping[str, Want],
        there: tuple[Collection[str], Collection[str]],
    ) -> None:
        step = _Step(self, now, commits, notes, wants=wants, there=there)
        step.judge()


class _Step:
    """One step: the commits are replayed one after the other, then what is left is looked at."""

    def __init__(
        self,
        judge: Judge,
        now: float,
        commits: Sequence[Commit],
        notes: Notes,
        *,
        wants: Mapping[str, Want],
        there: tuple[Collection[str], Collection[str]],
    ) -> None:
        self._people, self._ledger = judge._people, judge._ledger
        self._tickets, self._waiting, self._limited = judge._tickets, judge._waiting, judge._limited
        self._boost, self._findings = judge._boost, judge.findings
        self._minute, self._now = now, WEEK + timedelta(minutes=now)
        self._commits, self._notes, self._wants = commits, notes, wants
        self._was_there, self._is_there = there
        known = [self._known(commit) for commit in commits]
        self._all_known = list(accumulate(known, max))

    def judge(self) -> None:
        self._ledger.begin()
        for waiting in self._waiting.values():
            waiting.update(dict.fromkeys(waiting, STEP_BEGAN))
        choices = []
        for position, commit in enumerate(self._commits):
            before = self._tickets.get(commit.after.ticket) or Seen(commit.after.ticket, 0)
            choice = self._judge_commit(position, commit, before)
            self._apply(position, before, commit.after)
            if choice is not None:
                choices.append(choice)
        for choice in choices:
            self._judge_spread(choice)
        self._judge_quiet()

    # --- one commit

    def _judge_commit(self, position: int, commit: Commit, before: Seen) -> _Choice | None:
        after, decision = commit.after, commit.decision
        if decision is not None and decision.previous_agent != before.agent:
            told = f"{after.ticket} was taken from {decision.previous_agent}, but {before.agent} had it"
            self._findings.report("double_assignments", told)
        holder = after.holder
        if holder is None or holder == before.holder:
            return None
        rule = _chosen_by(decision)
        if rule is None and not self._had_to_have_room(before, after, decision):
            self._findings.judged["by_hand_or_back"] += 1
            self._findings.judged["by_hand_or_back_over_capacity"] += not self._has_room(holder, after)
            return None
        self._findings.judged["automatic"] += 1
        self._judge_owner(before, after, decision)
        self._judge_capacity(holder, after)
        if rule is None:
            return None
        self._judge_eligible(holder, after)
        self._judge_order(position, commit, before)
        note = self._note(after)
        return _Choice(position, holder, after, self._ledger.load(holder), rule, note)

    def _had_to_have_room(self, before: Seen, after: Seen, decision: Decision | None) -> bool:
        """Of work that came back: what was done and is reopened stays only with an owner who has room."""
        came_back = decision is None and not before.active and before.agent == after.agent
        return decision is None and not (came_back and before.status not in DONE)

    def _judge_owner(self, before: Seen, after: Seen, decision: Decision | None) -> None:
        had = before.holder if before.offered_to is None else None
        if had is None or (decision is not None and HANDING_OVER & set(decision.rules)):
            return
        if decision is not None and decision.cause in ("ticket.escalated.v1", "ticket.transfer.v1"):
            return
        self._findings.report("double_assignments", f"{after.ticket} was given to {after.holder} while {had} had it")

    def _judge_capacity(self, holder: str, after: Seen) -> None:
        load = self._ledger.load(holder)
        if not self._has_room(holder, after):
            told = f"{after.ticket} ({after.channel}) went to {holder} with {load.units} units, {dict(load.channels)}"
            self._findings.report("over_capacity", f"{self._now}: {told}")
        if holder in self._limited and self._at_limit(holder):
            self._findings.report("over_capacity", f"{self._now}: {after.ticket} went to {holder} beyond their limit")

    def _judge_eligible(self, holder: str, after: Seen) -> None:
        want = self._wants[after.ticket]
        there = holder in self._was_there or holder in self._is_there
        if there and self._on_shift(holder) and self._people.suits(holder, after, want, now=self._now):
            return
        told = f"there {there}, on shift {self._on_shift(holder)}, in {after.team}, needs {dict(want.skills)}"
        self._findings.report("not_eligible", f"{self._now}: {after.ticket} went to {holder}: {told}")

    def _judge_order(self, position: int, commit: Commit, before: Seen) -> None:
        """Nobody who ranks before it was known to wait when the deciding began, and could have been taken as well."""
        after = commit.after
        holder = after.holder or ""
        note = self._note(after)
        begun = self._begun(note)
        most = self._ledger.most(holder, since=begun, until=position)
        place = _place(before if before.waiting else after, self._wants[after.ticket])
        for team in self._people.teams_of.get(holder, ()):
            for ticket, since in self._waiting[team].items():
                waits = self._tickets[ticket]
                if ticket == after.ticket or not _is_dealt_out(waits) or _place(waits, self._wants[ticket]) >= place:
                    continue
                if since != STEP_BEGAN and not self._was_known(since, note):
                    continue
                if self._could_take(holder, waits, most):
                    told = f"{after.ticket} {place} went to {holder} before {ticket} {_place(waits, self._wants[ticket])}"
                    self._findings.report("order_violations", f"{self._now}: {told}")
                    return

    # --- the step as a whole

    def _judge_spread(self, choice: _Choice) -> None:
        """Nobody equal to the chosen carried less all the time from the reading to the commit."""
        if choice.rule not in BALANCED:
            return
        own = self._people.agents[choice.agent]
        weight = self._people.weight(choice.after.channel)
        least = choice.before.units
        for name in self._people.members(choice.after.team):
            if name == choice.agent or not self._people.agents[name].equals(own):
                continue
            most = self._most(name, choice)
            if name in self._was_there and self._could_take(name, choice.after, most):
                least = min(least, most.units)
        self._findings.judged["among_equals"] += 1
        spread = (choice.before.units + weight - least) / weight
        self._findings.spread = max(self._findings.spread, spread)
        if spread > 1:
            told = f"{choice.after.ticket} went to {choice.agent} with {choice.before.units} units, an equal had {least}"
            self._findings.report("uneven_loads", f"{self._now}: {told}")

    def _most(self, name: str, choice: _Choice) -> Load:
        """The most that the agent carried between the reading and the commit, with what the replica was giving them."""
        most = self._ledger.most(name, since=self._begun(choice.note), until=choice.position)
        if choice.note is None:
            return most
        for later in range(choice.position + 1, len(self._commits)):
            after = self._commits[later].after
            note = self._note(after)
            if after.holder == name and note is not None and note.replica == choice.note.replica:
                if note.begun < choice.note.known:
                    most = most.changed(after.channel, by=1, weight=self._people.weight(after.channel))
        return most

    def _judge_quiet(self) -> None:
        """Nothing waits while somebody eligible has room, and whoever waits ranks as they should."""
        for team, waiting in self._waiting.items():
            if not waiting:
                continue
            free = [name for name in self._people.members(team) if self._is_free(name)]
            for ticket in waiting:
                seen, want = self._tickets[ticket], self._wants[ticket]
                self._findings.judged["waiting_at_quiet"] += 1
                self._judge_rank(seen, want)
                if not _is_dealt_out(seen):
                    continue
                for name in free:
                    if self._could_take(name, seen, self._ledger.load(name)):
                        told = f"{ticket} waits in {team} though {name} has room"
                        self._findings.report("waiting_in_vain", f"{self._now}: {told}")
                        break

    def _judge_rank(self, seen: Seen, want: Want) -> None:
        if self._boost is None or seen.waiting_since is None:
            return
        expected = min(3, want.priority + int((self._now - seen.waiting_since) / self._boost))
        if seen.rank != expected:
            told = f"{seen.ticket} waits since {seen.waiting_since} at rank {seen.rank} instead of {expected}"
            self._findings.report("wrong_ranks", f"{self._now}: {told}")

    # --- what is so

    def _apply(self, position: int, before: Seen, after: Seen) -> None:
        if before.holder is not None:
            self._ledger.add(before.holder, before.channel, by=-1, position=position)
        if after.holder is not None:
            self._ledger.add(after.holder, after.channel, by=1, position=position)
        if before.agent != after.agent:
            self._limited.get(before.agent or "", {}).pop(after.ticket, None)
            if after.agent in self._limited:
                self._limited[after.agent][after.ticket] = self._now
        self._waiting[before.team].pop(after.ticket, None)
        if after.waiting:
            self._waiting[after.team][after.ticket] = position
        self._tickets[after.ticket] = after

    def _is_free(self, name: str) -> bool:
        return name in self._is_there and self._on_shift(name)

    def _could_take(self, name: str, seen: Seen, load: Load) -> bool:
        if not self._people.has_room(name, load, seen.channel) or name not in self._is_there:
            return False
        if name in self._limited and self._at_limit(name):
            return False
        return self._on_shift(name) and self._people.suits(name, seen, self._wants[seen.ticket], now=self._now)

    def _has_room(self, name: str, seen: Seen) -> bool:
        return self._people.has_room(name, self._ledger.load(name), seen.channel)

    def _at_limit(self, name: str) -> bool:
        within = [at for at in self._limited[name].values() if at >= self._now - timedelta(days=1)]
        return len(within) >= (self._people.agents[name].at_most or 0)

    def _on_shift(self, name: str) -> bool:
        return self._people.agents[name].hours.at(self._minute)

    # --- what was known when

    def _note(self, after: Seen) -> Note | None:
        return self._notes.get((after.ticket, after.version))

    def _known(self, commit: Commit) -> float:
        note = self._note(commit.after)
        return float("inf") if note is None else note.known

    def _begun(self, note: Note | None) -> int:
        """The first commit that the decision may not have seen; without a note, the first of the step."""
        return 0 if note is None else bisect_right(self._all_known, note.begun)

    def _was_known(self, position: int, note: Note | None) -> bool:
        return note is not None and self._known(self._commits[position]) <= note.begun


def _chosen_by(decision: Decision | None) -> str | None:
    return None if decision is None else next((rule for rule in decision.rules if rule in CHOSEN), None)


def _is_dealt_out(seen: Seen) -> bool:
    return seen.automatic and seen.offered_to is None


NEVER = datetime.max.replace(tzinfo=WEEK.tzinfo)


def _place(seen: Seen, want: Want) -> tuple[int, datetime, datetime, str]:
    """Smaller comes first: urgent ones, then those due first, then those that wait longest, then by id."""
    since = seen.waiting_since or want.came or NEVER
    return (-seen.rank, seen.due_at or NEVER, since, seen.ticket)


Told = Callable[[str], None]
