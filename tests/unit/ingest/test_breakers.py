"""Rates above which nobody is answered automatically: limits hold whatever the order, and nothing is lost."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.breakers.rules import (
    Breaker,
    Limit,
    Limits,
    Seen,
    Track,
    Weighed,
    closing,
    ticket_track,
    tracks,
    weigh_joining,
    weigh_opening,
)
from services.ingest.conversation.threading import Origin
from services.ingest.normalised import Machine, Normalised
from services.ingest.tickets.messages import Arrived
from shared.change import Insert, Update
from shared.envelope import Envelope
from shared.events import BreakerChanged, Contact
from shared.ids import derived_id

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = b"0123456789abcdef"
LIMITS = Limits(domains={"partner.example": 7})


def arrived(
    *,
    key: object = 1,
    sender: str = "robot@loop.example",
    title: str = "Lamp",
    account: str = "support@svetilka.example",
    at: datetime = NOW,
    machine: Machine | None = None,
) -> Arrived:
    message = Normalised(sender=Contact(email=sender), title=title, text="x", machine=machine)
    return Arrived(derived_id("input", key), message, Origin("email", account), at)


def cause(key: object = 1) -> Envelope:
    return Envelope(
        id=derived_id("input", key),
        source="kartica/ingest",
        type="input.received",
        time=NOW,
        correlationid=derived_id("input", key),
        causationid=derived_id("input", key),
        depth=0,
        actor="customer",
        machine=False,
    )


class Desk:
    """Decides one message after the other as the database would have it."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self.hits: dict[str, dict[str, object]] = {}
        self.breakers: dict[str, Breaker] = {}
        self.handled: set[str] = set()
        self.answered: list[datetime] = []
        self.events: list[BreakerChanged] = []

    def seen(self, message: Arrived) -> list[Seen]:
        return [
            Seen(track, self._count(track, message), self.breakers.get(track.id, Breaker()))
            for track in tracks(message, self.limits, secret=SECRET)
        ]

    def take(self, message: Arrived) -> Weighed | None:
        if message.input in self.handled:
            return None
        weighed = weigh_opening(message, self.seen(message), cause=cause(message.input), at=message.received_at)
        for write in weighed.writes:
            if isinstance(write, Insert):
                self.hits[write.document["_id"]] = dict(write.document)
            elif isinstance(write, Update):
                assert self.breakers.get(write.id, Breaker()).version == write.version
                self.breakers[write.id] = Breaker(write.version + 1, bool(write.set["open"]))
        self.handled.add(message.input)
        self.events += [event for event in weighed.events if isinstance(event, BreakerChanged)]
        if weighed.arrived.message.machine is None:
            self.answered.append(message.received_at)
        return weighed

    def _count(self, track: Track, message: Arrived) -> int:
        around = (message.received_at - track.limit.window, message.received_at + track.limit.window)
        return sum(
            hit.get(track.scope) == track.key and around[0] < hit["at"] < around[1]  # type: ignore[operator]
            for key, hit in self.hits.items()
            if key != message.input
        )


def test_second_ticket_of_one_sender_with_one_subject_is_not_answered_within_a_day() -> None:
    desk = Desk()
    assert desk.take(arrived(key=1)).arrived.message.machine is None  # type: ignore[union-attr]
    second = desk.take(arrived(key=2, title="Re: LAMP", at=NOW + timedelta(hours=23)))
    assert second is not None
    assert second.stopped == "thread"
    assert second.arrived.message.machine is not None
    assert second.arrived.message.machine.kind == "bulk"
    assert desk.take(arrived(key=3, at=NOW + timedelta(hours=25))).stopped is None  # type: ignore[union-attr]


def test_other_mailbox_subject_or_sender_is_another_thread() -> None:
    desk = Desk()
    desk.take(arrived(key=1))
    for key, message in enumerate(
        [
            arrived(key=2, title="Bulb"),
            arrived(key=3, account="sales@svetilka.example"),
            arrived(key=4, sender="x@y.example"),
        ]
    ):
        assert desk.take(message).stopped is None, key  # type: ignore[union-attr]


