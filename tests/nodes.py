"""RabbitMQ and MongoDB for a test run: testcontainers where a Docker engine answers, else private programs."""

import os
from typing import Any

from deploy.local import mongodb, rabbitmq
from deploy.local.addresses import Nodes
from deploy.local.containers import remove
from deploy.local.machine import wait_until
from deploy.local.rabbitmq import RabbitMq


def start_testcontainers() -> tuple[Nodes, list[dict[str, Any]]]:
    """Starts both; the nodes, and what is needed to end them when the last process of the run is done."""
    # The reaper is one more image to fetch; the last user of the nodes removes the containers itself.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from testcontainers.core.container import DockerContainer

    broker = DockerContainer(rabbitmq.IMAGE).with_exposed_ports(5672, 15672)
    database = (
        DockerContainer(mongodb.IMAGE)
        .with_exposed_ports(27017)
        .with_command(" ".join((*mongodb.ARGUMENTS, "--wiredTigerCacheSizeGB", "0.5")))
    )
    started: list[str] = []
    try:
        for container in (broker, database):
            container.start()
            started.append(container.get_wrapped_container().id)
        host = broker.get_container_host_ip()
        node = RabbitMq.on(
            host=host,
            amqp_port=int(broker.get_exposed_port(5672)),
            api_port=int(broker.get_exposed_port(15672)),
            user="guest",
            password="guest",
        )
        port = int(database.get_exposed_port(27017))
        mongodb.initiate(host, port, alive=lambda: True, log="docker logs", member="127.0.0.1:27017")
        wait_until(node.answers, seconds=rabbitmq.READY_SECONDS, what="RabbitMQ's container")
    except BaseException:
        for container_id in started:
            remove(container_id)
        raise
    parts = [{"kind": "container", "id": container_id} for container_id in started]
    return Nodes(node, mongodb.url(host, port), "testcontainers"), parts
