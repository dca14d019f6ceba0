"""Who is told what: once each, never a machine, never an internal note."""

from datetime import timedelta

import pytest

from services.notify.audience import MACHINES
from shared.envelope import Event
from shared.events import Contact, NotificationSuppressed, TicketEscalated
from tests.stories import MORNING, Story
from tests.unit.notify.desk import HOUR, Desk, policy


def desk(**changes: object) -> Desk:
    return Desk(policy(**changes), now=MORNING)


def suppressed(desk: Desk) -> list[tuple[str, str, str]]:
    return [
        (event.data.kind, event.data.audience, event.data.reason)
        for event in desk.events
        if isinstance(event, NotificationSuppressed)
    ]


def test_the_requester_is_told_that_the_message_has_arrived() -> None:
    heard = desk().hear(Story("lamp").opens())
    told = heard.only("acknowledgement")
    assert (told.channel, told.to, told.language, told.state) == ("email", "maja@example.org", "sl", "queued")


def test_the_acknowledgement_waits_a_minute_for_the_promise() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens())
    assert heard.only("acknowledgement").due == MORNING + timedelta(seconds=60)
    heard.hear(story.clock_starts("first_response"))
    assert heard.only("acknowledgement").due == MORNING
    assert heard.tickets[story.ticket].held == ()


def test_the_acknowledgement_waits_for_nothing_that_is_known() -> None:
    story = Story("lamp")
    opened = story.opens()
    assert desk().hear(story.clock_starts("first_response"), opened).only("acknowledgement").due == MORNING


def test_an_acknowledgement_that_is_under_way_is_not_hurried() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens())
    told = heard.only("acknowledgement")
    later = MORNING + HOUR
    heard.notifications[told.id] = told.model_copy(update={"attempts": 1, "due": later})
    assert heard.hear(story.clock_starts("first_response")).only("acknowledgement").due == later


def test_a_second_opening_of_a_ticket_is_not_acknowledged_again() -> None:
    story = Story("lamp")
    first = story.opens()
    again = first.model_copy(update={"id": story.customer_writes().id})
    assert desk().hear(first, again).kinds() == [("acknowledgement", "requester", "queued")]


def test_an_agents_answer_goes_to_the_requester() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), story.agent_answers("ana", "Press it twice."))
    told = heard.only("reply")
    assert (told.to, told.occasion.text, told.occasion.agent) == ("maja@example.org", "Press it twice.", "ana")


def test_an_internal_note_goes_to_nobody() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), story.agent_notes())
    assert [kind for kind, _, _ in heard.kinds()] == ["acknowledgement"]


def test_a_customers_message_is_not_echoed_but_told_to_the_owner() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), story.is_assigned("ana"), story.customer_writes())
    assert [(kind, audience) for kind, audience, _ in heard.kinds()] == [
        ("acknowledgement", "requester"),
        ("assignment", "owner"),
        ("update", "owner"),
    ]
    assert heard.only("update").to == "ana@svetilka.example"


def test_what_a_machine_adds_is_told_to_nobody() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), story.is_assigned("ana"), story.customer_writes(machine=True))
    assert "update" not in [kind for kind, _, _ in heard.kinds()]


def test_a_machine_gets_no_automatic_answer() -> None:
    heard = desk().hear(Story("alarm").opens(machine=True))
    assert heard.kinds() == [("acknowledgement", "requester", "suppressed")]
    assert suppressed(heard) == [("acknowledgement", "requester", "machine")]


def test_a_person_may_answer_a_machine() -> None:
    story = Story("alarm")
    heard = desk().hear(story.opens(machine=True), story.agent_answers())
    assert heard.only("reply").state == "queued"


@pytest.mark.parametrize(
    "address",
    [
        "noreply@a.example",
        "no-reply+7@a.example",
        "MAILER-DAEMON@a.example",
        "bounces-12@a.example",
        "postmaster@a.example",
    ],
)
def test_addresses_behind_which_nobody_reads_get_no_automatic_answer(address: str) -> None:
    heard = desk().hear(Story("lamp", requester=Contact(email=address)).opens())
    assert suppressed(heard) == [("acknowledgement", "requester", "machine address")]


def test_a_name_that_only_looks_like_a_machines_is_a_persons() -> None:
    assert not MACHINES.match("bouncer@example.org")
    assert not MACHINES.match("norepl@example.org")


def test_we_do_not_write_to_ourselves() -> None:
    heard = desk().hear(Story("lamp", requester=Contact(email="Support+x@svetilka.example")).opens())
    assert suppressed(heard) == [("acknowledgement", "requester", "own address")]


def test_who_has_no_address_is_not_told_and_that_is_seen() -> None:
    heard = desk().hear(Story("chat", channel="chat", requester=Contact(visitor="v1")).opens())
    assert suppressed(heard) == [("acknowledgement", "requester", "no address")]
    assert heard.events[0].subject == Story("chat", channel="chat").ticket


