"""Learned classification in a running service: from people's corrections to a model that decides, and back."""

import argparse
import asyncio
import os
import signal
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
import yaml

from services.routing.learning import models, train
from services.routing.learning.choice import Turn
from services.routing.learning.configuration import Learning
from services.routing.learning.lessons.lesson_store import LessonStore, labelled, tallies_of
from services.routing.learning.lessons.lessons import LESSONS
from services.routing.learning.model.verdicts import BrokenModel
from services.routing.learning.store import ModelStore
from services.routing.learning.trainings.material import Material
from services.routing.learning.trainings.schedule import LEASE, Schedule
from services.routing.learning.trainings.trainer import Trainer
from services.routing.learning.trainings.training_record import Training
from shared.events import TicketClassified
from shared.mongo import Mongo
from tests.site import Running, Site, command_key
from tests.unit.routing.learning.samples import AT, entry
from tests.unit.routing.samples import opened, ticket_id

LAMPS = ["dark", "flickers", "too dim", "gets hot", "hums loudly", "will not switch on", "has a crack", "turned blue"]
PARCELS = ["late", "lost", "open and wet", "at the wrong door", "not on its way", "too heavy", "returned", "torn"]


def configure(site: Site, **learning: Any) -> None:
    """An organisation with categories of its own, whose rules know nothing."""
    path = site.config_dir / "routing.yaml"
    categories = {"general": {"team": "support"}, "lamps": {"team": "technical"}, "parcels": {"team": "sales"}}
    learning |= {"weights": {"starter": 0}}  # its messages that fit no category would make a training longer
    rules = {"default": {"category": "general"}, "categories": categories, "learning": learning}
    path.write_text(yaml.safe_dump(rules), encoding="utf-8")


