"""Where the broker and the database of this machine are."""

from dataclasses import dataclass

from deploy.local.rabbitmq import RabbitMq


@dataclass(frozen=True, slots=True)
class Nodes:
    """A broker and a database, and where they come from."""

    rabbitmq: RabbitMq
    mongodb_url: str
    origin: str
