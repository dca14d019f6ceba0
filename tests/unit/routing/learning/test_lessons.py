"""What a ticket teaches: the category that somebody gave it and what the models had said, but none of its words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.learning.answering.heard import Heard
from services.routing.learning.lessons import lessons
from services.routing.learning.lessons.taught import corrections
from services.routing.ticket import Ticket
from shared.change import Apply
from shared.envelope import Envelope
from shared.events import ModelVerdict, TicketMerged, TicketUnmerged
from tests.unit.routing.samples import NOW, correction, opened, status_changed, ticket_id

VERDICT = ModelVerdict(version="v1", category="billing", probability=0.9, decision="applied", threshold=0.8)
BLANK = Ticket(id=ticket_id())
OPEN = Ticket(id=ticket_id(), opened=True, status="open", category="billing")


def told(before: Ticket, after: Ticket, cause: Envelope, **more: Any) -> dict[str, Any]:
    (write,) = lessons.writes(before, after, cause=cause, **more)
    assert isinstance(write, Apply)
    return dict(write.update)


@pytest.mark.parametrize(("by", "label_by"), [("rules", "rules"), ("model", "model"), ("default", None), ("", None)])
def test_an_opened_ticket_is_labelled_by_what_classified_it_but_never_by_the_default(
    by: str, label_by: str | None
) -> None:
    event = opened()
    lesson = told(BLANK, OPEN, event, by=by, heard=Heard(verdict=VERDICT))["$set"]
    assert (lesson["label"], lesson["label_by"], lesson["at"]) == ("billing", label_by, event.time)
    assert lesson["verdicts"] == [
        {"role": "active", "version": "v1", "category": "billing", "probability": 0.9, "decision": "applied"}
    ]


def test_a_correction_is_a_lesson_with_who_and_when_and_the_last_one_wins() -> None:
    command = correction(category="complaint")
    lesson = told(OPEN, OPEN.model_copy(update={"category": "complaint"}), command)
    assert lesson["$set"] == {
        "label": "complaint",
        "label_by": "person",
        "labelled_at": command.time,
        "labelled_by": command.actor,
    }
    assert lesson["$setOnInsert"] == {"at": command.time}


def test_that_a_person_confirms_what_stands_there_already_is_a_lesson_too() -> None:
    assert told(OPEN, OPEN, correction(category="billing"))["$set"]["label_by"] == "person"


def test_a_correction_of_the_priority_alone_teaches_nothing() -> None:
    assert lessons.writes(OPEN, OPEN, cause=correction(category=None, priority="low")) == ()


def test_how_a_ticket_ended_belongs_to_its_lesson() -> None:
    event = status_changed(2, "open", "resolved")
    assert told(OPEN, OPEN.model_copy(update={"status": "resolved"}), event)["$set"] == {"status": "resolved"}
    assert lessons.writes(OPEN, OPEN, cause=event) == ()


def test_what_came_before_the_opening_is_no_lesson_yet() -> None:
    event = status_changed(2, "open", "resolved")
    assert lessons.writes(BLANK, BLANK.model_copy(update={"status": "resolved"}), cause=event) == ()


def test_what_people_said_can_be_found_among_the_writes() -> None:
    command = correction(category="complaint")
    after = OPEN.model_copy(update={"category": "complaint"})
    assert corrections(lessons.writes(OPEN, after, cause=command)) == {OPEN.id: "complaint"}
    assert corrections(lessons.writes(BLANK, OPEN, cause=opened(), by="rules")) == {}


@given(st.permutations([(TicketMerged, 2), (TicketUnmerged, 3), (TicketMerged, 4)]))
def test_whether_a_ticket_is_merged_does_not_depend_on_the_order_of_arrival(events: list[tuple[Any, int]]) -> None:
    lesson: dict[str, int] = {}
    for kind, version in events:
        update = lessons.merging(kind.model_construct(subject=OPEN.id, ticketversion=version, time=NOW)).update
        lesson |= {name: max(lesson.get(name, 0), count) for name, count in update["$max"].items()}
    assert lesson == {"merged": 4, "unmerged": 3}
