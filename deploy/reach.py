"""Where a service of a running Kartica answers, and with which token: of `make up` here, or as one is told."""

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.local.machine import LOCAL

STACK = LOCAL / "up" / "stack.json"


@dataclass(frozen=True, slots=True)
class Reach:
    """An address of a service, and the bearer token to use there."""

    url: str
    token: str

    def ask(self, method: str, path: str, *, timeout: float = 30, **more: Any) -> Any:
        """The JSON that comes back; ends the program with the problem's detail when it is refused."""
        headers = {"authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        try:
            answer = httpx.request(method, f"{self.url}{path}", headers=headers, timeout=timeout, **more)
        except httpx.HTTPError as error:
            sys.exit(f"{self.url} does not answer: {type(error).__name__}. Is it the right address?")
        if answer.is_success:
            return answer.json()
        raise SystemExit(_problem(answer))


def options(parser: ArgumentParser) -> None:
    """The two options that every program here has."""
    parser.add_argument("--url", default=os.environ.get("KARTICA_ROUTING_URL"), help="of routing; else that of make up")
    parser.add_argument("--token", default=os.environ.get("KARTICA_TOKEN"), help="a bearer token; else that of make up")


def given(arguments: Namespace) -> Reach:
    """As the options or the environment say, else what `make up` runs here."""
    if arguments.url and arguments.token:
        return Reach(arguments.url.rstrip("/"), arguments.token)
    if arguments.url or arguments.token or not STACK.exists():
        sys.exit("Give --url and --token (or KARTICA_ROUTING_URL and KARTICA_TOKEN), or run `make up` first.")
    stack = json.loads(STACK.read_text())
    return Reach(stack["routing_url"], stack["token"])


def _problem(answer: httpx.Response) -> str:
    try:
        said = answer.json()
        return f"{said['title']}: {said['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.request.url} answers {answer.status_code}: {answer.text[:500]}"
