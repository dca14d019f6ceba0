"""Whatever is done with tickets in whatever order: no message is lost, none is doubled, each is in one live ticket."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.normalised import Normalised, ThreadHints
from shared.commands import (
    TicketMerge,
    TicketMergeData,
    TicketReply,
    TicketReplyData,
    TicketSetStatus,
    TicketSetStatusData,
    TicketSnooze,
    TicketSnoozeData,
    TicketSplitOff,
    TicketSplitOffData,
    TicketUnmerge,
    TicketUnmergeData,
)
from shared.events import Contact
from tests.unit.ingest.ledger_world import World, later

BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
PEOPLE = ("jana@x.example", "mia@x.example", "tujec@y.example")
SMALL = st.integers(0, 7)
ACTS = st.one_of(
    st.tuples(st.just("mail"), SMALL, SMALL, st.integers(0, 2), st.sampled_from(["It is dark.", "Thanks!", "FW"])),
    st.tuples(st.just("mail"), SMALL, st.none(), st.integers(0, 2), st.just("Something new")),
    st.tuples(st.just("reply"), SMALL, st.sampled_from([None, "resolved", "closed", "pending_customer"])),
    st.tuples(st.just("status"), SMALL, st.sampled_from(["open", "resolved", "closed", "on_hold"])),
    st.tuples(st.just("merge"), SMALL, SMALL),
    st.tuples(st.just("merge"), SMALL, SMALL),
    st.tuples(st.just("unmerge"), SMALL),
    st.tuples(st.just("split"), SMALL, st.integers(1, 7)),
    st.tuples(st.just("snooze"), SMALL, st.integers(1, 100)),
    st.tuples(st.just("wait"), st.integers(1, 200)),
)


class Story:
    """Carries acts out, and remembers what every ticket had when it was merged."""

    def __init__(self) -> None:
        self.world = World(BEGIN)
        self.mails: set[str] = set()
        self.before: dict[str, set[str]] = {}

    def act(self, place: int, act: tuple[Any, ...]) -> None:
        later(self.world, seconds=1)
        match act:
            case ("mail", number, parent, person, text):
                self._mail(number, parent, person, text)
            case ("wait", hours):
                later(self.world, hours=hours)
                self.world.rounds()
            case (what, number, *more) if self.world.collection("tickets"):
                tickets = list(self.world.collection("tickets"))
                self._command(str(place), what, tickets[number % len(tickets)], tickets, more)

    def _mail(self, number: int, parent: int | None, person: int, text: str) -> None:
        """The mails of a number are one mail, which may come often, and before the one that it answers."""
        cites = () if parent is None or parent == number else (f"<{parent}@x>",)
        hints = ThreadHints(message_id=f"<{number}@x>", in_reply_to=cites)
        sender = Contact(email=PEOPLE[person])
        title = "Fwd: Lamp" if text == "FW" else "Re: Lamp"
        self.world.arrives(
            str(number), Normalised(sender=sender, title=title, text=text, thread=hints), at=self.world.now
        )
        self.mails.add(str(number))

    def _command(self, key: str, what: str, ticket: str, tickets: list[str], more: list[Any]) -> None:
        world, asked = self.world, {"key": key, "source": "test", "time": self.world.now, "subject": ticket}
        merged = world.ticket(ticket).merged_into is not None
        match what, more:
            case "reply", [status]:
                world.obeys(TicketReply.asked(data=TicketReplyData(agent="ana", text="Hi", status=status), **asked))
            case "status", [status]:
                world.obeys(TicketSetStatus.asked(data=TicketSetStatusData(status=status, reason="x"), **asked))
            case "snooze", [hours]:
                until = world.now + timedelta(hours=hours)
                world.obeys(TicketSnooze.asked(data=TicketSnoozeData(until=until, reason="x"), **asked))
            case "merge", [into]:
                if not merged:
                    self.before[ticket] = world.held(ticket)
                data = TicketMergeData(into=tickets[into % len(tickets)], reason="x")
                world.obeys(TicketMerge.asked(data=data, **asked))
            case "unmerge", []:
                world.obeys(TicketUnmerge.asked(data=TicketUnmergeData(reason="x"), **asked))
                if merged:
                    self._has_back(ticket)
            case "split", [count]:
                messages = tuple(world.shown(world.ticket(ticket))[:count]) or (
                    "0" * 8 + "-0000-0000-0000-" + "0" * 12,
                )
                data = TicketSplitOffData(messages=messages, reason="x")
                world.obeys(TicketSplitOff.asked(data=data, **asked))

    def _has_back(self, ticket: str) -> None:
        """What it had before the merge, but for what was split off since; nothing that came in between."""
        messages = self.world.collection("messages")
        split_off = {id for id in self.before[ticket] if "moved" in messages[id] and messages[id]["ticket"] != ticket}
        assert self.world.held(ticket) == self.before[ticket] - split_off


@settings(max_examples=150, deadline=None)
@given(st.lists(ACTS, max_size=40))
def test_no_message_is_lost_or_doubled_and_each_is_in_one_live_ticket(acts: list[tuple[Any, ...]]) -> None:
    story = Story()
    for place, act in enumerate(acts):
        story.act(place, act)
    world = story.world
    messages = world.collection("messages")
    assert sum(one["author"] == "customer" for one in messages.values()) == len(story.mails)
    replies = sum(key.startswith("command:") and "message" in told for key, told in world.handled.items())
    assert sum(one["author"] == "agent" for one in messages.values()) == replies
    live = [ticket for ticket in world.tickets() if ticket.merged_into is None]
    shown = Counter(message for ticket in live for message in world.shown(ticket))
    assert shown == Counter(dict.fromkeys(messages, 1))
    for ticket in world.tickets():
        versions = [fact.ticketversion for fact in world.facts if fact.subject == ticket.id]
        assert versions == list(range(1, ticket.ticketversion + 1))
        assert ticket.merged_into is None or ticket.status == "closed"
        assert ticket.snoozed_until is None or ticket.status == "on_hold"
    assert len({fact.id for fact in world.facts}) == len(world.facts)
    assert len(world.collection("timeline")) >= len({fact.id for fact in world.facts}) - len(messages)
