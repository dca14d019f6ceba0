"""What was redacted goes out of kept events and rows, whichever came first, and the counts stay."""

from collections.abc import Sequence
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from services.reporting import steps
from services.reporting.arrivals import read
from services.reporting.facts import Arrival, Fact
from services.reporting.redaction import scrubbed
from services.reporting.ticket import fold
from shared.events import CustomerChanged, CustomerChangedData, Identity, TicketRedacted, TicketRedactedData
from shared.history import Entry
from tests.stories import Story
from tests.unit.reporting.test_reporting_steps import STATE, Kept


def arrival(body: bytes) -> Arrival:
    found = read(Entry(0, body))
    assert isinstance(found, Arrival)
    return found


def redacted_story() -> list[Arrival]:
    story = Story("redacted")
    opened = story.opens(text="My card is 4111.")
    answered = story.agent_answers(text="Thank you, Maja.")
    data = TicketRedactedData(
        what=("text", "attachments", "contact", "raw"),
        messages=(opened.data.message.id, answered.data.message.id),
        whole=True,
        proof="ab" * 32,
        reason="asked on paper",
    )
    gone = story.states(TicketRedacted, data)
    return [arrival(one.encoded()) for one in (opened, answered, gone)]


class KeptWithBodies(Kept):
    def __init__(self, *bodies: bytes) -> None:
        super().__init__(*bodies)
        self.kept = [arrival(body) for body in bodies]

    async def bodies(self, subjects: Sequence[str]) -> list[tuple[Fact, bytes]]:
        return [(one.fact, one.body) for one in self.kept if one.fact.subject in subjects]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_nothing_is_kept_of_it_in_whatever_order_the_events_come(order: tuple[int, ...]) -> None:
    story, kept = redacted_story(), dict[str, Arrival]()
    for place in order:
        store = KeptWithBodies(*(one.body for one in kept.values()))
        step = await steps.take_in(store, STATE, [Entry(1, story[place].body)], zone=ZoneInfo("UTC"))  # type: ignore[arg-type]
        kept |= {one.fact.id: one for one in (*step.writes.kept, *step.writes.redacted)}
    said = b"\n".join(one.body for one in kept.values())
    assert len(kept) == 3
    assert not [word for word in (b"4111", b"maja@example.org", b"Maja") if word in said]


def test_row_has_neither_title_nor_requester_and_the_same_figures() -> None:
    facts = [one.fact for one in redacted_story()]
    before, after = fold(facts[:2]), fold(facts)
    assert before is not None
    assert after is not None
    assert (after.title, after.requester.email, after.requester.name) == ("[redacted]", None, None)
    assert (after.messages, after.opened_at, after.channel) == (before.messages, before.opened_at, before.channel)


def test_event_that_nothing_was_removed_of_keeps_its_bytes() -> None:
    story = Story("another")
    known = arrival(story.opens().encoded())
    assert scrubbed(known, [known.fact, *(one.fact for one in redacted_story()[2:])]) is known


def test_earlier_states_of_a_redacted_customer_lose_their_names() -> None:
    story = Story("customer")
    identity = Identity(kind="email", value="maja@example.org", verified_by="provider")
    known = story.states(CustomerChanged, CustomerChangedData(name="Maja", identities=(identity,), reason="first"))
    gone = story.states(CustomerChanged, CustomerChangedData(identities=(), redacted=True, reason="asked"))
    first, last = arrival(known.encoded()), arrival(gone.encoded())
    now = scrubbed(first, [first.fact, last.fact])
    assert b"maja" not in now.body.lower()
    assert scrubbed(last, [first.fact, last.fact]) is last
