"""Identifies callers as the telephone rings, and puts what is left of a call into the inbox."""

from datetime import UTC, datetime

from services.ingest.calls.configuration import CallPolicy
from services.ingest.calls.message import CallReport, received
from services.ingest.calls.states import Known, call_id, furthest, is_missed, normalised
from services.ingest.calls.store import CallStore
from services.ingest.channels.storing import store as take_in
from services.ingest.customers.identities import named
from services.ingest.customers.store import CustomerStore
from services.ingest.inbox.inbox import Inbox
from shared.change import NOTHING, Change, Update
from shared.envelope import Envelope
from shared.events import CallIdentified, CallIdentifiedData
from shared.once import Once

MOST_TICKETS = 20


class Calls:
    """Tells who calls, once for every state that a call comes to."""

    def __init__(
        self, once: Once, *, store: CallStore, customers: CustomerStore, inbox: Inbox, policy: CallPolicy
    ) -> None:
        self._once = once
        self._store = store
        self._customers = customers
        self._inbox = inbox
        self._policy = policy

    async def reported(self, report: CallReport) -> CallIdentifiedData:
        """What a telephone system says; who is calling, and their open tickets."""
        told = await self._identified(normalised(report.told(), region=self._policy.region))
        await self._keep(told, report)
        await self._state(told)
        return told

    async def heard(self, told: CallIdentifiedData) -> None:
        """A state that a provider's webhook tells; what is left of the call, its reader makes of it."""
        await self._state(await self._identified(told))

    async def _identified(self, told: CallIdentifiedData) -> CallIdentifiedData:
        """With the customer whose proved number it is, else who has claimed it; for agents, not as a proof."""
        now = datetime.now(UTC)
        found = []
        for identity in named(told.caller, proof=None, at=now):
            found += await self._customers.with_identity((identity.kind, identity.value))
            if found:
                break
        if not found:
            return told.model_copy(update={"customer": None, "tickets": ()})
        people = await self._customers.people(found[0])
        members = [one.id for one in people.members(found[0])]
        tickets = await self._customers.open_tickets(members, limit=MOST_TICKETS)
        name = told.caller.name or next((one.name for one in people.members(found[0]) if one.name), None)
        caller = told.caller.model_copy(update={"name": name})
        known = {"customer": people.root(found[0]), "tickets": tuple(tickets), "caller": caller}
        return told.model_copy(update=known)

    async def _keep(self, told: CallIdentifiedData, report: CallReport) -> None:
        """First what must not be lost: the telephone system tells again whatever it had no answer to."""
        known = await self._store.known(call_id(told.call))
        kinds = ["note"] if report.note.strip() else []
        kinds += ["recording"] if report.recording is not None else []
        if is_missed(known, told) and self._policy.missed != "none":
            kinds.append("missed")
        for kind in kinds:
            joins = self._policy.missed == "join"
            await take_in(self._inbox, received(kind, told, report, joins=joins, at=datetime.now(UTC)))

    async def _state(self, told: CallIdentifiedData) -> None:
        call, at = call_id(told.call), datetime.now(UTC)

        async def decide() -> Change:
            known = await self._store.known(call)
            return _further(known, told, at=at) if known.tells_more(told) else NOTHING

        key = f"ingest.call:{call}:{told.state}:{told.seconds}"
        await self._once.handle(key, call, decide, wait_sent=False)


def _further(known: Known, told: CallIdentifiedData, *, at: datetime) -> Change:
    states = tuple(dict.fromkeys((*known.states, told.state)))
    seconds = told.seconds if told.seconds is not None else known.seconds
    now = told.model_copy(update={"state": furthest(states), "seconds": seconds})
    cause = Envelope(
        id=known.id,
        source="kartica/ingest",
        type="call.told",
        time=at,
        correlationid=known.id,
        causationid=known.id,
        actor="customer",
    )
    version = known.facts + 1
    event = CallIdentified.following(cause, version, time=at, subject=known.id, ticketversion=version, data=now)
    state = {
        "facts": version,
        "states": list(states),
        "seconds": seconds,
        "customer": told.customer,
        "caller": told.caller.model_dump(),
        "called": told.called,
        "call": told.call,
        "at": at,
    }
    return Change(writes=(Update("calls", known.id, known.version, state),), events=(event,))
