"""Runs the demo; the exit status is 0 only when every step was seen to happen."""

import asyncio
import json
import secrets
import shutil
import sys
import time
from pathlib import Path

from deploy.local.demo.journey import Journey, StepFailed
from deploy.local.demo.view import View, report
from deploy.local.machine import LOCAL, ROOT, CannotRun, say
from deploy.local.nodes import shared_nodes
from deploy.local.stack import Stack, ports, running
from deploy.rabbitmq.topology import SERVICES

MOST_LINES = 12


async def demo() -> int:
    started = time.monotonic()
    view = View()
    name = f"demo-{secrets.token_hex(3)}"
    with shared_nodes() as nodes:
        say(f"RabbitMQ and MongoDB: {nodes.origin}")
        config = _configuration(LOCAL / f"{name}-config")
        # The rules decide the demo's tickets; no model is trained for a minute beside it.
        stack = Stack(
            name=name, nodes=nodes, config_dir=config, ports=ports(), settings={"routing": {"LEARNING": "false"}}
        )
        try:
            async with running(stack):
                say(f"five services ready after {time.monotonic() - started:.0f} s")
                with view.shown():
                    summary = await Journey(stack, view).run()
        except StepFailed as failed:
            view.console.print(f"[red]✗ {failed.step}[/red]\n  {failed}")
            print("\n".join(lines_that_matter(stack)), file=sys.stderr)
            print(f"Logs and mails: {stack.folder}", file=sys.stderr)
            return 1
        finally:
            shutil.rmtree(stack.config_dir, ignore_errors=True)
        shutil.rmtree(stack.folder, ignore_errors=True)
    view.console.print(report(summary))
    view.console.print(f"Every step was seen to happen, in {time.monotonic() - started:.0f} s.")
    return 0


def _configuration(folder: Path) -> Path:
    """The example company, with a policy under which one ticket is overdue after seconds."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "config", folder)
    sla = folder / "sla.yaml"
    policy = Path(__file__).with_name("policy.yaml").read_text("utf-8")
    sla.write_text(sla.read_text("utf-8").replace("\npolicies:\n", f"\npolicies:\n{policy}\n", 1), "utf-8")
    return folder


def lines_that_matter(stack: Stack) -> list[str]:
    """The last warnings and errors of each service."""
    found = []
    for service in SERVICES:
        path = stack.log(service)
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        found += [f"{service}: {line}" for line in lines if _matters(line)][-MOST_LINES:]
    return found or ["no service logged a warning"]


def _matters(line: str) -> bool:
    try:
        return json.loads(line).get("level") not in ("debug", "info")
    except (ValueError, AttributeError):
        return True  # not one of our lines: a traceback


def main() -> None:
    try:
        sys.exit(asyncio.run(demo()))
    except CannotRun as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
