"""When automatic answers stop: the rates above which a sender is taken for another machine that answers ours.

Loops without any header are told by their rate alone. What is counted are the messages that were
answered automatically (they opened a ticket), in any window of the given length, whichever order they
were decided in; so the number of answers never exceeds the limit by more than those that were decided
at the same moment.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from services.ingest.conversation import subjects
from services.ingest.normalised import Machine
from services.ingest.tickets.messages import Arrived
from shared.change import Change, Insert, Update, Write
from shared.envelope import Envelope, Event
from shared.events import BreakerChanged, BreakerChangedData
from shared.ids import derived_id

Scope = Literal["sender", "thread", "domain", "ticket"]

WEBMAIL = frozenset(
    (
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com"),
        *("ymail.com", "aol.com", "icloud.com", "me.com", "mac.com", "gmx.net", "gmx.de", "gmx.at", "gmx.com"),
        *("web.de", "t-online.de", "freenet.de", "mail.com", "mail.ru", "yandex.ru", "yandex.com", "bk.ru"),
        *("list.ru", "inbox.ru", "ukr.net", "i.ua", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "laposte.net"),
        *("libero.it", "virgilio.it", "alice.it", "tiscali.it", "wp.pl", "o2.pl", "onet.pl", "interia.pl"),
        *("seznam.cz", "centrum.cz", "siol.net", "proton.me", "protonmail.com", "zoho.com", "qq.com", "163.com"),
        *("126.com", "docomo.ne.jp", "ezweb.ne.jp", "softbank.ne.jp", "yahoo.co.jp", "walla.co.il", "walla.com"),
        *("comcast.net", "verizon.net", "att.net", "btinternet.com", "sky.com", "xs4all.nl", "ziggo.nl", "kpnmail.nl"),
        *("telenet.be", "skynet.be", "bluewin.ch", "uol.com.br", "terra.com.br"),
    )
)
"""Domains whose addresses belong to people that have nothing to do with each other."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in any window of `window`."""

    count: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How many messages may be answered automatically; of a ticket, how many of one sender may wake it."""

    thread: Limit = Limit(1, timedelta(hours=24))
    sender: Limit = Limit(5, timedelta(hours=1))
    domain: Limit = Limit(300, timedelta(hours=1))
    webmail: Limit = Limit(5_000, timedelta(hours=1))
    ticket: Limit = Limit(10, timedelta(minutes=10))
    domains: Mapping[str, int] = field(default_factory=dict)
    """Counts per hour for domains that need another than the rest."""

    @property
    def longest(self) -> timedelta:
        return max(one.window for one in (self.thread, self.sender, self.domain, self.webmail))

    def of_domain(self, domain: str) -> Limit:
        if domain in self.domains:
            return Limit(self.domains[domain], timedelta(hours=1))
        return self.webmail if domain in WEBMAIL else self.domain


@dataclass(frozen=True, slots=True)
class Track:
    """What is counted together: `key` is a hash, or a domain."""

    scope: Scope
    key: str
    limit: Limit

    @property
    def id(self) -> str:
        return derived_id("breaker", self.scope, self.key)


@dataclass(frozen=True, slots=True)
class Breaker:
    """The state of a track as it is stored; version 0: it never was open."""

    version: int = 0
    open: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A track with how many messages of its window there are beside this one, and its breaker."""

    track: Track
    count: int
    breaker: Breaker = Breaker()


@dataclass(frozen=True, slots=True)
class Weighed:
    """The message, marked when nobody may answer it, with the writes and events that go into its change."""

    arrived: Arrived
    writes: tuple[Write, ...] = ()
    events: tuple[Event, ...] = ()
    stopped: Scope | None = None

    def with_change(self, change: Change) -> Change:
        """The change of the message together with its count: both or none."""
        return Change(
            writes=(*change.writes, *self.writes), events=(*change.events, *self.events), answer=change.answer
        )


def tracks(arrived: Arrived, limits: Limits, *, secret: bytes) -> tuple[Track, ...]:
    """The tracks of a message that opens a ticket, the narrowest first; none when it has no sender."""
    address = (arrived.message.sender.email or "").strip().lower()
    sender = address or (arrived.message.sender.phone or "").strip()
    if not sender:
        return ()
    thread = (sender, arrived.origin.channel, arrived.origin.account.lower(), subjects.base(arrived.title))
    found = [
        Track("thread", _hashed(secret, "thread", *thread), limits.thread),
        Track("sender", _hashed(secret, "sender", sender), limits.sender),
    ]
    domain = address.rpartition("@")[2][:253]
    if domain:
        found.append(Track("domain", domain, limits.of_domain(domain)))
    return tuple(found)


