"""Chat over WebSocket at /chat/{account}: a visitor's message is stored before it is acknowledged.

Every frame is a JSON object in a text frame. The visitor sends

    {"type": "hello", "session"?: token, "after"?: cursor, "name"?, "email"?, "language"?,
     "page_title"?, "page_url"?, "wants"?: ["history", "status"]}
    {"type": "message", "id": "the client's own id", "text": "..."}

and gets

    {"type": "welcome", "session": token, "resumed": bool}        after hello; keep the token for later
    {"type": "received", "id", "message", "repeated": bool}       the message is stored, and will have this id
    {"type": "ticket", "id", "number"}                            it opened or joined this ticket
    {"type": "message", "id", "author": "agent", "agent", "text", "sent_at", "number", "cursor"}
    {"type": "history", "messages": [...]}                        as above, with author agent or visitor
    {"type": "status", "number", "status"}                        received, in_progress, waiting, solved or closed
    {"type": "error", "title", "detail", "id"?}                   the frame was not taken; go on

The first hello of a connection begins a session, or resumes the one of its token, which lasts 30 days
after the last hello. It then gets every public answer of an agent that is later than `after`, the
cursor of the last one that it has; with `wants` first the newest 100 messages of the conversation, and
the status now and whenever it changes. A later hello adds a name, e-mail address or language. What was not
acknowledged is sent again with the same id: the same id and text is one message.

The handshake is refused with 403 for an origin that is not on the account's list, 404 for an unknown
account and 429 when too many connections come from one address. The server closes with 1000 when the
visitor was idle, 1013 when the visitor reads too slowly, 1012 when it stops: then connect again.
"""

from collections import Counter as Tally
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Gauge

from services.ingest.channels.chat_connection import Connection, Desk
from services.ingest.channels.chat_frames import read
from services.ingest.channels.chat_hub import Hub
from services.ingest.channels.chat_store import CHANNEL, ChatStore
from services.ingest.channels.chat_widget import Widget
from services.ingest.channels.configuration import ChatAccount
from services.ingest.channels.rates import network_of
from services.ingest.channels.signing import Signer
from services.ingest.inbox.inbox import Inbox
from shared.problems import problem

__all__ = ["CHANNEL", "ChatStore", "Hub", "read", "router"]


def router(
    accounts: Mapping[str, ChatAccount],
    inbox: Inbox,
    *,
    hub: Hub,
    signer: Signer,
    public_url: str,
    registry: CollectorRegistry,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> APIRouter:
    """The WebSocket, the widget and a page with it. `hub.round` has to run for answers to be pushed."""
    widget = Widget(accounts, public_url=public_url)
    reception = Reception(accounts, inbox, hub=hub, signer=signer, clock=clock, own=widget.origin)
    gauge = Gauge("kartica_chat_connections", "Visitors connected to this replica", registry=registry)
    gauge.set_function(lambda: reception.connections)
    routes = APIRouter(tags=["chat"])
    routes.get("/chat/{account}/", summary="A page with the chat")(widget.page)
    routes.get("/chat/{account}/widget.js", summary="The script that puts the chat on any page")(widget.script)
    routes.websocket("/chat/{account}")(reception.receive)
    return routes


class Reception:
    """Lets visitors in, or tells them in the handshake why not."""

    def __init__(
        self,
        accounts: Mapping[str, ChatAccount],
        inbox: Inbox,
        *,
        hub: Hub,
        signer: Signer,
        clock: Callable[[], datetime],
        own: str,
    ) -> None:
        self._own = own
        self._desks = {
            name: Desk.of(name, account, inbox, hub=hub, signer=signer, clock=clock)
            for name, account in accounts.items()
        }
        self._connected: Tally[str] = Tally()

    @property
    def connections(self) -> int:
        return self._connected.total()

    async def receive(self, account: str, socket: WebSocket) -> None:
        address = network_of(socket.client.host if socket.client else None)
        refusal = self._refusal(account, address, origin=socket.headers.get("origin"))
        if refusal is not None:
            return await _refuse(socket, refusal)
        self._connected[address] += 1
        try:
            await Connection(self._desks[account], socket, address=address).run()
        except WebSocketDisconnect:
            pass
        finally:
            self._connected[address] -= 1
            if not self._connected[address]:
                del self._connected[address]
        return None

    def _refusal(self, account: str, address: str, *, origin: str | None) -> JSONResponse | None:
        desk = self._desks.get(account)
        if desk is None:
            return problem(404, "No such chat", "Check the last part of the address.")
        if origin is not None and origin not in (*desk.settings.origins, self._own):
            return problem(403, "Not from here", "The operator lists the sites that may chat in config/channels.yaml.")
        if self._connected[address] >= desk.settings.connections_per_address:
            response = problem(429, "Too many connections", "Close some first.")
            response.headers["Retry-After"] = "60"
            return response
        return None


async def _refuse(socket: WebSocket, response: JSONResponse) -> None:
    try:
        await socket.send_denial_response(response)
    except RuntimeError:  # this server can't say why
        await socket.close(1008)
