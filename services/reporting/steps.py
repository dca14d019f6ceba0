"""The steps of the projector: what a portion of the stream, or a rebuild, comes to. Nothing is written here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from services.reporting.arrivals import Oddity, read
from services.reporting.facts import Arrival, Fact, fact_in
from services.reporting.projection import project
from services.reporting.redaction import removes, scrubbed
from services.reporting.store import State, Store, Writes
from shared.errors import Permanent
from shared.history import Entry

MOST_BYTES = 8 * 1024 * 1024
"""Of events in one transaction."""


@dataclass(frozen=True, slots=True)
class Step:
    """The state afterwards and what has to be written with it."""

    after: State
    writes: Writes = field(default_factory=Writes)
    repeated: int = 0


def portions(entries: Sequence[Entry], *, most: int) -> Iterator[Sequence[Entry]]:
    """The entries in their order, in parts of at most `most` entries and `MOST_BYTES` bytes (but at least one)."""
    start = size = 0
    for place, entry in enumerate(entries):
        if place > start and (place - start == most or size + len(entry.body) > MOST_BYTES):
            yield entries[start:place]
            start, size = place, 0
        size += len(entry.body)
    if entries:
        yield entries[start:]


async def take_in(store: Store, state: State, entries: Sequence[Entry], *, zone: tzinfo) -> Step:
    """Projects what is new in these entries of the stream."""
    found = [read(entry) for entry in entries]
    arrived = {item.fact.id: item for item in reversed(found) if isinstance(item, Arrival)}
    known = await store.known(list(arrived))
    fresh = [arrival for event, arrival in arrived.items() if event not in known]
    facts = [arrival.fact for arrival in fresh]
    before = await store.facts({fact.subject for fact in facts}) if facts else {}
    projected = project(before, facts, zone=zone)
    kept, redacted = await _scrubbed(store, fresh, before)
    odd = [item for item in found if isinstance(item, Oddity)]
    return Step(
        after=state.then(
            offset=max(state.offset, entries[-1].offset + 1), last_event_at=_latest(state, arrived.values())
        ),
        writes=Writes(kept=kept, redacted=redacted, odd=odd, tickets=projected.tickets, counts=projected.counts),
        repeated=len(found) - len(odd) - len(fresh),
    )


async def _scrubbed(
    store: Store, fresh: Sequence[Arrival], before: Mapping[str, Sequence[Fact]]
) -> tuple[list[Arrival], tuple[Arrival, ...]]:
    """The new events, and the kept ones that change, without what was redacted; whichever came first."""
    about: dict[str, list[Fact]] = {}
    for arrival in fresh:
        about.setdefault(arrival.fact.subject, list(before.get(arrival.fact.subject, ()))).append(arrival.fact)
    kept = [scrubbed(arrival, about[arrival.fact.subject]) for arrival in fresh]
    newly = {arrival.fact.subject for arrival in fresh if removes(arrival.fact)}
    stored = [Arrival(fact, body) for fact, body in await store.bodies(sorted(newly))] if newly else []
    cleared = [(was, scrubbed(was, about[was.fact.subject])) for was in stored]
    return kept, tuple(now for was, now in cleared if now != was)


def set_aside(state: State, entry: Entry, error: Exception) -> Step:
    """Goes on after an event that this version can't project; it is a fault, and the others must not wait for it."""
    odd = Oddity.of(entry, f"could not be projected: {type(error).__name__}")
    return Step(after=state.then(offset=max(state.offset, entry.offset + 1)), writes=Writes(odd=[odd]))


async def rebuild(store: Store, state: State, *, zone: tzinfo) -> Step:
    """The next step of a rebuild; `after.phase` is `follow` when there is none any more."""
    return await _clear(store, state) if state.phase == "clear" else await _refold(store, state, zone=zone)


async def _clear(store: Store, state: State) -> Step:
    tickets, counts = await store.some("tickets"), await store.some("counts")
    if not tickets and not counts:
        return Step(after=state.then(phase="refold", cursor=""))
    return Step(after=state.then(), writes=Writes(gone_tickets=tickets, gone_counts=counts))


async def _refold(store: Store, state: State, *, zone: tzinfo) -> Step:
    subjects = await store.subjects_after(state.cursor)
    if not subjects:
        return Step(after=state.then(phase="follow", cursor=""))
    kept = [(fact, _read_again(fact, body)) for fact, body in await store.bodies(subjects)]
    facts = [fact for _, fact in kept]
    projected = project({}, facts, zone=zone)
    return Step(
        after=state.then(cursor=subjects[-1]),
        writes=Writes(
            read_again=[now for was, now in kept if now != was],
            tickets=projected.tickets,
            counts=projected.counts,
        ),
    )


def _read_again(fact: Fact, body: bytes) -> Fact:
    try:
        return fact_in(body)
    except Permanent:
        return fact  # it was an event once: what was read then stands


def _latest(state: State, arrivals: Iterable[Arrival]) -> datetime | None:
    times = [arrival.fact.time for arrival in arrivals]
    return max((at for at in (*times, state.last_event_at) if at is not None), default=None)
