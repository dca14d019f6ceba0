"""The five services as processes of this machine, with a mail sink and a stand-in for the SMS provider."""

import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from pymongo import MongoClient

from deploy.local import sms_provider
from deploy.local.addresses import Nodes
from deploy.local.machine import LOCAL, ROOT, CannotRun, free_port
from deploy.local.mail_sink import MailSink
from deploy.rabbitmq.load import ManagementApi
from deploy.rabbitmq.topology import SERVICES
from shared import auth

READY_SECONDS = 60.0
STOP_SECONDS = 40.0
ACCOUNT_SID = "AC" + "0" * 32
SMS_FROM = "+38640100000"
WHATSAPP_ACCOUNT = "support"


@dataclass(slots=True)
class Stack:
    """One running Kartica. `name` is its virtual host, the prefix of its databases and its folder in .local/."""

    name: str
    nodes: Nodes
    config_dir: Path
    ports: dict[str, int]
    passwords: dict[str, str] = field(default_factory=dict)
    jwt_key: str = field(default_factory=lambda: secrets.token_hex(32))
    reply_keys: str = field(default_factory=lambda: f"a:{secrets.token_hex(16)}")
    whatsapp_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    whatsapp_verify_token: str = field(default_factory=lambda: secrets.token_hex(8))
    sms_token: str = field(default_factory=lambda: secrets.token_hex(16))
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    mail: MailSink = field(init=False)

    def __post_init__(self) -> None:
        self.passwords = {user: secrets.token_hex(12) for user in (*SERVICES, "integrator", "operator")}
        self.mail = MailSink(self.folder / "mail", port=self.ports.get("sink", 0))

    @property
    def folder(self) -> Path:
        return LOCAL / self.name

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    @property
    def sms_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['sms']}"

    def amqp_url(self, user: str) -> str:
        host = self.nodes.rabbitmq.amqp_url.rpartition("@")[2]
        return f"amqp://{self.name}.{user}:{self.passwords[user]}@{host}/{self.name}"

    def database(self, service: str) -> str:
        return f"{self.name}-{service}"

    def token(self, *roles: auth.Role, subject: str) -> str:
        return auth.issue(self.jwt_key, subject=subject, roles=list(roles))

    def environment(self, service: str) -> dict[str, str]:
        """The settings of a service; it inherits nothing of Kartica's from this process."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KARTICA_")}
        given = {
            "AMQP_URL": self.amqp_url(service),
            "MONGO_URL": self.nodes.mongodb_url,
            "DATABASE": self.database(service),
            "HTTP_PORT": str(self.ports[service]),
            "PUBLIC_URL": self.url("ingest"),
            "CONFIG_DIR": str(self.config_dir),
            "JWT_KEY": self.jwt_key,
            **self._settings_of(service),
            **self.settings.get(service, {}),
        }
        return {**inherited, "PYTHONUNBUFFERED": "1", **{f"KARTICA_{name}": value for name, value in given.items()}}

    def _settings_of(self, service: str) -> dict[str, str]:
        if service == "ingest":
            whatsapp = {"app_secret": self.whatsapp_secret, "verify_token": self.whatsapp_verify_token}
            return {
                "REPLY_KEYS": self.reply_keys,
                "SMTP_PORT": str(self.ports["smtp"]),
                "CHANNEL_SECRETS": json.dumps({"whatsapp": {WHATSAPP_ACCOUNT: whatsapp}}),
            }
        if service == "notify":
            return {
                "REPLY_KEYS": self.reply_keys,
                "RELAY_HOST": "127.0.0.1",
                "RELAY_PORT": str(self.mail.port),
                "TWILIO_URL": self.sms_url,
                "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
                "TWILIO_AUTH_TOKEN": self.sms_token,
                "TWILIO_FROM": SMS_FROM,
            }
        return {}

    async def start(self, service: str) -> None:
        """Starts one service as a process; its log goes to <folder>/log/<service>.jsonl."""
        log = self.log(service)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self.processes[service] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                f"services.{service}",
                cwd=ROOT,
                env=self.environment(service),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C reaches this process only, which then stops them in order.
                start_new_session=True,
            )

    def log(self, service: str) -> Path:
        return self.folder / "log" / f"{service}.jsonl"

    async def ready(self) -> None:
        """Waits until every service says that it is; `CannotRun` with its last words when one ends."""
        deadline = asyncio.get_running_loop().time() + READY_SECONDS
        async with httpx.AsyncClient(timeout=3) as client:
            for service in SERVICES:
                while not await self._is_ready(client, service):
                    if self.processes[service].returncode is not None:
                        raise CannotRun(f"{service} ended: {self.last_words(service)}")
                    if asyncio.get_running_loop().time() > deadline:
                        raise CannotRun(f"{service} is not ready: {self.last_words(service)}")
                    await asyncio.sleep(0.1)

    async def _is_ready(self, client: httpx.AsyncClient, service: str) -> bool:
        try:
            return (await client.get(f"{self.url(service)}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    def last_words(self, service: str, *, lines: int = 5) -> str:
        text = self.log(service).read_text(errors="replace") if self.log(service).exists() else ""
        return "\n".join(text.strip().splitlines()[-lines:]) or "it said nothing"

    async def stop(self, service: str, *, kill: bool = False) -> int:
        """Ends a service: SIGTERM and time to drain, or SIGKILL; its exit status."""
        process = self.processes.pop(service)
        if process.returncode is None:
            process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        try:
            return await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            return await process.wait()

    def remove_data(self) -> None:
        """Deletes the virtual host, its users and the databases."""
        ManagementApi(self.nodes.rabbitmq.api_url).remove(vhost=self.name, user_prefix=f"{self.name}.")
        client: Any = MongoClient(self.nodes.mongodb_url)
        for service in SERVICES:
            client.drop_database(self.database(service))
        client.close()


def ports() -> dict[str, int]:
    """Free ports for everything that a stack listens on."""
    return {name: free_port() for name in (*SERVICES, "smtp", "sms", "sink")}


def require_free(ports: Mapping[str, int]) -> None:
    """`CannotRun` when something listens on one of the ports already."""
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CannotRun(
                    f"Port {port}, for {name}, is taken. If Kartica is up already, `make down` stops it;"
                    f" otherwise end what listens there (ss -ltnp 'sport = :{port}')."
                ) from error


@asynccontextmanager
async def running(stack: Stack) -> AsyncIterator[Stack]:
    """The stack, ready; afterwards its services are drained and its data is gone."""
    # First of all: a second stack of this name would take the folder and the passwords of the one that runs.
    require_free(stack.ports)
    shutil.rmtree(stack.folder, ignore_errors=True)
    stack.folder.mkdir(parents=True)
    api = ManagementApi(stack.nodes.rabbitmq.api_url)
    await asyncio.to_thread(api.load, vhost=stack.name, passwords=stack.passwords, user_prefix=f"{stack.name}.")
    await stack.mail.start()
    provider = _sms_provider(stack)
    try:
        await asyncio.gather(*(stack.start(service) for service in SERVICES))
        await stack.ready()
        yield stack
    finally:
        await asyncio.gather(*(stack.stop(service) for service in list(stack.processes)))
        provider.should_exit = True
        await stack.mail.stop()
        await asyncio.to_thread(stack.remove_data)


def _sms_provider(stack: Stack) -> uvicorn.Server:
    app = sms_provider.create_app(account_sid=ACCOUNT_SID, auth_token=stack.sms_token)
    config = uvicorn.Config(app, host="127.0.0.1", port=stack.ports["sms"], log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, daemon=True).start()
    return server