async def get(site: Site, routing: Running, address: str) -> Any:
    answer = await routing.client.get(address, headers=site.bearer("admin"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(site: Site, routing: Running, address: str, *, key: str, body: Any = None) -> Any:
    headers = {**site.bearer("admin", subject="admin:mia"), "Idempotency-Key": key}
    answer = await routing.client.post(address, json=body, headers=headers)
    assert answer.status_code in (200, 202), answer.text
    return answer.json()


async def classified(site: Site, name: str, text: str) -> TicketClassified:
    ticket = ticket_id(name)
    await site.publish(opened(ticket, text=text, minute=len(site.seen)))
    return (await site.events(TicketClassified, subject=ticket))[0]


async def taught(site: Site, routing: Running) -> None:
    """Tickets whose category people give afterwards."""
    for category, wrongs in (("lamps", LAMPS), ("parcels", PARCELS)):
        for number, wrong in enumerate(wrongs):
            name = f"{category} {number}"
            found = await classified(site, name, f"My {category[:-1]} is wrong: it {wrong}, it is {wrong}")
            assert (found.data.category, found.data.by, found.data.model) == ("general", "default", None)
            body = {"category": category, "reason": "read it"}
            await post(site, routing, f"/tickets/{ticket_id(name)}/classify", key=command_key(), body=body)


async def answering(site: Site, routing: Running, version: str) -> dict[str, Any]:
    async def here() -> Any:
        shown = await get(site, routing, "/models")
        return next((one for one in shown["models"] if one["version"] == version and one["here"] == "answers"), None)

    found: dict[str, Any] = await site.eventually(here, what=f"{version} answering", timeout=30)
    return found


async def test_from_corrections_to_a_model_that_decides_and_from_a_broken_one_back_to_the_rules(site: Site) -> None:
    configure(site, apply=0.3, suggest=0.2, precision=0.6, answer_within_ms=5000)
    routing = await site.start("routing", learning=True)
    await taught(site, routing)

    asked = await post(site, routing, "/models/train", key="now")
    assert (await post(site, routing, "/models/train", key="now"))["id"] == asked["id"]

    async def ended() -> Any:
        training = await get(site, routing, f"/models/trainings/{asked['id']}")
        return training if training["state"] != "waiting" else None

    training = await site.eventually(ended, timeout=100, what="the training")
    assert training["state"] == "done", training
    model = await answering(site, routing, training["model"])
    assert (model["state"], model["examples"]) == ("active", {"person": 16})

    found = await classified(site, "new", "The lamp flickers and gets hot")
    assert (found.data.category, found.data.by, found.data.team) == ("lamps", "model", "technical")
    verdict = found.data.model
    assert verdict is not None
    assert (verdict.version, verdict.decision, verdict.threshold) == (training["model"], "applied", 0.3)
    decision = (await get(site, routing, f"/tickets/{found.subject}/decision"))["decisions"][0]
    assert decision["results"][0]["model"]["probability"] == verdict.probability
    assert decision["results"][0]["reasons"][0]["because"].startswith(f"{training['model']} says lamps with ")

    body = {"category": "parcels", "reason": "it never came"}
    await post(site, routing, f"/tickets/{found.subject}/classify", key=command_key(), body=body)
    live = (await answering(site, routing, training["model"]))["live"]
    assert (live["asked"], live["precision"], live["judged"]) == (1, 0.0, 1)
    await site.measured(
        routing,
        'kartica_routing_model_decisions_total{category="lamps",decision="applied"} 1.0',
        'kartica_routing_model_corrections_total{category="lamps",kind="applied_corrected"} 1.0',
    )
    await _shadowed(site, routing, training["model"])
    await _killed_and_back(site, routing, training["model"])
    await routing.stop()
    await _damaged(site, training["model"])


async def _shadowed(site: Site, routing: Running, version: str) -> None:
    """Another model beside the active one: what it says is kept and counted, and decides nothing."""
    mongo = Mongo(site.deployment.nodes.mongodb_url, database=site.database_name("routing"))
    models = ModelStore(mongo)
    active = await models.entry(version)
    await models.add(replace(active, version="another"), await models.content(active))
    await mongo.close()
    await post(site, routing, "/models/another/shadow", key=command_key())
    await answering(site, routing, "another")
    found = await classified(site, "beside", "The parcel is late and torn")
    assert found.data.model is not None
    assert found.data.model.version == version
    lesson = await site.database("routing")[LESSONS].find_one({"_id": found.subject})
    assert [(said["role"], said["version"]) for said in lesson["verdicts"]] == [
        ("active", version),
        ("shadow", "another"),
    ]
    live = (await answering(site, routing, "another"))["live"]
    assert (live["asked"], live["categories"][0]["category"]) == (1, "parcels")
    await site.measured(routing, 'kartica_routing_model_decisions_total{category="parcels",decision="shadow"} 1.0')


async def _killed_and_back(site: Site, routing: Running, version: str) -> None:
    """A worker that something kills is started again; tickets that come meanwhile are decided at once."""
    worker = routing.app.state.learned.apparatus.worker
    os.kill(worker.pid, signal.SIGKILL)
    found = await classified(site, "meanwhile", "The lamp flickers")
    assert found.data.by in ("default", "model")
    await site.eventually(lambda: _is(worker.restarts == 1), what="the end of the worker seen")
    await answering(site, routing, version)
    assert (await classified(site, "after", "The lamp flickers")).data.by == "model"


async def _damaged(site: Site, version: str) -> None:
    """A broken file: the rules go on alone, it is said, and the service stays ready."""
    await site.database("routing")["fs.chunks"].update_many({}, {"$set": {"data": b"nothing"}})
    await site.database("routing")["fs.files"].update_many({}, {"$set": {"length": 7}})
    routing = await site.start("routing", learning=True)
    await site.measured(routing, "kartica_routing_model_broken 1.0")
    shown = next(one for one in (await get(site, routing, "/models"))["models"] if one["version"] == version)
    because = "broken: its file is damaged: SHA-256 differs from the one that was stored"
    assert (shown["state"], shown["here"]) == ("broken", because)
    found = await classified(site, "broken", "The lamp flickers")
    assert (found.data.category, found.data.by) == ("general", "default")
    assert found.data.reasons[0].because.startswith(f"not asked: model {version} is broken")
    assert (await routing.client.get("/readyz")).status_code == 200


async def _is(value: bool) -> bool:
    return value


@pytest.fixture
async def store(site: Site) -> Any:
    """A catalogue of three models, the first of which is active."""
    mongo = Mongo(site.deployment.nodes.mongodb_url, database=site.database_name("routing"))
    made = ModelStore(mongo)
    await made.prepare()
    for hours, version in enumerate(("first", "second", "third")):
        await made.add(entry(version, version.encode(), hours=hours), version.encode())
    turn = Turn(what="activate", version="first", by="system:schedule", at=AT)
    await made.choose(lambda choice: choice.activated_with("first", turn))
    yield made
    await mongo.close()


async def test_an_administrator_activates_shadows_and_rolls_back_once_for_each_key(
    site: Site, store: ModelStore
) -> None:
    routing = await site.start("routing")
    await post(site, routing, "/models/second/activate", key="1")
    await post(site, routing, "/models/third/shadow", key="2")
    await post(site, routing, "/models/second/activate", key="3")
    for _ in range(2):
        shown = await post(site, routing, "/models/rollback", key="4")
    assert (shown["active"], shown["previous"], shown["shadow"]) == ("first", None, "third")
    assert shown["off"] == "KARTICA_LEARNING is false"
    assert [(turn["what"], turn["version"], turn["by"]) for turn in shown["turns"]] == [
        ("rollback", "first", "admin:mia"),
        ("shadow", "third", "admin:mia"),
        ("activate", "second", "admin:mia"),
        ("activate", "first", "system:schedule"),
    ]
    states = {model["version"]: model["state"] for model in shown["models"]}
    assert states == {"first": "active", "second": "retired", "third": "shadow"}

    headers = {**site.bearer("admin"), "Idempotency-Key": "5"}
    nothing = await routing.client.post("/models/rollback", headers=headers)
    unknown = await routing.client.post("/models/fourth/activate", headers=headers)
    agent = await routing.client.post("/models/rollback", headers={**headers, **site.bearer("supervisor")})
    assert [answer.status_code for answer in (nothing, unknown, agent)] == [409, 404, 403]


async def test_replicas_that_choose_at_the_same_moment_lose_no_turn(store: ModelStore) -> None:
    turns = [Turn(what="activate", version=f"v{number}", by="x", at=AT) for number in range(5)]
    await asyncio.gather(
        *(store.choose(lambda choice, turn=turn: choice.activated_with(str(turn.version), turn)) for turn in turns)
    )
    choice = await store.choice()
    assert len(choice.turns) == 6
    assert {choice.active, *choice.activated} == {"first", "v0", "v1", "v2", "v3", "v4"}


async def test_one_replica_at_a_time_trains_and_what_a_dead_one_had_begun_is_done_again(store: ModelStore) -> None:
    now = [AT + timedelta(days=30)]
    done: list[str] = []

    class Counting:
        async def carry_out(self, training: Training) -> Training:
            done.append(training.origin)
            await asyncio.sleep(0)
            await store.end(training.id, state="done", at=now[0], result="", model=None)
            return training

    replicas = [
        Schedule(store, cast(Trainer, Counting()), learning=Learning(), trained=lambda: None, clock=lambda: now[0])
        for _ in range(3)
    ]
    await store.ask(Training("1", "history", asked_by="x", asked_at=AT))
    assert await store.hold(LEASE, "a dead replica", now=now[0], lasts=timedelta(seconds=60))
    await asyncio.gather(*(replica.carry_out_one() for replica in replicas))
    assert done == []
    now[0] += timedelta(seconds=61)
    await asyncio.gather(*(replica.carry_out_one() for replica in replicas))
    assert done == ["history"]

    await asyncio.gather(*(replica.ask_for_what_is_due() for replica in replicas))
    for replica in replicas:
        await replica.carry_out_one()
    assert done == ["history", "history"]
    await replicas[0].ask_for_what_is_due()
    assert await store.waiting() is None


async def test_a_training_that_kills_whoever_carries_it_out_is_given_up(store: ModelStore) -> None:
    class Dies:
        async def carry_out(self, training: Training) -> Training:
            raise SystemExit

    schedule = Schedule(store, cast(Trainer, Dies()), learning=Learning(), trained=lambda: None, clock=lambda: AT)
    await store.ask(Training("1", "history", asked_by="x", asked_at=AT))
    for _ in range(3):
        with pytest.raises(SystemExit):
            await schedule.carry_out_one()
    ended = await schedule.carry_out_one()
    assert ended is not None
    assert (ended.state, ended.result[:21]) == ("failed", "it was begun 3 times ")


async def test_old_models_go_with_their_files_and_those_in_use_stay(store: ModelStore) -> None:
    trainer = Trainer(store, own=_nothing, starter=_nothing, learning=Learning(keep_models=3), clock=lambda: AT)
    for hours, version in enumerate(("fourth", "fifth"), start=3):
        await store.add(entry(version, version.encode(), hours=hours), version.encode())
    second = await store.entry("second")
    await trainer.remove_old()
    assert {one.version for one in await store.entries()} == {"first", "third", "fourth", "fifth"}
    with pytest.raises(BrokenModel, match="is not in the database any more"):
        await store.content(second)
    assert await store.content(await store.entry("first")) == b"first"


async def test_the_command_line_shows_and_turns_and_trains(
    site: Site, store: ModelStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(site)
    given = {"AMQP_URL": "amqp://x", "MONGO_URL": site.deployment.nodes.mongodb_url, "JWT_KEY": "x" * 32}
    given |= {"DATABASE": site.database_name("routing"), "CONFIG_DIR": str(site.config_dir)}
    for name, value in given.items():
        monkeypatch.setenv(f"KARTICA_{name}", value)
    assert await models.run(argparse.Namespace(action="activate", version="second")) == 0
    assert await models.run(argparse.Namespace(action="rollback")) == 0
    said = capsys.readouterr().out
    assert "active: second; a rollback goes to: first" in said
    assert "billing                    40     96.0%    70.0%" in said
    assert (await store.choice()).active == "first"
    with pytest.raises(SystemExit, match=r"No such model: .*fourth"):
        await models.run(argparse.Namespace(action="shadow", version="fourth"))
    assert await train.run() == 1
    assert "refused: no model: there is nothing to learn from yet" in capsys.readouterr().out


async def test_labels_and_figures_are_found_by_index(site: Site, store: ModelStore) -> None:
    database = site.database("routing")
    await LessonStore(store.mongo, retention=timedelta(days=1)).prepare()
    await LessonStore(store.mongo, retention=timedelta(days=365)).prepare()  # what a changed setting does
    verdict = {"role": "active", "version": "first", "category": "billing", "decision": "applied"}
    rows = [{"label": "billing", "label_by": "person", "labelled_at": AT, "at": AT, "verdicts": [verdict]}] * 50
    await database[LESSONS].insert_many([{"_id": str(number), **row} for number, row in enumerate(rows)])
    find = {"find": LESSONS, "filter": labelled("person", "billing"), "sort": {"labelled_at": -1}, "limit": 10}
    count = {"aggregate": LESSONS, "pipeline": list(tallies_of("first")), "cursor": {}}
    for command in (find, count):
        plan = str(await database.command("explain", command, verbosity="queryPlanner"))
        assert "IXSCAN" in plan
        assert "COLLSCAN" not in plan
        assert "'stage': 'SORT'" not in plan


async def _nothing() -> Material:
    return Material(())
