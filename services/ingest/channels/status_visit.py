"""Who comes with a link to a request, and the conversation that it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from services.ingest.channels.configuration import PageLanguage, StatusPage
from services.ingest.channels.form_visit import Clock
from services.ingest.channels.page_frame import language_of
from services.ingest.channels.status_links import SENDER, LinkMaker
from services.ingest.channels.status_pages import StatusPages
from services.ingest.channels.status_store import Conversation, StatusStore
from services.ingest.channels.status_view import StatusView, view

MAX_CHAIN = 5
"""Merges that a link follows."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody with a valid link: who they are, and the conversation that it leads to."""

    token: str
    recipient: str
    conversation: Conversation
    view: StatusView
    language: PageLanguage

    @property
    def base(self) -> str:
        """Where the page is."""
        return f"/status/{self.token}"

    @property
    def ticket(self) -> str:
        return str(self.conversation.ticket["_id"])


class Entrance:
    """Lets in who has a valid link."""

    def __init__(
        self,
        settings: StatusPage,
        store: StatusStore,
        links: LinkMaker,
        pages: StatusPages,
        *,
        agents: Mapping[str, str],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._store = store
        self._links = links
        self._pages = pages
        self._agents = agents
        self._clock = clock

    async def visit(self, token: str, request: Request) -> Visit | Response:
        """Who comes with this link, or the page that says why nobody does."""
        link = self._links.open(token)
        ticket = await self._store.ticket(link.ticket) if link else None
        if link is None or ticket is None:
            return self._pages.sorry("link_unknown", self.language(request, None), status=404)
        language = self.language(request, ticket)
        if link.until <= self._clock():
            return self._pages.sorry("link_over", language, status=410)
        recipient = self._links.recipient(link, (*ticket["participants"], SENDER + str(ticket.get("input", ""))))
        if recipient is None:
            return self._pages.sorry("link_unknown", language, status=404)
        ticket = await self._latest(ticket, recipient)
        merged = [one for one, people in (ticket.get("guests") or {}).items() if recipient in people]
        conversation = await self._store.conversation(ticket, also=merged)
        shown = view(conversation, recipient, agents=self._agents)
        return Visit(token, recipient, conversation, shown, language)

    async def _latest(self, ticket: Mapping[str, Any], recipient: str) -> Mapping[str, Any]:
        """The ticket that this one was merged into, for somebody whose address is proved; else the ticket itself.

        A link that was only shown after a form was sent stays with what was sent: its sender may have
        written anybody's address, and the other ticket may be that person's.
        """
        for _ in range(MAX_CHAIN):
            into = ticket.get("merged_into")
            target = await self._store.ticket(into) if into and not recipient.startswith(SENDER) else None
            if target is None or not _takes_part(target, recipient):
                break
            ticket = target
        return ticket

    def language(self, request: Request, ticket: Mapping[str, Any] | None) -> PageLanguage:
        """The one asked for, else the ticket's, else the browser's."""
        asked = request.query_params.get("lang") or (ticket.get("language") if ticket else None)
        return language_of(asked, request.headers.get("accept-language", ""), self._settings.languages)


def _takes_part(ticket: Mapping[str, Any], recipient: str) -> bool:
    guests = (ticket.get("guests") or {}).values()
    return recipient in ticket["participants"] or any(recipient in people for people in guests)
