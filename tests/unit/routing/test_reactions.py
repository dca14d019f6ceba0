"""What rules for later events make of a ticket, in one decision with the event's own."""

from typing import Any

import pytest

from services.routing import rules
from services.routing.classification.facts import Facts
from services.routing.classification.schema import Ruleset
from services.routing.opening import Opening
from services.routing.reactions import occasions_of, reacting
from services.routing.step import Step
from services.routing.ticket import Ticket
from shared.envelope import Event
from shared.events import (
    Message,
    TicketClassified,
    TicketMessageAdded,
    TicketMessageAddedData,
    TicketRated,
    TicketRatedData,
)
from shared.ids import derived_id
from tests.unit.routing.deciding import BOJAN, COMPANY, blank, concluded, opened_ticket
from tests.unit.routing.samples import NOW, escalated, opened, status_changed, ticket_id


def event_of(model: Any, data: Any, *, machine: bool = False) -> Any:
    return model(
        id=derived_id(model.type_name(), ticket_id(), 7),
        source=f"kartica/{model.owner}",
        subject=ticket_id(),
        time=NOW,
        correlationid="1",
        causationid="1",
        ticketversion=7,
        machine=machine,
        data=data,
    )


def message(
    text: str = "Hello.", *, author: Any = "customer", machine: bool = False, **more: Any
) -> TicketMessageAdded:
    told = {"agent": "ana"} if author == "agent" else {}
    data = Message(
        id=derived_id("message", text),
        author=author,
        channel="email",
        text=text,
        sent_at=NOW,
        received_at=NOW,
        **told,
        **more,
    )
    return event_of(TicketMessageAdded, TicketMessageAddedData(message=data), machine=machine)  # type: ignore[no-any-return]


def rated(score: int, comment: str = "") -> TicketRated:
    return event_of(TicketRated, TicketRatedData(score=score, cycle=1, comment=comment))  # type: ignore[no-any-return]


def ruleset(*listed: dict[str, Any]) -> Ruleset:
    return Ruleset.model_validate(
        {
            "default": {"category": "general"},
            "categories": {"general": {}, "billing": {}, "technical": {"priority": "high"}},
            "rules": [{"name": f"rule{place}", **rule} for place, rule in enumerate(listed, start=1)],
        }
    )


def step(event: Event, *listed: dict[str, Any], ticket: Ticket | None = None, opening: Opening | None = None) -> Step:
    own = {
        "ticket.message_added.v1": lambda ticket: rules.message_added(ticket, event),  # type: ignore[arg-type]
        "ticket.status_changed.v1": lambda ticket: rules.status_changed(ticket, event),  # type: ignore[arg-type]
        "ticket.escalated.v1": lambda ticket: rules.escalated(ticket, event, COMPANY),  # type: ignore[arg-type]
        "ticket.rated.v1": lambda ticket: Step(ticket, ticket),
    }[event.type]
    return reacting(own, event, ruleset(*listed), opening, COMPANY)(ticket or opened_ticket())


@pytest.mark.parametrize(
    ("event", "occasions"),
    [
        (message(), ("customer_message",)),
        (message(author="agent"), ("agent_message",)),
        (message(author="agent", visibility="internal"), ()),
        (message(author="system"), ()),
        (message(machine=True), ()),
        (status_changed(2, "open", "resolved"), ("status",)),
        (status_changed(2, "resolved", "open"), ("status", "reopened")),
        (status_changed(2, "on_hold", "open"), ("status",)),
        (status_changed(2, "open", "open"), ()),
        (escalated(2), ("escalated",)),
        (rated(2), ("rated",)),
        (opened(), ()),
    ],
)
def test_what_happens_is_told_apart(event: Event, occasions: tuple[str, ...]) -> None:
    assert occasions_of(event) == occasions


