"""Makes the address of the page on which somebody follows a request, and tells for whom it was made."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.ingest.inbox.inputs import Outcome
from shared.status_link import StatusLink, StatusLinks

SENDER = "input:"
"""The recipient of a link that was shown to whoever sent an input, and proves no address."""


class LinkMaker:
    """Links that last `lifetime`, under `public_url`."""

    def __init__(self, links: StatusLinks, *, public_url: str, lifetime: timedelta) -> None:
        self._links = links
        self._url = public_url.rstrip("/")
        self._lifetime = lifetime

    def shown(self, input: str, became: Outcome | None, *, now: datetime) -> str | None:
        """The link for the sender of an input that opened a ticket.

        An input that joined a ticket gives none: it may be somebody else's, and the sender is not proved.
        """
        if became is None or became.state != "opened" or became.ticket is None:
            return None
        token = self._links.sign(became.ticket, SENDER + input, until=now + self._lifetime)
        return f"{self._url}/status/{token}"

    def open(self, token: str) -> StatusLink | None:
        return self._links.open(token)

    def recipient(self, link: StatusLink, among: Iterable[str]) -> str | None:
        """Whose the link is, of those who may have it; None when it is no longer anybody's."""
        return next((name for name in among if self._links.is_for(link, name)), None)
