"""Judges every commit of a week in the order of the database, and every moment at which all was quiet.

What is judged, and how what a decision could not know is allowed for, is told in README.md beside this file.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from bench.routing import placing
from bench.routing.books import Books
from bench.routing.findings import Findings
from bench.routing.history import Commit, Notes, Seen, Want
from bench.routing.people import Load, People
from bench.routing.placing import Choice
from bench.routing.scene import Scene

BY_LOAD = frozenset({"least_loaded", "least_loaded_units", "most_spare"})
"""The strategies that compare loads."""
MOST_URGENT = 3


class Judge:
    """`step` takes what happened since the last quiet moment; `there` are the agents present then and now."""

    def __init__(self, people: People, *, age_boost: timedelta | None = None) -> None:
        self._people = people
        self._age_boost = age_boost
        self._books = Books(people)
        self.findings = Findings()

    def waiting(self) -> Iterator[Seen]:
        return self._books.waiting()

    def load(self, agent: str) -> Load:
        return self._books.ledger.load(agent)

    def step(
        self,
        minute: float,
        commits: Sequence[Commit],
        notes: Notes,
        *,
        wants: Mapping[str, Want],
        there: tuple[Collection[str], Collection[str]],
    ) -> None:
        """Replays the commits, then looks at what is left waiting."""
        books = self._books
        books.begin()
        scene = Scene(minute, commits, notes, people=self._people, books=books, wants=wants, there=there)
        choices = []
        for position, commit in enumerate(commits):
            choice = placing.judge(scene, self.findings, position, commit)
            books.apply(position, commit.after, now=scene.now)
            if choice is not None:
                choices.append(choice)
        for choice in choices:
            self._judge_spread(scene, choice)
        self._judge_quiet(scene)

    def _judge_spread(self, scene: Scene, choice: Choice) -> None:
        """Nobody equal to the chosen carried less all the time from the reading to the commit."""
        if choice.rule not in BY_LOAD:
            return
        people = self._people
        own, weight = people.agents[choice.agent], people.weight(choice.after.channel)
        least = choice.before.units
        for name in people.members(choice.after.team):
            if name == choice.agent or name not in scene.was_there or not people.agents[name].equals(own):
                continue
            most = self._most(scene, name, choice)
            if scene.could_take(name, choice.after, most):
                least = min(least, most.units)
        self.findings.judged["among_equals"] += 1
        spread = (choice.before.units + weight - least) / weight
        self.findings.spread = max(self.findings.spread, spread)
        if spread > 1:
            told = f"{choice.after.ticket} went to {choice.agent} with {choice.before.units}, an equal had {least}"
            self.findings.report("uneven_loads", f"{scene.now}: {told}")

    def _most(self, scene: Scene, name: str, choice: Choice) -> Load:
        """The most that they carried between the reading and the commit, with what that replica was giving them."""
        most = self._books.ledger.most(name, since=scene.begun(choice.note), until=choice.position)
        if choice.note is None:
            return most
        for commit in scene.commits[choice.position + 1 :]:
            note = scene.note(commit.after)
            if commit.after.holder != name or note is None or note.replica != choice.note.replica:
                continue
            if note.begun < choice.note.known:
                most = most.changed(commit.after.channel, by=1, weight=self._people.weight(commit.after.channel))
        return most

    def _judge_quiet(self, scene: Scene) -> None:
        """Nothing waits while somebody eligible has room, and whoever waits ranks as they should."""
        for team, waiting in self._books.waits_since.items():
            free = [name for name in self._people.members(team) if name in scene.is_there and scene.on_shift(name)]
            for ticket in waiting:
                seen = self._books.tickets[ticket]
                self.findings.judged["waiting_at_quiet"] += 1
                self._judge_rank(scene, seen)
                taker = next((name for name in free if scene.could_take(name, seen, self.load(name))), None)
                if seen.is_dealt_out and taker is not None:
                    told = f"{ticket} waits in {team} though {taker} has room"
                    self.findings.report("waiting_in_vain", f"{scene.now}: {told}")

    def _judge_rank(self, scene: Scene, seen: Seen) -> None:
        """Its priority, and one more for each period of waiting."""
        if self._age_boost is None or seen.waiting_since is None:
            return
        boosts = int((scene.now - seen.waiting_since) / self._age_boost)
        expected = min(MOST_URGENT, scene.wants[seen.ticket].priority + boosts)
        if seen.rank != expected:
            told = f"{seen.ticket} waits since {seen.waiting_since} at rank {seen.rank} instead of {expected}"
            self.findings.report("wrong_ranks", f"{scene.now}: {told}")
