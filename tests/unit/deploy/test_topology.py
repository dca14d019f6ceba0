"""definitions.json is current, and it is what the code subscribes to and publishes."""

import json
import re

import pytest

from contracts import generate
from deploy.rabbitmq import topology
from deploy.rabbitmq.render import DEFINITIONS, password_hash, render
from shared.commands import COMMANDS
from shared.events import EVENTS
from shared.messaging import COMMANDS_EXCHANGE


def test_the_file_is_current() -> None:
    assert DEFINITIONS.read_text("utf-8") == topology.text(), "run `make definitions`"


@pytest.mark.parametrize("name", generate.SERVICES)
def test_every_subscription_in_the_code_is_in_the_file_and_the_other_way_round(name: str) -> None:
    service = generate.service(name)
    subscribed = {item.queue: (item.exchange, frozenset(item.routing_keys)) for item in service.bus.subscriptions}
    declared = {
        queue: (exchange, frozenset(model.type_name() for model in models))
        for queue, (exchange, models) in topology.QUEUES.items()
        if queue.startswith(f"{name}.")
    }
    assert subscribed == declared


@pytest.mark.parametrize("name", generate.SERVICES)
def test_a_service_publishes_what_it_owns(name: str) -> None:
    owned = {kind for kind, model in EVENTS.items() if model.owner == name}
    assert {event.type_name() for event in generate.service(name).publishes} == owned


def test_a_service_has_the_right_to_publish_its_own_events_only() -> None:
    rights = {right["user"]: right for right in topology.definitions()["topic_permissions"]}
    for name in generate.SERVICES:
        allowed = re.compile(rights[name]["write"])
        for kind, model in EVENTS.items():
            assert bool(allowed.search(kind)) == (model.owner == name), (name, kind)


def test_only_the_operator_may_remove_personal_data_for_good() -> None:
    on_commands = [
        right for right in topology.definitions()["topic_permissions"] if right["exchange"] == COMMANDS_EXCHANGE
    ]
    for kind in COMMANDS:
        allowed = {right["user"] for right in on_commands if re.search(right["write"], kind)}
        assert allowed == ({"operator"} if kind.endswith(".redact.v1") else {"integrator"}), kind


def test_no_service_may_declare_anything() -> None:
    for right in topology.definitions()["permissions"]:
        assert (right["configure"] == "^$") == (right["user"] != "integrator")


def test_every_queue_of_work_has_retries_and_a_place_for_failures() -> None:
    names = {queue["name"] for queue in topology.definitions()["queues"]}
    for queue in topology.QUEUES:
        assert {f"{queue}.retry.1", f"{queue}.retry.2", f"{queue}.retry.3", f"{queue}.dead"} <= names


def test_every_policy_matches_only_the_queues_it_is_for() -> None:
    names = [queue["name"] for queue in topology.definitions()["queues"]]
    for policy in topology.definitions()["policies"]:
        matched = [name for name in names if re.search(policy["pattern"], name)]
        if policy["name"] in topology.QUEUES:
            assert matched == [policy["name"]]
        assert matched


def test_the_committed_file_holds_no_password() -> None:
    assert {user["password_hash"] for user in json.loads(DEFINITIONS.read_text())["users"]} == {""}


def test_rendering_fills_passwords_and_moves_everything_to_the_virtual_host() -> None:
    made = render(passwords={"ingest": "geheim"}, vhost="try", user_prefix="try.")
    by_name = {user["name"]: user["password_hash"] for user in made["users"]}
    assert by_name["try.ingest"] == password_hash("geheim", salt_from="ingest")
    assert by_name["try.sla"] == ""
    assert {item["vhost"] for kind in ("queues", "bindings", "policies", "permissions") for item in made[kind]} == {
        "try"
    }
