"""The committed contracts are current, and no change breaks those who read them."""

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from contracts import generate
from contracts.compatibility import breaks
from contracts.samples import one_of_each
from shared.commands import COMMANDS
from shared.events import EVENTS

EVENT_FILES = sorted((generate.FOLDER / "events").glob("*.json"))


def committed(name: str) -> dict[str, Any]:
    return json.loads((generate.FOLDER / name).read_text("utf-8"))


def test_every_contract_is_current() -> None:
    stale = [path.name for path, text in generate.files().items() if path.read_text("utf-8") != text]
    assert stale == [], "run `make contracts`"


@pytest.mark.parametrize("path", EVENT_FILES, ids=lambda path: path.stem)
def test_no_event_breaks_its_readers(path: Any) -> None:
    kind = path.stem
    assert kind in EVENTS, f"{kind} was published; a reader may wait for it"
    assert breaks(committed(f"events/{kind}.json"), generate.schema(EVENTS[kind])) == []


@pytest.mark.parametrize("event", one_of_each(), ids=lambda event: event.type)
def test_what_we_publish_is_what_the_schema_says(event: Any) -> None:
    jsonschema.validate(
        json.loads(event.encoded()),
        committed(f"events/{event.type}.json"),
        format_checker=jsonschema.FormatChecker(),
    )


def test_there_is_a_sample_of_every_event() -> None:
    assert {event.type for event in one_of_each()} == set(EVENTS)


def test_each_asyncapi_document_names_what_the_service_publishes_and_takes() -> None:
    published: set[str] = set()
    for name in generate.SERVICES:
        document = committed(f"asyncapi/{name}.json")
        assert document["asyncapi"].startswith("3.")
        published |= {message for message in EVENTS if message in json.dumps(document)}
    assert published == set(EVENTS)
    assert all(kind in {path.stem for path in (generate.FOLDER / "commands").glob("*.json")} for kind in COMMANDS)


def _drop_field(schema: dict[str, Any]) -> None:
    del schema["$defs"]["TicketClassifiedData"]["properties"]["category"]


def _retype(schema: dict[str, Any]) -> None:
    schema["$defs"]["TicketClassifiedData"]["properties"]["category"]["type"] = "integer"


def _make_optional(schema: dict[str, Any]) -> None:
    schema["$defs"]["TicketClassifiedData"]["required"].remove("category")


def _widen(schema: dict[str, Any]) -> None:
    schema["$defs"]["TicketClassifiedData"]["properties"]["priority"]["enum"].append("apocalyptic")


@pytest.mark.parametrize("change", [_drop_field, _retype, _make_optional, _widen])
def test_a_breaking_change_is_noticed(change: Callable[[dict[str, Any]], None]) -> None:
    old = generate.schema(EVENTS["ticket.classified.v1"])
    new = copy.deepcopy(old)
    change(new)
    assert breaks(old, new)


def test_an_addition_breaks_nobody() -> None:
    old = generate.schema(EVENTS["ticket.classified.v1"])
    new = copy.deepcopy(old)
    new["$defs"]["TicketClassifiedData"]["properties"]["mood"] = {"type": "string"}
    assert breaks(old, new) == []
