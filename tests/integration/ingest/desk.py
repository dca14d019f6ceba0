"""What agents and customers do in the tests of whole tickets, over HTTP."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.site import Running, Site, command_key


@dataclass(frozen=True, slots=True)
class Desk:
    """A running ingest, asked as agents and other systems ask it."""

    site: Site
    ingest: Running

    async def wrote(self, text: str, *, thread: str = "t1", sender: str = "jo@buyer.example", **more: Any) -> Any:
        """A customer's message; what became of it."""
        body = {"sender": {"email": sender}, "text": text, "thread": thread, **more}
        answer = await self.post("/messages", body, role="system")
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def post(self, path: str, body: dict[str, Any], *, role: Any = "agent", key: str = "") -> httpx.Response:
        headers = {**self.site.bearer(role), "Idempotency-Key": key or command_key()}
        return await self.ingest.client.post(path, json=body, headers=headers)

    async def done(self, ticket: str, what: str, **body: Any) -> Any:
        """A command about a ticket that has to succeed."""
        answer = await self.post(f"/tickets/{ticket}/{what}", body)
        assert answer.is_success, answer.text
        return answer.json()

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.ingest.client.get(path, params=query, headers=self.site.bearer("agent"))
        assert answer.is_success, answer.text
        return answer.json()

    async def ticket(self, ticket: str) -> Any:
        return await self.get(f"/tickets/{ticket}")

    async def texts(self, ticket: str) -> list[str]:
        """The conversation that the ticket shows, without what moved away."""
        shown = await self.ticket(ticket)
        return [one["text"] for one in shown["messages"] if "moved_to" not in one]
