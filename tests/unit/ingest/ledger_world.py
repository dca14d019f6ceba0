"""A database in memory that takes changes as the real one does: for tests of long histories of decisions."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.ingest import rules
from services.ingest.conversation import closing, merging, snoozing, splitting
from services.ingest.conversation.policy import Policy
from services.ingest.conversation.threading import Join, Known, Origin, Thread, names, place
from services.ingest.inbox.inputs import Pending
from services.ingest.normalised import Normalised
from services.ingest.tickets.messages import Arrived
from services.ingest.tickets.ticket import Ticket
from services.ingest.tickets.timers import timer
from shared.change import Apply, Change, Delete, Insert, Update
from shared.commands import (
    TicketMerge,
    TicketReply,
    TicketSetStatus,
    TicketSnooze,
    TicketSplitOff,
    TicketUnmerge,
)
from shared.envelope import Command, Envelope
from shared.errors import Refused
from shared.ids import derived_id

MAIL = Origin("email", "support@svetilka.example")
POLICY = Policy(thanks_keep_resolved=True)


class World:
    """Tickets, messages and threads, and every fact that was stated, in order."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.documents: dict[str, dict[str, dict[str, Any]]] = {}
        self.handled: dict[str, Mapping[str, Any]] = {}
        self.facts: list[Any] = []
        self.refused = 0

    # --- what happens

    def arrives(self, key: str, message: Normalised, *, at: datetime) -> None:
        """A customer's mail; the same key again is the same mail."""
        input = derived_id("input", key)
        self.collection("inputs").setdefault(input, {"version": 1, "state": "pending"})
        self._once(f"input:{input}", lambda: self._placed(input, message, at=at))

    def obeys(self, command: Command) -> None:
        """A command; what is refused changes nothing."""
        try:
            self._once(f"command:{command.id}", lambda: self._decided(command))
        except Refused:
            self.refused += 1

    def rounds(self) -> None:
        """What the timers do: they look twice, as two replicas would."""
        for ticket in [*self.tickets(), *self.tickets()]:
            if ticket.snoozed_until is not None and ticket.snoozed_until <= self.now:
                self._wakes(ticket.id, ticket.snoozed_until)
            elif ticket.resolved_at is not None and ticket.resolved_at + POLICY.close_after <= self.now:
                self._closes(ticket.id, ticket.resolved_at)

    def _wakes(self, ticket: str, until: datetime) -> None:
        cause = timer(ticket, "wake", until.isoformat(), told={}, at=self.now)
        self._once(cause.id, lambda: snoozing.wake(self.ticket(ticket), cause=cause, until=until, at=self.now))

    def _closes(self, ticket: str, resolved_at: datetime) -> None:
        cause = timer(ticket, "close", resolved_at.isoformat(), told={}, at=self.now)
        due: dict[str, Any] = {"cause": cause, "resolved_at": resolved_at, "grace": POLICY.close_after, "at": self.now}
        self._once(cause.id, lambda: closing.close(self.ticket(ticket), **due))

    # --- what is there

    def collection(self, name: str) -> dict[str, dict[str, Any]]:
        return self.documents.setdefault(name, {})

    def tickets(self) -> list[Ticket]:
        return [self.ticket(id) for id in self.collection("tickets")]

    def ticket(self, id: str) -> Ticket:
        return Ticket.of({"_id": id, **self.collection("tickets")[id]})

    def shown(self, ticket: Ticket) -> list[str]:
        """The messages that the ticket's conversation shows as its own."""
        own = {ticket.id, *ticket.guests}
        return [id for id, one in self.collection("messages").items() if one["ticket"] in own]

    def held(self, ticket: str) -> set[str]:
        return {id for id, one in self.collection("messages").items() if one["ticket"] == ticket}

    # --- as store and handlers do it

    def _once(self, key: str, decide: Callable[[], Change]) -> None:
        if key in self.handled:
            return
        change = decide()
        assert decide() == change, "the same decision twice"
        self._apply(change)
        self.handled[key] = change.answer

    def _placed(self, input: str, message: Normalised, *, at: datetime) -> Change:
        arrived = Arrived(input=input, message=message, origin=MAIL, received_at=at)
        known, pending = self._known(message), Pending(input, self.collection("inputs")[input]["version"])
        cause = Envelope(
            id=input, source="test", type="input.received", time=at, correlationid=input, causationid=input
        )
        placement = place(message, MAIL, known, at=at)
        if isinstance(placement, Join):
            return rules.join_ticket(
                arrived, placement, known=known, cause=cause, pending=pending, at=at, policy=POLICY
            )
        ticket = derived_id("ticket", input)
        number = f"K-{ticket[:8]}"
        return rules.open_ticket(
            arrived, placement, ticket=ticket, number=number, known=known, cause=cause, pending=pending, at=at
        )

    def _known(self, message: Normalised) -> Known:
        threads = {
            id: Thread(id, one["version"], one["ticket"], one["seen"])
            for id in names(message, MAIL)
            if (one := self.collection("threads").get(id)) is not None
        }
        return Known(threads=threads, tickets={one.id: one for one in self.tickets()})

    def _decided(self, command: Command) -> Change:
        ticket, at = self.ticket(command.subject or ""), self.now
        every = {one.id: one for one in self.tickets()}
        match command:
            case TicketReply():
                return rules.reply(ticket, command, at=at)
            case TicketSetStatus():
                return rules.set_status(ticket, command, at=at)
            case TicketSnooze():
                return snoozing.snooze(ticket, command, at=at)
            case TicketMerge():
                return merging.merge(ticket, every, command, at=at)
            case TicketUnmerge():
                return merging.unmerge(ticket, every, command, at=at)
            case TicketSplitOff():
                return self._split(ticket, command)
        raise AssertionError(command.type)

    def _split(self, ticket: Ticket, command: TicketSplitOff) -> Change:
        messages = [{"_id": id, **self.collection("messages")[id]} for id in self.shown(ticket)]
        threads = {
            id: Thread(id, one["version"], one["ticket"], one["seen"]) for id, one in self.collection("threads").items()
        }
        conversation = splitting.Conversation(messages=messages, threads=threads, mails={})
        new = derived_id("split", command.id)
        return splitting.split_off(ticket, conversation, command, id=new, number=f"K-{new[:8]}", at=self.now)

    def _apply(self, change: Change) -> None:
        for write in change.writes:
            documents = self.collection(write.collection)
            match write:
                case Insert(document=document):
                    assert document["_id"] not in documents, f"{write.collection} doubled"
                    documents[document["_id"]] = {name: one for name, one in document.items() if name != "_id"}
                case Update(id=id, version=0, set=fields):
                    assert id not in documents, f"{write.collection} doubled"
                    documents[id] = {"version": 1, **fields}
                case Update(id=id, version=version, set=fields):
                    assert documents[id]["version"] == version, f"{write.collection} has moved on"
                    documents[id] |= {**fields, "version": version + 1}
                case Apply(id=id, update=update):
                    documents[id] |= update["$set"]
                    documents[id].setdefault("moved", []).append(update["$push"]["moved"])
                case Delete():
                    raise AssertionError("nothing of a ticket is ever deleted")
        self.facts += change.events


def later(world: World, **by: float) -> datetime:
    """Moves the world's clock on."""
    world.now += timedelta(**by)
    return world.now
