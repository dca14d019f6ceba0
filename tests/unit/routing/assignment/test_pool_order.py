"""Whatever people do with tickets, in any order and any number of times: one owner at most, and nothing is lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.routing import manual, rules, transfers
from services.routing.assignment import leases, offers
from services.routing.assignment.choice import Choice, choose, keep
from services.routing.assignment.standing import Standing
from services.routing.outcome import conclude
from services.routing.step import Step, Terms
from services.routing.ticket import Ticket
from shared.envelope import Envelope, Event
from shared.errors import Refused
from shared.events import TicketAssigned, TicketOffered
from tests.unit.routing.deciding import FOUND
from tests.unit.routing.samples import (
    NOW,
    agent,
    claim,
    decline,
    escalated,
    message_added,
    opened,
    organisation,
    release,
    status_changed,
    ticket_id,
    transfer,
)

COMPANY = organisation(ana=agent(1), bojan=agent(2), gal=agent(1))
TEAMS = COMPANY.teams
WITHIN = timedelta(seconds=45)
OFFERING = {"support", "management"}
PEOPLE = ["ana", "bojan", "gal", "cvetka"]
TICKETS = [ticket_id(place) for place in range(3)]
STATUSES = ["open", "pending_customer", "resolved", "closed"]


class Pool:
    """The pure steps as the service runs them: each cause once, agents chosen by what they carry then."""

    def __init__(self) -> None:
        self.now = NOW
        self.tickets = {one: Ticket(id=one) for one in TICKETS}
        self.told: dict[str, list[Event]] = {one: [] for one in TICKETS}
        self._handled: set[str] = set()

    def take(self, key: str, ticket: str, cause: Envelope | None, step_of: Callable[[Ticket], Step | None]) -> None:
        """A refusal, and a step that there is no reason for (any more), leave no trace."""
        if key in self._handled:
            return
        before = self.tickets[ticket]
        try:
            step = step_of(before)
        except Refused:
            return
        if step is None:
            return
        choice, terms = self._choice(step), Terms(offer_within=WITHIN if step.after.team in OFFERING else None)
        change, after = conclude(step, cause=cause or before.latest_cause(), choice=choice, time=self.now, terms=terms)
        self._handled.add(key)
        self.tickets[ticket] = after
        self.told[ticket] += change.events

    def _choice(self, step: Step) -> Choice | None:
        ticket = step.after
        if not ticket.opened or step.placing in ("none", "given"):
            return None
        standings = self.standings(without=ticket.id)
        owner = step.before.agent if step.placing.startswith("keep") else None
        for name, may_exceed in ((owner, step.placing != "keep_if_room"), (step.returns_to, True)):
            if name is not None:
                stays = keep(COMPANY, ticket.wish(), agent=name, standing=standings[name], may_exceed=may_exceed)
                if stays is not None:
                    return replace(stays, rule="owner" if name == owner else "returned")
        return choose(COMPANY, ticket.wish(), standings=standings, at=self.now)

    def standings(self, *, without: str) -> dict[str, Standing]:
        held = [one.holder for one in self.tickets.values() if one.id != without]
        return {name: Standing(tickets={"email": held.count(name)}) for name in COMPANY.agents}

    def drain(self) -> None:
        for ticket in TICKETS:
            waiting = self.tickets[ticket]
            if not waiting.waiting or waiting.offer is not None:
                continue
            if waiting.ask_again_at is not None and waiting.ask_again_at <= self.now:
                left = tuple(one for one in waiting.excluded if one not in waiting.unanswered)
                again = {"excluded": left, "unanswered": (), "ask_again_at": None}
                self.tickets[ticket] = waiting.model_copy(update=again)
            if choose(
                COMPANY, self.tickets[ticket].wish(), standings=self.standings(without=ticket), at=self.now
            ).agent:
                self.take(f"drain:{ticket}:{waiting.entry}:{waiting.offers}", ticket, None, rules.drained)

    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        for ticket in TICKETS:
            one = self.tickets[ticket]
            self.take(f"expired:{ticket}:{one.entry}:{one.offers}", ticket, None, self._expired)
            since = None if one.lease is None else one.lease.since
            self.take(f"lease:{ticket}:{one.entry}:{since}", ticket, None, self._lease_ended)

    def _expired(self, ticket: Ticket) -> Step | None:
        return offers.expired(ticket, at=self.now)

    def _lease_ended(self, ticket: Ticket) -> Step | None:
        return leases.ended(ticket, at=self.now)


def _do(pool: Pool, deed: tuple[Any, ...]) -> None:
    kind, place, number, who = deed
    ticket = TICKETS[place]
    key = f"{kind}:{place}:{number}:{who}"
    match kind:
        case "opened":
            event = opened(ticket)
            pool.take(f"opened:{place}", ticket, event, lambda one: rules.opened(one, event, FOUND, COMPANY))
        case "status":
            status = status_changed(number + 2, "open", STATUSES[number % len(STATUSES)], ticket)
            pool.take(key, ticket, status, lambda one: rules.status_changed(one, status))
        case "message":
            message = message_added(number + 2, "agent", agent=who, subject=ticket)
            pool.take(key, ticket, message, lambda one: rules.message_added(one, message))
        case "escalated":
            call = escalated(number + 1, team=["management", "support"][number % 2], subject=ticket)
            pool.take(key, ticket, call, lambda one: rules.escalated(one, call, COMPANY))
        case "claim":
            asked = claim(who, ticket, key=key, lease=[None, 60][number % 2])
            pool.take(key, ticket, asked, lambda one: manual.claimed(one, asked, COMPANY, at=pool.now))
        case "release":
            back = release(who, ticket, key=key)
            pool.take(key, ticket, back, lambda one: manual.released(one, back, only=who))
        case "decline":
            no = decline(who, ticket, key=key)
            pool.take(key, ticket, no, lambda one: manual.declined(one, no, at=pool.now))
        case "gone":
            pool.take(key, ticket, None, lambda one: offers.withdrawn(one, who, "is offline"))
        case "transfer":
            to = [{"agent": who}, {"team": "technical"}, {"team": "support"}, {"back": True}][number % 4]
            hand = transfer(ticket, key=key, **to)
            pool.take(key, ticket, hand, lambda one: transfers.transferred(one, hand, COMPANY))
        case "time":
            pool.time_passes(10 * (number + 1))
        case "drain":
            pool.drain()


def _check(ticket: Ticket, now: datetime) -> None:
    assert not (ticket.agent and ticket.offer), "assigned and on offer at once"
    assert (ticket.state == "assigned") == (ticket.agent is not None)
    if ticket.offer is not None:
        assert ticket.waiting, "on offer but not in the queue"
        assert ticket.offer.agent in TEAMS[ticket.team].agents
        assert ticket.offer.agent not in ticket.excluded
    if ticket.lease is not None:
        assert ticket.lease.agent == ticket.agent
    if ticket.waiting and ticket.offer is None and ticket.unanswered:
        assert ticket.ask_again_at is not None, "nobody would ever be asked again"
    assert set(ticket.unanswered) <= set(ticket.excluded)
    if ticket.waiting:
        assert ticket.waiting_since is not None


def _check_told(ticket: Ticket, told: list[Event]) -> None:
    """Whoever knows only the events knows the owner and the offer; each offer ends once before anything else."""
    assert [event.ticketversion for event in told] == list(range(1, ticket.stated + 1))
    assert len({event.id for event in told}) == len(told)
    owner, asked = None, None
    for event in told:
        if isinstance(event, TicketAssigned):
            assert asked is None, "assigned or queued anew while an offer was out"
            owner = event.data.agent
        elif isinstance(event, TicketOffered) and event.data.state == "offered":
            assert (asked, owner) == (None, None)
            asked = event.data.agent
        elif isinstance(event, TicketOffered):
            assert asked == event.data.agent
            asked = None
    assert (owner, asked) == (ticket.agent, None if ticket.offer is None else ticket.offer.agent)


KINDS = ["opened", "status", "message", "escalated", "claim", "release", "decline", "gone", "transfer", "time", "drain"]
DEEDS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.integers(0, 7), st.sampled_from(PEOPLE)), max_size=40
)


@given(DEEDS, st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_one_owner_at_most_and_never_both_assigned_and_on_offer(deeds: list[tuple[Any, ...]], chance: Any) -> None:
    pool = Pool()
    for ticket in range(2):
        _do(pool, ("opened", ticket, 0, "ana"))
    for deed in [*deeds, *chance.sample(deeds, len(deeds))]:  # and everything a second time, in another order
        _do(pool, deed)
        for ticket in pool.tickets.values():
            _check(ticket, pool.now)
    for one, told in pool.told.items():
        _check_told(pool.tickets[one], told)


@given(DEEDS)
@settings(max_examples=150, deadline=None)
def test_in_the_end_no_ticket_waits_for_somebody_who_was_only_late(deeds: list[tuple[Any, ...]]) -> None:
    pool = Pool()
    for deed in deeds:
        _do(pool, deed)
    for _ in range(12):
        pool.time_passes(60)
        pool.drain()
    for ticket in pool.tickets.values():
        if ticket.waiting and ticket.offer is None:
            refused = frozenset(ticket.excluded) - frozenset(ticket.unanswered)
            wish = replace(ticket.wish(), excluded=refused)
            if choose(COMPANY, wish, standings=pool.standings(without=ticket.id), at=pool.now).agent is not None:
                assert ticket.ask_again_at is not None
                assert ticket.ask_again_at <= pool.now + WITHIN
