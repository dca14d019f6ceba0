"""Asks a running reporting service, and waits for what it ought to know."""

import secrets
from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any

import httpx

from shared.envelope import Event
from tests.site import Running, Site


def fresh(name: str) -> str:
    """A name that no other test uses: the history stream keeps the events of all tests of a run."""
    letters = "".join(secrets.choice(ascii_lowercase) for _ in range(8))
    return f"{name}_{letters}"


class Reader:
    """Speaks to reporting as an agent does."""

    def __init__(self, site: Site, running: Running) -> None:
        self.site = site
        self.running = running
        self._headers = site.bearer("agent")

    async def ask(self, path: str, **query: Any) -> httpx.Response:
        return await self.running.client.get(path, params=query, headers=self._headers)

    async def answer(self, path: str, **query: Any) -> Any:
        response = await self.ask(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    async def numbers(self, **query: Any) -> list[str]:
        return [ticket["number"] for ticket in (await self.answer("/tickets", **query))["tickets"]]

    async def metric(self, name: str) -> float:
        """The value of the only sample with this name."""
        text = (await self.running.client.get("/metrics")).text
        (line,) = [line for line in text.splitlines() if line.startswith(f"{name} ")]
        return float(line.rpartition(" ")[2])

    async def has(self, events: Sequence[Event]) -> None:
        """Waits until every one of these events is kept."""
        ids = [event.id for event in events]
        kept = self.site.database("reporting")["events"]

        async def all_there() -> bool:
            return bool(await kept.count_documents({"_id": {"$in": ids}}) == len(set(ids)))

        await self.site.eventually(all_there, timeout=30, what="the events in reporting")

    async def passed(self, marker: Event) -> None:
        """Waits until reporting has read as far as `marker`, which is published now."""
        await self.site.publish(marker)
        await self.has([marker])


async def projections(site: Site) -> dict[str, list[dict[str, Any]]]:
    """Every row and every count, as they are stored."""
    database = site.database("reporting")
    return {name: await database[name].find({}).sort("_id", 1).to_list(None) for name in ("tickets", "counts")}
