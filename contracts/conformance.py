"""Tries out another system's consumer: repeats, any order, unknown fields, an unknown type.

    python -m contracts.conformance --amqp URL --queue integrator.orders [--seed N]

The consumer must be running. Exit status 0 when it took everything and is still there.
"""

import argparse
import asyncio
import json
import random
import sys
from pathlib import Path
from typing import Any

import aio_pika

from contracts.generate import FOLDER
from shared.envelope import CONTENT_TYPE
from shared.ids import derived_id

PATIENCE = 30.0
QUIET_LOOKS = 10
"""Looks in a row, 0.2 s apart, at an empty queue whose consumer is still there."""
EXCHANGE = "integrator.conformance"
"""Of its own, and gone afterwards: the user integrator has no right on the default exchange."""


def messages(*, seed: int) -> list[dict[str, Any]]:
    """What the consumer is sent: every example, twice, shuffled, with the oddities of real life."""
    chance = random.Random(seed)
    examples = [json.loads(path.read_text("utf-8")) for path in sorted(Path(FOLDER, "examples").glob("*.json"))]
    newer = [{**example, "id": derived_id("newer", example["id"]), "addedlater": "unknown"} for example in examples]
    for event in newer:
        event["data"] = {**event["data"], "added_later": {"unknown": True}}
    unknown = {**examples[0], "id": derived_id("unknown type"), "type": "ticket.opened.v99", "data": {}}
    sent = [*examples, *examples, *newer, unknown]
    chance.shuffle(sent)
    return sent


async def run(*, url: str, queue: str, seed: int) -> list[str]:
    """What the consumer did wrong; an empty list when it holds."""
    async with await aio_pika.connect(url, timeout=10) as connection:
        channel = await connection.channel()
        declared = await channel.declare_queue(queue, passive=True)
        if not declared.declaration_result.consumer_count:
            return [f"nobody consumes {queue}: start the consumer first"]
        exchange = await channel.declare_exchange(EXCHANGE, auto_delete=True)
        await (await channel.get_queue(queue)).bind(exchange, routing_key=queue)
        for event in messages(seed=seed):
            message = aio_pika.Message(
                json.dumps(event).encode(),
                content_type=CONTENT_TYPE,
                delivery_mode=2,
                message_id=event["id"],
                type=event["type"],
            )
            await exchange.publish(message, routing_key=queue)
        deadline = asyncio.get_running_loop().time() + PATIENCE
        empty = 0
        while empty < QUIET_LOOKS:
            declared = await channel.declare_queue(queue, passive=True)
            result = declared.declaration_result
            if not result.consumer_count:
                return ["the consumer went away: it must survive what it does not know"]
            # What it has not acknowledged yet is not counted; it comes back when the consumer goes.
            empty = 0 if result.message_count else empty + 1
            if result.message_count and asyncio.get_running_loop().time() > deadline:
                return [f"{result.message_count} messages still wait after {PATIENCE:.0f} s"]
            await asyncio.sleep(0.2)
        await exchange.delete()
    return []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--amqp", required=True)
    parser.add_argument("--queue", required=True)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    wrong = asyncio.run(run(url=given.amqp, queue=given.queue, seed=given.seed))
    if wrong:
        sys.exit("\n".join(wrong))
    ids = sorted({event["id"] for event in messages(seed=given.seed)})
    print(f"{given.queue} took everything. Each of these must have had its effect once:\n  " + "\n  ".join(ids))


if __name__ == "__main__":
    main()
