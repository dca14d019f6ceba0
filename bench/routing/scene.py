"""A step as the judge looks at it: who is there, what the tickets want, and which commits a decision can have known."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from bench.routing.books import STEP_BEGAN, Books
from bench.routing.company import WEEK
from bench.routing.history import Commit, Note, Notes, Seen, Want
from bench.routing.people import Load, People

NEVER = datetime.max.replace(tzinfo=WEEK.tzinfo)
UNKNOWN = float("inf")
Place = tuple[int, datetime, datetime, str]


class Scene:
    """`was_there` are the agents present at the last quiet moment, `is_there` those present now; shifts apart."""

    def __init__(
        self,
        minute: float,
        commits: Sequence[Commit],
        notes: Notes,
        *,
        people: People,
        books: Books,
        wants: Mapping[str, Want],
        there: tuple[Collection[str], Collection[str]],
    ) -> None:
        self.now = WEEK + timedelta(minutes=minute)
        self.commits, self.wants, self.people, self.books = commits, wants, people, books
        self.was_there, self.is_there = there
        self._minute, self._notes = minute, notes
        self._all_known = list(accumulate((self._known(commit) for commit in commits), max))

    def on_shift(self, name: str) -> bool:
        return self.people.agents[name].hours.at(self._minute)

    def suits(self, name: str, seen: Seen) -> bool:
        return self.people.suits(name, seen, self.wants[seen.ticket], now=self.now)

    def could_take(self, name: str, seen: Seen, load: Load) -> bool:
        """Whether somebody with this load could have been given the ticket."""
        if not self.people.has_room(name, load, seen.channel) or name not in self.is_there:
            return False
        if self.books.at_limit(name, self.now):
            return False
        return self.on_shift(name) and self.suits(name, seen)

    def place(self, seen: Seen) -> Place:
        """Smaller comes first: urgent ones, then those due first, then those that wait longest, then by id."""
        since = seen.waiting_since or self.wants[seen.ticket].came or NEVER
        return (-seen.rank, seen.due_at or NEVER, since, seen.ticket)

    def note(self, after: Seen) -> Note | None:
        return self._notes.get((after.ticket, after.version))

    def begun(self, note: Note | None) -> int:
        """The first commit that the decision may not have seen; without a note, the first of the step."""
        return 0 if note is None else bisect_right(self._all_known, note.begun)

    def was_known(self, position: int, note: Note | None) -> bool:
        """Whether the commit was confirmed to its replica before the other decision began to read."""
        if position == STEP_BEGAN:
            return True
        return note is not None and self._known(self.commits[position]) <= note.begun

    def _known(self, commit: Commit) -> float:
        note = self.note(commit.after)
        return UNKNOWN if note is None else note.known