def ticket_track(ticket: str, limits: Limits) -> Track:
    """The track of one sender's messages to a ticket since an agent answered last."""
    return Track("ticket", ticket, limits.ticket)


def weigh_opening(arrived: Arrived, seen: Sequence[Seen], *, cause: Envelope, at: datetime) -> Weighed:
    """Whether a message that opens a ticket may be answered; one that may not opens it all the same."""
    if arrived.message.machine is not None or not seen:
        return Weighed(arrived)  # nobody answers it anyway: it counts for nothing
    over = next((one for one in seen if one.count >= one.track.limit.count), None)
    if over is not None:
        return _stopped(arrived, over, Machine(kind="bulk", because=_because(over)), cause=cause, at=at)
    changes = [_changed(one, False, cause=cause, at=at, because="the rate has fallen") for one in seen]
    return Weighed(
        arrived,
        writes=(_hit(arrived, seen), *(write for writes, _ in changes for write in writes)),
        events=tuple(event for _, events in changes for event in events),
    )


def weigh_joining(arrived: Arrived, seen: Seen, *, cause: Envelope, at: datetime) -> Weighed:
    """Whether a message may wake the ticket that it joins."""
    if arrived.message.machine is not None:
        return Weighed(arrived)
    if seen.count >= seen.track.limit.count:
        return _stopped(arrived, seen, Machine(kind="auto", because=_because(seen)), cause=cause, at=at)
    writes, events = _changed(seen, False, cause=cause, at=at, because="the rate has fallen, or an agent answered")
    return Weighed(arrived, writes=writes, events=events)


def closing(track: Track, breaker: Breaker, *, cause: Envelope, at: datetime) -> Change:
    """The breaker closes because its window has passed and nothing came."""
    writes, events = _changed(Seen(track, 0, breaker), False, cause=cause, at=at, because="nothing came any more")
    return Change(writes=writes, events=events)


def _stopped(arrived: Arrived, over: Seen, machine: Machine, *, cause: Envelope, at: datetime) -> Weighed:
    marked = replace(arrived, message=arrived.message.model_copy(update={"machine": machine}))
    writes, events = _changed(over, True, cause=cause, at=at, because=machine.because)
    return Weighed(marked, writes=writes, events=events, stopped=over.track.scope)


def _changed(
    seen: Seen, opens: bool, *, cause: Envelope, at: datetime, because: str
) -> tuple[tuple[Write, ...], tuple[Event, ...]]:
    """The new state and its event, only when it is another one: an open breaker is not written to again."""
    track, breaker = seen.track, seen.breaker
    if breaker.open == opens:
        return (), ()
    seconds = int(track.limit.window.total_seconds())
    state = {
        "open": opens,
        "scope": track.scope,
        "key": track.key,
        "limit": track.limit.count,
        "window_seconds": seconds,
        "changed_at": at,
    }
    data = BreakerChangedData(
        scope=track.scope,
        key=track.key,
        state="open" if opens else "closed",
        limit=track.limit.count,
        window_seconds=seconds,
        because=because,
    )
    event = BreakerChanged.following(
        cause,
        f"breaker:{track.scope}",
        time=at,
        subject=track.id,
        ticketversion=breaker.version + 1,
        data=data,
        actor="system",
        machine=True,
    )
    return (Update("breakers", track.id, breaker.version, state),), (event,)


def _hit(arrived: Arrived, seen: Sequence[Seen]) -> Insert:
    """One document per message that is answered: nobody else writes to it."""
    keys: dict[str, str] = {one.track.scope: one.track.key for one in seen}
    return Insert("breaker_hits", {"_id": arrived.input, "at": arrived.received_at, **keys})


def _because(over: Seen) -> str:
    limit = over.track.limit
    minutes = int(limit.window.total_seconds() // 60)
    span = f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
    whose = {
        "thread": "of this sender with this subject were answered",
        "sender": "of this sender were answered",
        "domain": "of this domain were answered",
        "ticket": "of this sender came to the ticket without an agent's answer",
    }[over.track.scope]
    return f"rate breaker: {limit.count} {whose} within {span}"


def _hashed(secret: bytes, *parts: str) -> str:
    return hmac.new(secret, "\x1f".join(("breaker", *parts)).encode(), hashlib.sha256).hexdigest()[:32]
