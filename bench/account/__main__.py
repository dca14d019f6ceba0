"""`make account`: sends inputs of all kinds while replicas of ingest and the broker are killed, then does the sums."""

import asyncio
import base64
import json
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from bench.account.books import Books
from bench.account.inputs import inputs
from bench.account.replicas import Replicas
from bench.account.senders import Senders
from deploy.local.machine import CannotRun
from deploy.local.nodes import PrivateNodes, private_nodes
from deploy.local.stack import Stack, ports
from deploy.rabbitmq.load import ManagementApi

CONFIG = Path(__file__).parents[2] / "config"
AT_A_TIME = 40
KILL_EVERY = 4.0
"""Seconds between two deaths, on average."""
BROKER_EVERY = 5
"""Every fifth death is the broker's."""
SETTLED_WITHIN = 600.0


async def account(count: int, private: PrivateNodes, config: Path, *, seed: int) -> dict[str, Any]:
    """Sends `count` different inputs; the sums, once everything has its outcome."""
    chance = Random(seed)
    words = {
        "whatsapp": secrets.token_hex(16),
        "telegram": secrets.token_hex(16),
        "signed": f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}",
    }
    async with _stack(private, config, words) as (stack, replicas):
        senders = Senders(stack, replicas.ports, secrets=words, at_a_time=AT_A_TIME)
        all_sent = list(inputs(count, chance))
        begun = time.monotonic()
        killing = asyncio.create_task(_kill(replicas, private, chance))
        await asyncio.gather(*(senders.send(one) for one in all_sent))
        accepted = time.monotonic() - begun
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
        await replicas.ready()
        books = Books(stack)
        await _settled(books)
        await senders.close()
        figures = await asyncio.to_thread(books.balance, all_sent)
        return {
            **figures,
            "sent": len(all_sent),
            "attempts": senders.attempts,
            "kills": replicas.deaths,
            "broker_kills": replicas.broker_deaths,
            "seconds_to_accept": round(accepted, 1),
            "seconds": round(time.monotonic() - begun, 1),
            "seed": seed,
        }


async def _kill(replicas: Replicas, private: PrivateNodes, chance: Random) -> None:
    for death in range(1, 1_000_000):
        await asyncio.sleep(chance.uniform(0.5, 1.5) * KILL_EVERY)
        if death % BROKER_EVERY == 0:
            await asyncio.shield(asyncio.to_thread(private.kill_broker))
            replicas.broker_deaths += 1
        else:
            await asyncio.shield(replicas.kill(chance.randrange(len(replicas.ports))))


async def _settled(books: Books) -> None:
    deadline = time.monotonic() + SETTLED_WITHIN
    while time.monotonic() < deadline:
        if await asyncio.to_thread(books.waiting) == 0:
            return
        await asyncio.sleep(0.5)


@asynccontextmanager
async def _stack(private: PrivateNodes, config: Path, words: dict[str, str]) -> AsyncIterator[tuple[Stack, Replicas]]:
    given = {
        "whatsapp": {"support": {"app_secret": words["whatsapp"], "verify_token": secrets.token_hex(8)}},
        "telegram": {"support": {"secret_token": words["telegram"]}},
        "signed": {"forum": {"secret": words["signed"]}},
    }
    settings = {"INBOX_LEASE_SECONDS": "5", "CHANNEL_SECRETS": json.dumps(given), "LOG_LEVEL": "WARNING"}
    stack = Stack(
        name=f"account-{secrets.token_hex(3)}",
        nodes=private.nodes,
        config_dir=config,
        ports=ports(),
        # Training the starter model would take a core for a minute.
        settings={"ingest": settings, "routing": {"LEARNING": "false"}},
    )
    shutil.rmtree(stack.folder, ignore_errors=True)
    stack.folder.mkdir(parents=True)
    api = ManagementApi(stack.nodes.rabbitmq.api_url)
    await asyncio.to_thread(api.load, vhost=stack.name, passwords=stack.passwords, user_prefix=f"{stack.name}.")
    replicas = Replicas(stack, count=2)
    try:
        await replicas.start()
        yield stack, replicas
    finally:
        await replicas.stop()
        await asyncio.to_thread(stack.remove_data)
        shutil.rmtree(stack.folder, ignore_errors=True)


def roomy(folder: Path) -> Path:
    """The example company's configuration, with forms that take any number from one address."""
    config: Path = shutil.copytree(CONFIG, folder / "config")
    channels = config / "channels.yaml"
    text = channels.read_text("utf-8")
    for section in ("telegram:\n  support: {}\n", "signed:\n  forum: {}\n"):
        name = section.partition(":")[0]
        text = text if re.search(rf"^{name}:", text, re.MULTILINE) else f"{text}\n{section}"
    text = re.sub(r"(per_address|per_email): \{[^}]*\}", r"\1: { burst: 10000, per_minute: 60000 }", text)
    channels.write_text(text, "utf-8")
    return config


def main() -> int:
    """Prints the sums as JSON; 1 when they could not be done."""
    count = int(os.environ.get("KARTICA_ACCOUNT_INPUTS", "10000"))
    seed = int(os.environ.get("KARTICA_ACCOUNT_SEED", secrets.randbits(32)))
    try:
        with TemporaryDirectory() as name, private_nodes(Path(name) / "nodes") as private:
            print(f"{count} inputs, seed {seed}", flush=True)
            figures = asyncio.run(account(count, private, roomy(Path(name)), seed=seed))
    except CannotRun as reason:
        print(f"The account could not be done: {reason}", file=sys.stderr)
        return 1
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