def test_sender_is_answered_five_times_an_hour() -> None:
    desk = Desk()
    stopped = [desk.take(arrived(key=key, title=f"Lamp {key}")).stopped for key in range(8)]  # type: ignore[union-attr]
    assert stopped == [None] * 5 + ["sender"] * 3


def test_domain_has_its_own_limit_and_webmail_a_large_one() -> None:
    assert LIMITS.of_domain("partner.example").count == 7
    assert LIMITS.of_domain("gmail.com").count > LIMITS.of_domain("kupec.example").count
    desk = Desk()
    stopped = [
        desk.take(arrived(key=key, sender=f"p{key}@partner.example")).stopped  # type: ignore[union-attr]
        for key in range(9)
    ]
    assert stopped == [None] * 7 + ["domain"] * 2


def test_breaker_tells_once_that_it_opened_and_once_that_it_closed() -> None:
    desk = Desk()
    for key in range(5):
        desk.take(arrived(key=key, at=NOW + timedelta(minutes=key)))
    assert [(event.data.scope, event.data.state) for event in desk.events] == [("thread", "open")]
    desk.take(arrived(key=9, at=NOW + timedelta(hours=30)))
    assert [event.data.state for event in desk.events] == ["open", "closed"]


def test_event_holds_no_address() -> None:
    desk = Desk()
    for key in range(3):
        desk.take(arrived(key=key))
    assert "robot" not in desk.events[0].model_dump_json()


def test_machine_and_message_without_sender_count_for_nothing() -> None:
    desk = Desk()
    desk.take(arrived(key=1, machine=Machine(kind="bulk", because="list")))
    assert desk.hits == {}
    assert tracks(arrived(sender=""), LIMITS, secret=SECRET) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 180), st.sampled_from(["Lamp", "Bulb", "Re: Lamp", "Other"])),
        max_size=30,
    )
)
def test_no_order_and_no_repeat_gets_more_answers_than_the_limit(inputs: Sequence[tuple[int, int, str]]) -> None:
    """A message has one time and one title, however often it comes; the answers of any hour are five at most."""
    known: dict[int, Arrived] = {}
    desk = Desk()
    for key, minutes, title in inputs:
        message = known.setdefault(key, arrived(key=key, title=title, at=NOW + timedelta(minutes=minutes)))
        desk.take(message)
        desk.take(message)
    assert len(desk.handled) == len(known)
    for start in desk.answered:
        assert sum(start <= at < start + timedelta(hours=1) for at in desk.answered) <= 5


def test_robot_that_answers_in_a_ticket_stops_waking_it() -> None:
    track = ticket_track(derived_id("ticket"), LIMITS)
    few = weigh_joining(arrived(), Seen(track, 9), cause=cause(), at=NOW)
    assert few.arrived.message.machine is None
    many = weigh_joining(arrived(), Seen(track, 10), cause=cause(), at=NOW)
    assert many.arrived.message.machine is not None
    assert many.arrived.message.machine.kind == "auto"
    assert [event.data.state for event in many.events if isinstance(event, BreakerChanged)] == ["open"]
    again = weigh_joining(arrived(), Seen(track, 10, Breaker(1, open=True)), cause=cause(), at=NOW)
    assert (again.writes, again.events, again.stopped) == ((), (), "ticket")
    after = weigh_joining(arrived(), Seen(track, 0, Breaker(1, open=True)), cause=cause(), at=NOW)
    assert [event.data.state for event in after.events if isinstance(event, BreakerChanged)] == ["closed"]


def test_quiet_breaker_is_closed_with_one_event() -> None:
    track = Track("sender", "hash", Limit(5, timedelta(hours=1)))
    change = closing(track, Breaker(3, open=True), cause=cause(), at=NOW)
    assert [event.ticketversion for event in change.events] == [4]
    assert closing(track, Breaker(4), cause=cause(), at=NOW).events == ()
