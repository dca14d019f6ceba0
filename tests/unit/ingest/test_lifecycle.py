"""Which status follows which."""

import pytest

from services.ingest.conversation import lifecycle
from services.ingest.normalised import Machine
from shared.errors import Refused
from shared.events import Status

AFTER_CUSTOMER = [
    ("new", None),
    ("open", None),
    ("pending_customer", "open"),
    ("on_hold", "open"),
    ("resolved", "open"),
    ("spam", None),
]


@pytest.mark.parametrize(("status", "following"), AFTER_CUSTOMER)
def test_customer_wakes_a_ticket_that_waits(status: Status, following: Status | None) -> None:
    step = lifecycle.after_customer(status, None)
    assert (step.status if step else None) == following


@pytest.mark.parametrize(("kind", "wakes"), [("auto_reply", False), ("auto", False), ("bulk", True)])
def test_machine_never_wakes_a_ticket_but_bulk_mail_may_be_a_person(kind: str, wakes: bool) -> None:
    machine = Machine.model_validate({"kind": kind, "because": "test"})
    assert (lifecycle.after_customer("resolved", machine) is not None) == wakes


AFTER_REPLY = [
    ("new", True, None, "open"),
    ("new", False, None, None),
    ("open", True, None, None),
    ("pending_customer", True, None, None),
    ("new", True, "pending_customer", "pending_customer"),
    ("open", False, "on_hold", "on_hold"),
    ("open", True, "open", None),
]


@pytest.mark.parametrize(("status", "public", "wanted", "following"), AFTER_REPLY)
def test_reply_brings_its_status(status: Status, public: bool, wanted: Status | None, following: Status | None) -> None:
    step = lifecycle.after_reply(status, public=public, wanted=wanted)
    assert (step.status if step else None) == following


@pytest.mark.parametrize(("status", "wanted"), [("closed", "open"), ("closed", "spam"), ("open", "new")])
def test_status_that_cannot_follow_is_refused(status: Status, wanted: Status) -> None:
    with pytest.raises(Refused) as refusal:
        lifecycle.change(status, wanted, "test")
    assert refusal.value.status == 409


def test_same_status_again_is_no_step() -> None:
    assert lifecycle.change("closed", "closed", "again") is None


def test_closed_ticket_accepts_no_reply() -> None:
    with pytest.raises(Refused):
        lifecycle.accepts_reply("closed", "Hello")
