"""What `make explain` says of offers, leases and whoever is writing."""

from deploy import explain
from tests.unit.deploy.test_explain_and_dry_run import DECISION, printed


def test_who_is_asked_who_has_to_act_and_who_is_writing_stand_at_the_top() -> None:
    offer = {"agent": "eva", "until": "2026-11-23T09:00:45Z", "since": "2026-11-23T09:00:00Z"}
    lease = {**offer, "agent": "ana"}
    text = printed(explain.told(DECISION | {"offer": offer, "lease": lease, "replying": [lease]}, boxed=False))
    assert "on offer to eva until 2026-11-23T09:00:45Z" in text
    assert "ana has to act by 2026-11-23T09:00:45Z to keep it" in text
    assert "ana is writing an answer since 2026-11-23T09:00:00Z" in text


def test_what_became_of_an_offer_is_told_with_the_reason() -> None:
    result = {
        "type": "ticket.offered.v1",
        "state": "declined",
        "agent": "eva",
        "team": "billing",
        "because": "too hard",
    }
    decision = {**DECISION["decisions"][0], "results": [result]}  # type: ignore[index]
    text = printed(explain.told(DECISION | {"decisions": [decision]}, boxed=False))
    assert "offered: declined by eva in team billing: too hard" in text
