"""Writes the contracts from the code, or with --check says which are not current.

    python -m contracts.generate [--check]

`events/<type>.json` and `commands/<type>.json` are JSON Schemas (draft 2020-12), `examples/<type>.json` an event of
each type, `asyncapi/<service>.json` AsyncAPI 3 documents. A change that breaks readers of the committed ones
fails tests/unit/test_contracts.py.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from contracts.samples import one_of_each
from shared.commands import COMMANDS
from shared.envelope import Command, Event
from shared.events import EVENTS
from shared.service import Service

FOLDER = Path(__file__).parent
SERVICES = ("ingest", "routing", "sla", "notify", "reporting")
FOLDERS = ("events", "commands", "examples", "asyncapi")
PLACEHOLDER = "generated-only-never-used-as-a-secret"


def schema(model: type[Event] | type[Command]) -> dict[str, Any]:
    """The JSON Schema of what is on the bus; `x-owner` is who states the event or takes the command."""
    made = model.model_json_schema(mode="serialization" if issubclass(model, Event) else "validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "x-owner": model.owner, **made}


def service(name: str) -> Service:
    """A service, wired but not started: what it subscribes to and publishes can be asked of it."""
    settings_type = importlib.import_module(f"services.{name}.settings").Settings
    create_app = importlib.import_module(f"services.{name}.app").create_app
    required = [field for field, about in settings_type.model_fields.items() if about.is_required()]
    given: dict[str, Any] = dict.fromkeys(required, PLACEHOLDER) | {
        "amqp_url": "amqp://broker/kartica",
        "mongo_url": "mongodb://database",
        "config_dir": FOLDER.parent / "config",
        "reply_keys": f"a:{PLACEHOLDER}",
    }
    made: Service = create_app(settings_type(**given)).state.service
    return made


def asyncapi(name: str) -> dict[str, Any]:
    """The AsyncAPI document of a service, as it also serves it at /asyncapi."""
    document: dict[str, Any] = json.loads(json.dumps(service(name).asyncapi(), sort_keys=True))
    return document  # sorted, because FastStream keeps publishers in a set


def files() -> dict[Path, str]:
    """Every contract's path and text."""
    made: dict[Path, Any] = {}
    for kind, model in EVENTS.items():
        made[FOLDER / "events" / f"{kind}.json"] = schema(model)
    for kind, command in COMMANDS.items():
        made[FOLDER / "commands" / f"{kind}.json"] = schema(command)
    for event in one_of_each():
        made[FOLDER / "examples" / f"{event.type}.json"] = event.model_dump(mode="json")
    for name in SERVICES:
        made[FOLDER / "asyncapi" / f"{name}.json"] = asyncapi(name)
    return {path: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for path, content in made.items()}


def main() -> None:
    current = files()
    committed = {path for folder in FOLDERS for path in (FOLDER / folder).glob("*.json")}
    if sys.argv[1:] == ["--check"]:
        wrong = [path for path, text in current.items() if path not in committed or path.read_text("utf-8") != text]
        wrong += sorted(committed - set(current))
        if wrong:
            names = ", ".join(str(path.relative_to(FOLDER)) for path in wrong)
            sys.exit(f"Not current: {names}. Run `make contracts` and look at the difference.")
        return
    for path in committed - set(current):
        path.unlink()
    for path, text in current.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