def test_what_a_rule_changes_is_told_with_its_reason_and_every_trial_is_kept() -> None:
    listed = (
        {
            "event": "customer_message",
            "when": {"text": {"sl": ["odvetnik"]}},
            "then": {"impact": "high", "urgency": "high"},
        },
        {"event": "customer_message", "when": {"text": ["police"]}, "then": {"add_tags": ["x"]}},
    )
    event = message("Pišem svojemu odvetniku.")
    made = step(event, *listed)
    ticket, change = concluded(made, event)
    (told,) = change.events
    assert isinstance(told, TicketClassified)
    assert (told.data.priority, told.data.impact, told.data.by) == ("urgent", "high", "rules")
    assert [reason.rule for reason in told.data.reasons] == ["rule1", "priority"]
    assert [trial.applied for trial in made.tried] == [True, False]
    assert (ticket.raised, ticket.agent) == ("urgent", "ana")


def test_without_a_rule_that_changes_something_the_step_is_the_events_own() -> None:
    event = message()
    bare = step(event)
    assert step(event, {"event": "customer_message", "then": {"priority": "low"}}) == bare
    assert step(event, {"event": "rated", "then": {"priority": "urgent"}}) == bare


def test_of_a_ticket_that_is_not_known_yet_nothing_is_decided() -> None:
    assert step(rated(1), {"event": "rated", "then": {"priority": "urgent"}}, ticket=blank()).after == blank()


def test_a_persons_category_stays_and_a_later_one_of_the_rules_does_not() -> None:
    rule = {"event": "rated", "when": {"score": {"at_most": 2}}, "then": {"category": "technical"}}
    general = opened_ticket(category="general", by="default")
    free = step(rated(2), rule, ticket=general).after
    assert (free.category, free.priority, free.category_by) == ("technical", "high", "rules")
    given = opened_ticket().model_copy(update={"category": "billing", "category_by": "agent:maja"})
    assert step(rated(2), rule, ticket=given).after == given
    assert step(rated(3), rule, ticket=general).after == general


def test_a_team_is_a_hand_over_that_is_counted_and_chooses_an_agent() -> None:
    rule = {"event": "customer_message", "then": {"team": "technical"}}
    made = step(message(), rule)
    assert (made.after.team, made.after.hops, made.after.agent, made.placing) == ("technical", 1, None, "choose")
    assert made.after.previous is not None
    assert (made.after.previous.team, made.after.previous.agent) == ("support", "ana")
    assert (made.placed_by, made.placing_reasons[0].rule) == ("rules", "rule1")
    ended = opened_ticket().model_copy(update={"status": "resolved"})
    assert step(message(), rule, ticket=ended).after.team == "support"


def test_the_event_and_the_rules_make_one_decision() -> None:
    event = escalated(2, priority="high", level=2)
    made = step(event, {"event": "escalated", "when": {"level": {"at_least": 2}}, "then": {"add_tags": ["late"]}})
    _, change = concluded(made, event)
    (told,) = change.events
    assert isinstance(told, TicketClassified)
    assert (told.data.priority, told.data.tags, told.data.by) == ("high", ("late",), "escalation")
    assert [reason.rule for reason in told.data.reasons] == ["escalation level 2", "rule1"]


def test_a_reopened_ticket_gets_its_tag_and_its_agent_back() -> None:
    done = opened_ticket().model_copy(update={"status": "resolved", "status_version": 1})
    event = status_changed(2, "resolved", "open")
    made = step(event, {"event": "reopened", "then": {"add_tags": ["reopened"]}}, ticket=done)
    assert (made.after.tags, made.placing) == (("reopened",), "keep_if_room")
    ticket, _ = concluded(made, event, BOJAN)
    assert ticket.tags == ("reopened",)


def test_the_opening_tells_fields_and_sender_and_the_ticket_itself() -> None:
    facts = Facts(
        channel="form",
        mailbox="",
        language="sl",
        title="",
        text="",
        fields={"lamps": 30},
        tier=None,
        addresses=("iva@firm.example",),
    )
    kept = Opening(ticket=ticket_id(), number="K-1", at=NOW, facts=facts)
    rule = {
        "event": "customer_message",
        "when": {
            "from": "@firm.example",
            "language": "sl",
            "fields": {"lamps": {"at_least": 20}},
            "ticket": {"status": "new", "team": "support", "assigned": True},
        },
        "then": {"add_tags": ["big"]},
    }
    assert step(message(), rule, opening=kept).after.tags == ("big",)
    assert step(message(), rule, opening=None).after.tags == ()