def test_who_has_a_telephone_only_gets_a_text_message() -> None:
    heard = desk().hear(Story("wa", channel="whatsapp", requester=Contact(phone="+38640111222")).opens())
    told = heard.only("acknowledgement")
    assert (told.channel, told.to) == ("sms", "+38640111222")


def test_who_wrote_in_a_chat_gets_no_text_message() -> None:
    heard = desk().hear(Story("c", channel="chat", requester=Contact(phone="+38640111222")).opens())
    assert suppressed(heard) == [("acknowledgement", "requester", "no address")]


def test_without_an_sms_provider_a_telephone_is_no_address() -> None:
    heard = desk(channels=["email"]).hear(
        Story("wa", channel="whatsapp", requester=Contact(phone="+38640111222")).opens()
    )
    assert suppressed(heard) == [("acknowledgement", "requester", "no address")]


def test_the_sixth_acknowledgement_within_an_hour_is_one_too_many() -> None:
    heard = desk().hear(*(Story(f"flood {n}").opens() for n in range(6)))
    assert suppressed(heard) == [("acknowledgement", "requester", "rate")]
    heard.now += HOUR + timedelta(seconds=1)
    heard.hear(Story("an hour later").opens())
    assert len(suppressed(heard)) == 1
    turns = sorted(one.turn.number for one in heard.notifications.values() if one.turn)
    assert turns == [1, 2, 3, 4, 5, 6]


def test_others_are_acknowledged_during_a_flood() -> None:
    heard = desk().hear(*(Story(f"flood {n}").opens() for n in range(6)))
    heard.hear(Story("iva", requester=Contact(email="iva@example.org")).opens())
    assert len(suppressed(heard)) == 1


def test_the_new_owner_is_told() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), story.is_assigned("gal"))
    told = heard.only("assignment")
    assert (told.audience, told.to, told.language) == ("owner", "gal@svetilka.example", "he")


def test_a_queue_is_nobody_to_tell() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), story.is_assigned(None))
    assert [kind for kind, _, _ in heard.kinds()] == ["acknowledgement"]


def test_who_takes_a_ticket_is_not_told_of_it() -> None:
    story = Story("lamp")
    taken = story.is_assigned("ana", by="claim:ana").model_copy(update={"actor": "agent:ana"})
    heard = desk().hear(taken, Story("lamp").opens())
    assert suppressed(heard) == [("assignment", "owner", "own act")]


def escalated(story: Story, *roles: str) -> Event:
    story.clock_starts("first_response", minutes=30)
    story.later(minutes=31)
    event = story.is_escalated("first_response")
    assert isinstance(event, TicketEscalated)
    return event.model_copy(update={"data": event.data.model_copy(update={"notify": roles})})


def test_an_escalation_reaches_those_whom_it_names() -> None:
    story = Story("lamp")
    heard = desk().hear(
        story.opens(), story.is_assigned("dmitar", team="technical"), escalated(story, "lead", "manager")
    )
    assert heard.only("escalation", "lead").to == "cvetka@svetilka.example"
    assert heard.only("escalation", "manager").to == "maja@svetilka.example"


def test_a_lead_who_has_the_ticket_is_told_once() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), story.is_assigned("ana"), escalated(story, "owner", "lead"))
    assert heard.only("escalation", "owner").to == "ana@svetilka.example"
    assert heard.only("escalation", "lead").reason == "told as owner"


def test_an_escalation_reaches_who_had_the_ticket_then() -> None:
    story = Story("lamp")
    events = [story.opens(), story.is_assigned("bojan"), escalated(story, "owner")]
    heard = desk().hear(*events, story.later(seconds=1).is_assigned("maja", team="management"))
    assert heard.only("escalation", "owner").to == "bojan@svetilka.example"


def test_an_escalation_of_a_ticket_of_unknown_team_reaches_the_default_teams_lead() -> None:
    story = Story("lamp")
    heard = desk().hear(story.opens(), escalated(story, "lead"))
    assert heard.only("escalation", "lead").to == "ana@svetilka.example"


def test_notices_can_be_switched_off() -> None:
    reply = {"reply": {"when": "agent.replied", "to": ["requester"]}}
    story = Story("lamp")
    heard = desk(notices=reply).hear(story.opens(), story.is_assigned("ana"), story.agent_answers())
    assert [kind for kind, _, _ in heard.kinds()] == ["reply"]


def test_facts_about_an_unknown_ticket_wait() -> None:
    story = Story("lamp")
    opened = story.opens()
    early = [story.is_assigned("ana"), story.agent_answers()]
    heard = desk().hear(*early)
    assert heard.notifications == {}
    heard.hear(opened)
    assert [kind for kind, _, _ in heard.kinds()] == ["acknowledgement", "assignment", "reply"]
