"""How the stream is cut into portions, and what a step comes to."""

from zoneinfo import ZoneInfo

from services.reporting import steps
from services.reporting.arrivals import read
from services.reporting.facts import Arrival, Fact
from services.reporting.store import State, Writes
from shared.history import Entry
from tests.stories import Story

STATE = State(step=4, phase="follow", cursor="", offset=0, made_by="tests")


class Kept:
    """A store in which some events are kept already."""

    def __init__(self, *bodies: bytes) -> None:
        self._arrivals = [item for body in bodies if isinstance(item := read(Entry(0, body)), Arrival)]

    async def known(self, ids: list[str]) -> set[str]:
        return {arrival.fact.id for arrival in self._arrivals} & set(ids)

    async def facts(self, subjects: set[str]) -> dict[str, list[Fact]]:
        facts = [arrival.fact for arrival in self._arrivals]
        return {subject: [fact for fact in facts if fact.subject == subject] for subject in subjects}


def test_portions_keep_order_and_bounds() -> None:
    entries = [Entry(n, b"x") for n in range(10)]
    cut = [[entry.offset for entry in portion] for portion in steps.portions(entries, most=4)]
    assert cut == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_large_entries_come_in_portions_of_their_own() -> None:
    entries = [Entry(n, b"x" * (steps.MOST_BYTES // 2)) for n in range(5)]
    assert [len(portion) for portion in steps.portions(entries, most=500)] == [2, 2, 1]


async def test_a_step_takes_what_is_new_and_moves_the_offset_past_everything() -> None:
    story = Story("step")
    first, second = story.opens().encoded(), story.agent_answers().encoded()
    entries = [Entry(10, first), Entry(11, second), Entry(12, second), Entry(13, b"odd")]
    step = await steps.take_in(Kept(first), STATE, entries, zone=ZoneInfo("UTC"))
    assert (step.after.step, step.after.offset, step.repeated) == (5, 14, 2)
    assert [arrival.body for arrival in step.writes.kept] == [second]
    assert [odd.offset for odd in step.writes.odd] == [13]
    assert [ticket.messages.agent for ticket in step.writes.tickets] == [1]


async def test_nothing_but_repeats_only_moves_the_offset() -> None:
    body = Story("repeat").opens().encoded()
    step = await steps.take_in(Kept(body), STATE, [Entry(3, body)], zone=ZoneInfo("UTC"))
    assert step.after.offset == 4
    assert step.writes == Writes(kept=[], odd=[])
