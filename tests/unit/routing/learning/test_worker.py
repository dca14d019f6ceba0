"""The process that classifies may crash, hang or refuse a model; the service has an answer or an `Unavailable`."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.routing.learning.answering.worker import BATCH, Unavailable, Worker
from services.routing.learning.model.verdicts import BrokenModel, Prediction
from services.routing.processes.confined import module

COMMAND = module("tests.unit.routing.learning.odd_process")


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    made = Worker(command=COMMAND, hangs_after=2.0, back_off=(0.0,))
    yield made
    await made.stop()


async def loaded_again(worker: Worker, version: str) -> None:
    """The back-off is nothing here, but that the process ended may not have been noticed yet."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await worker.load(version, version.encode())
            except Unavailable:
                await asyncio.sleep(0.01)


async def test_each_model_answers_and_what_comes_together_is_one_batch(worker: Worker) -> None:
    await worker.load("v1", b"billing")
    await worker.load("v2", b"technical")
    answers = await asyncio.gather(*(worker.ask(f"message {number}") for number in range(BATCH)))
    said = answers[-1]["v1"]
    assert isinstance(said, Prediction)
    assert (said.category, said.probability) == ("billing", BATCH / 100)
    assert said.ranked == (("billing", 0.9), ("other", 0.1))
    assert {type(answer["v2"]) for answer in answers} == {Prediction}
    await worker.drop("v2")
    assert set(await worker.ask("again")) == {"v1"}


async def test_a_broken_model_is_said_to_be_one_and_the_others_go_on(worker: Worker) -> None:
    await worker.load("v1", b"billing")
    with pytest.raises(BrokenModel, match="the file is damaged"):
        await worker.load("v2", b"broken")
    with pytest.raises(BrokenModel, match="a library is missing"):
        await worker.load("v3", b"missing")
    assert set(await worker.ask("hello")) == {"v1"}


async def test_a_model_that_fails_is_named_without_the_customers_words(worker: Worker) -> None:
    await worker.load("v1", b"billing")
    await worker.load("v2", b"weak")
    answers = await worker.ask("fail")
    assert isinstance(answers["v1"], Prediction)
    assert answers["v2"] == "ValueError while it classified"


async def test_a_crash_is_answered_at_once_and_a_new_process_takes_over(worker: Worker) -> None:
    await worker.load("v1", b"billing")
    with pytest.raises(Unavailable, match="has ended"):
        await worker.ask("crash")
    await loaded_again(worker, "v1")
    assert isinstance((await worker.ask("hello"))["v1"], Prediction)
    assert worker.restarts == 1


async def test_after_a_crash_a_new_process_is_not_started_before_its_time() -> None:
    ended = asyncio.Event()
    worker = Worker(command=COMMAND, back_off=(30.0,), ended=ended.set)
    await worker.load("v1", b"billing")
    with pytest.raises(Unavailable):
        await worker.ask("crash")
    await asyncio.wait_for(ended.wait(), 10)
    assert worker.loaded == set()
    assert 25 < worker.pause <= 30
    with pytest.raises(Unavailable, match="tried again in"):
        await worker.load("v1", b"billing")
    await worker.stop()


async def test_a_process_that_hangs_is_ended_and_nobody_waits_for_it() -> None:
    worker = Worker(command=COMMAND, hangs_after=0.1, back_off=(0.0,))
    await worker.load("v1", b"billing")
    with pytest.raises(Unavailable, match=r"within 0.1 seconds"):
        await worker.ask("hang")
    await loaded_again(worker, "v1")
    await worker.stop()


async def test_whoever_gave_up_waiting_does_not_disturb_the_others(worker: Worker) -> None:
    await worker.load("v1", b"billing")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await worker.ask("too late")
    assert isinstance((await worker.ask("in time"))["v1"], Prediction)


async def test_without_a_model_nothing_is_asked_and_no_process_is_started(worker: Worker) -> None:
    with pytest.raises(Unavailable, match="no model is loaded"):
        await worker.ask("hello")
    assert worker.pid is None
