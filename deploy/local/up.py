"""`make up`: the whole of Kartica on this machine until `make down` or Ctrl-C, with every address printed."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping

from rich.console import Console
from rich.panel import Panel

from deploy.local.machine import ROOT, CannotRun
from deploy.local.nodes import shared_nodes
from deploy.local.stack import WHATSAPP_ACCOUNT, Stack, require_free, running
from deploy.rabbitmq.topology import SERVICES

NAME = "up"
PORTS = {
    "ingest": 8101,
    "routing": 8102,
    "sla": 8103,
    "notify": 8104,
    "reporting": 8105,
    "smtp": 2525,
    "sms": 8190,
    "sink": 2526,
}

WEBHOOK = json.dumps(
    {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "1",
                "changes": [
                    {
                        "field": "messages",
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {"phone_number_id": "1"},
                            "contacts": [{"wa_id": "38640111222", "profile": {"name": "Iva"}}],
                            "messages": [
                                {
                                    "id": "wamid.1",
                                    "from": "38640111222",
                                    "timestamp": "1795305226",
                                    "type": "text",
                                    "text": {"body": "My lamp is dark"},
                                }
                            ],
                        },
                    }
                ],
            }
        ],
    }
)
"""A message as Meta sends it."""


def addresses(stack: Stack) -> str:
    """What a person needs to try it out."""
    token = stack.token("agent", "supervisor", "admin", "system", subject="agent:ana")
    ingest, reporting = stack.url("ingest"), stack.url("reporting")
    services = "\n".join(f"  {name:10} {stack.url(name)}/docs   /readyz  /metrics  /asyncapi" for name in SERVICES)
    return f"""\
RabbitMQ   {stack.nodes.rabbitmq.api_url.replace("/api", "")} (virtual host {stack.name})
MongoDB    {stack.nodes.mongodb_url} (databases {stack.name}-<service>)
{services}

A form     {ingest}/forms/contact in a browser
A mail     printf 'From: iva@example.org\\nSubject: My lamp is dark\\n\\nIt does not light up.\\n' | \\
               curl -s smtp://127.0.0.1:{stack.ports["smtp"]} --mail-from iva@example.org \\
                 --mail-rcpt support@svetilka.example --upload-file -
A message  curl -s {ingest}/messages -H 'Authorization: Bearer '$TOKEN -H 'Idempotency-Key: 1' \\
             -H 'Content-Type: application/json' -d '{{"sender": {{"email": "iva@example.org"}}, "text": "Hello"}}'
A webhook  BODY='{WEBHOOK}'
           SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac {stack.whatsapp_secret} | sed 's/.* //')
           curl -s {ingest}/webhooks/whatsapp/{WHATSAPP_ACCOUNT} -H "X-Hub-Signature-256: sha256=$SIGNATURE" -d "$BODY"
Tickets    curl -s {reporting}/tickets -H 'Authorization: Bearer '$TOKEN
Sent mail  {stack.folder.relative_to(ROOT)}/mail/*.eml        Sent SMS  {stack.sms_url}/sent
Logs       {stack.folder.relative_to(ROOT)}/log/*.jsonl

TOKEN={token}"""


def _reach(stack: Stack) -> Mapping[str, str]:
    """How `make dead`, `make explain` and `make dry-run` get in."""
    token = stack.token("supervisor", "admin", subject="agent:ana")
    return {"operator_url": stack.amqp_url("operator"), "routing_url": stack.url("routing"), "token": token}


def given() -> Mapping[str, Mapping[str, str]]:
    """What the caller's environment says of providers: `KARTICA_CHANNEL_SECRETS` and its like, `KARTICA_PUBLIC_URL`.

    The secrets of channels take the place of those with which `make up` shows a WhatsApp message.
    """
    ours = {name.removeprefix("KARTICA_"): value for name, value in os.environ.items() if name.startswith("KARTICA_")}
    everyones = {name: value for name, value in ours.items() if name == "PUBLIC_URL"}
    secrets = {name: value for name, value in ours.items() if name.endswith("_SECRETS")}
    return {service: {**everyones, **(secrets if service == "ingest" else {})} for service in SERVICES}


async def serve() -> None:
    """Until it is told to stop; `CannotRun` when one of the services ended by itself."""
    failure: str | None = None
    require_free(PORTS)  # before a broker is started for nothing
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    with shared_nodes() as nodes:
        config = ROOT / os.environ.get("CONFIG", "config")
        stack = Stack(name=NAME, nodes=nodes, config_dir=config, ports=PORTS, settings=given())
        async with running(stack):
            state = stack.folder / "stack.json"
            state.touch(mode=0o600)
            services = {name: process.pid for name, process in stack.processes.items()}
            state.write_text(json.dumps({"pid": os.getpid(), "services": services, **_reach(stack)}))
            Console(soft_wrap=True).print(Panel.fit("Kartica is up. `make down` or Ctrl-C stops it."))
            print(addresses(stack), flush=True)
            ended = asyncio.create_task(_one_ended(stack))
            await asyncio.wait({ended, asyncio.create_task(stopped.wait())}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                gone = ended.result()
                status = stack.processes[gone].returncode
                why = f"was killed by signal {-status}" if status is not None and status < 0 else f"ended with {status}"
                failure = f"{gone} {why}; all is stopped. What it said last:\n{stack.last_words(gone)}"
    (stack.folder / "stack.json").unlink(missing_ok=True)
    if failure:
        raise CannotRun(failure)


async def _one_ended(stack: Stack) -> str:
    waiting = {asyncio.create_task(process.wait()): name for name, process in stack.processes.items()}
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    return waiting[done.pop()]


def main() -> None:
    try:
        asyncio.run(serve())
    except CannotRun as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
