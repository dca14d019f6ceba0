"""What all tests share: the nodes of the run, one virtual host and one database prefix per worker."""

import logging
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog

from deploy.local.addresses import Nodes
from deploy.local.nodes import shared_nodes
from tests.nodes import start_testcontainers
from tests.site import Deployment, Site

ROOT = Path(__file__).parents[1]
# Of properties that name no number of their own: other examples in each run, and the run in minutes.
hypothesis.settings.register_profile("suite", max_examples=60)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def _only_warnings() -> None:
    """A failing test shows what went wrong, not every delivery."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


@pytest.fixture(scope="session")
def nodes() -> Iterator[Nodes]:
    """A RabbitMQ and a MongoDB, shared by all workers of the run."""
    with shared_nodes(in_containers=start_testcontainers) as running:
        yield running


@pytest.fixture(scope="session")
def deployment(nodes: Nodes) -> Iterator[Deployment]:
    """A virtual host with the whole topology and a database prefix; both are removed afterwards."""
    made = Deployment(nodes, name=f"test-{secrets.token_hex(4)}")
    made.create()
    try:
        yield made
    finally:
        made.remove()


@pytest.fixture
async def site(deployment: Deployment, tmp_path: Path) -> AsyncIterator[Site]:
    """An organisation of its own for one test: empty queues, empty databases, its own copy of config/."""
    made = Site(deployment, folder=tmp_path, config=ROOT / "config")
    await made.open()
    try:
        yield made
    finally:
        await made.close()
