"""Brings the topology onto a running broker through its management API, and takes it away again."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from deploy.rabbitmq.render import render


class ManagementApi:
    """The few calls that Kartica needs of RabbitMQ's management API; `url` carries user and password."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        host = f"{parts.hostname}:{parts.port or 15672}"
        self._base = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
        credentials = f"{parts.username or 'guest'}:{parts.password or 'guest'}"
        self._authorization = "Basic " + base64.b64encode(credentials.encode()).decode()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON, or None; `urllib.error.HTTPError` where the broker refuses."""
        request = urllib.request.Request(
            f"{self._base}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": self._authorization, "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = response.read()
        return json.loads(answer) if answer else None

    def answers(self) -> bool:
        try:
            self.call("GET", "overview")
        except OSError:
            return False
        return True

    def load(self, *, vhost: str, passwords: Mapping[str, str], user_prefix: str = "") -> None:
        """Imports the definitions into `vhost`, making it and the users; safe to repeat."""
        self.call("POST", "definitions", render(passwords=passwords, vhost=vhost, user_prefix=user_prefix))

    def remove(self, *, vhost: str, user_prefix: str) -> None:
        """Deletes the virtual host and, if they have a prefix of their own, its users."""
        paths = [f"vhosts/{quote(vhost, safe='')}"]
        if user_prefix:
            users = [user["name"] for user in self.call("GET", "users")]
            paths += [f"users/{quote(name, safe='')}" for name in users if name.startswith(user_prefix)]
        for path in paths:
            try:
                self.call("DELETE", path)
            except urllib.error.HTTPError as error:
                if error.code != 404:
                    raise
