"""Judges a single commit that gives somebody a ticket: owner, capacity, eligibility, and the order of the queue."""

from dataclasses import dataclass

from bench.routing.findings import Findings
from bench.routing.history import DONE, Commit, Decision, Note, Seen
from bench.routing.people import Load
from bench.routing.scene import Scene

CHOSEN = frozenset({"least_loaded", "least_loaded_units", "most_spare", "longest_idle", "sticky_owner"})
"""The rules of an automatic choice."""
HANDING_OVER = ("ticket.escalated.v1", "ticket.transfer.v1")
"""What may take a ticket from one agent and give it to another in one commit."""
TAKING_BACK = frozenset({"reopened", "absent_owner"})


@dataclass(frozen=True, slots=True)
class Choice:
    """An automatic assignment, for what can only be judged when the step is over."""

    position: int
    agent: str
    after: Seen
    before: Load
    rule: str
    note: Note | None


def judge(scene: Scene, findings: Findings, position: int, commit: Commit) -> Choice | None:
    """Looks at a commit before it is written into the books; the choice, if it was one."""
    before, after, decision = scene.books.before(commit.after.ticket), commit.after, commit.decision
    if decision is not None and decision.previous_agent != before.agent:
        told = f"{after.ticket} was taken from {decision.previous_agent}, but {before.agent} had it"
        findings.report("double_assignments", f"{scene.now}: {told}")
    holder = after.holder
    if holder is None or holder == before.holder:
        return None
    load = scene.books.ledger.load(holder)
    rule = _rule(decision)
    if rule is None and not _had_to_have_room(before, after, decision):
        findings.judged["by_hand_or_back"] += 1
        findings.judged["by_hand_or_back_over_capacity"] += not scene.people.has_room(holder, load, after.channel)
        _judge_owner(scene, findings, before, after, decision)
        return None
    findings.judged["automatic"] += 1
    _judge_owner(scene, findings, before, after, decision)
    _judge_capacity(scene, findings, holder, after, load)
    if rule is None:
        return None
    _judge_eligible(scene, findings, holder, after)
    note = scene.note(after)
    _judge_order(scene, findings, position, before, after, note)
    return Choice(position, holder, after, load, rule, note)


def _rule(decision: Decision | None) -> str | None:
    return None if decision is None else next((rule for rule in decision.rules if rule in CHOSEN), None)


def _had_to_have_room(before: Seen, after: Seen, decision: Decision | None) -> bool:
    """Work that comes back stays without a word: what was done, only with an owner who has room."""
    if decision is not None:
        return False
    came_back = not before.active and before.agent == after.agent
    return not came_back or before.status in DONE


def _judge_owner(scene: Scene, findings: Findings, before: Seen, after: Seen, decision: Decision | None) -> None:
    had = before.agent if before.active else None
    if had is None or had == after.holder:
        return
    if decision is not None and (decision.cause in HANDING_OVER or TAKING_BACK & set(decision.rules)):
        return
    findings.report("double_assignments", f"{scene.now}: {after.ticket} went to {after.holder} while {had} had it")


def _judge_capacity(scene: Scene, findings: Findings, holder: str, after: Seen, load: Load) -> None:
    if not scene.people.has_room(holder, load, after.channel):
        told = f"{after.ticket} ({after.channel}) went to {holder} with {load.units} units, {dict(load.channels)}"
        findings.report("over_capacity", f"{scene.now}: {told}")
    if scene.books.at_limit(holder, scene.now):
        findings.report("over_capacity", f"{scene.now}: {after.ticket} went to {holder} beyond their limit")


def _judge_eligible(scene: Scene, findings: Findings, holder: str, after: Seen) -> None:
    there = holder in scene.was_there or holder in scene.is_there
    if there and scene.on_shift(holder) and scene.suits(holder, after):
        return
    told = f"there {there}, on shift {scene.on_shift(holder)}, for {after.team}, {scene.wants[after.ticket]}"
    findings.report("not_eligible", f"{scene.now}: {after.ticket} went to {holder}: {told}")


def _judge_order(scene: Scene, findings: Findings, position: int, before: Seen, after: Seen, note: Note | None) -> None:
    """Nobody who ranks before it was known to wait when the deciding began, and could have been taken as well."""
    holder = after.holder or ""
    most = scene.books.ledger.most(holder, since=scene.begun(note), until=position)
    most = scene.people.with_room_for(holder, after.channel, most)
    own = scene.place(before if before.waiting else after)
    for team in scene.people.teams_of.get(holder, ()):
        for ticket, since in scene.books.waits_since[team].items():
            waits = scene.books.tickets[ticket]
            if ticket == after.ticket or not waits.is_dealt_out or scene.place(waits) >= own:
                continue
            if scene.was_known(since, note) and scene.could_take(holder, waits, most):
                told = f"{after.ticket} {_told(own)} went to {holder} before {ticket} {_told(scene.place(waits))}"
                findings.report("order_violations", f"{scene.now}: {told}")
                return


def _told(place: tuple[object, ...]) -> str:
    return f"(rank {-int(str(place[0]))}, due {place[1]}, since {place[2]})"
