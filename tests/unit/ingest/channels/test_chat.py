"""The chat over a WebSocket: what it acknowledges, pushes, complains about and refuses."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from starlette.testclient import WebSocketDenialResponse, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from services.ingest.channels import chat
from services.ingest.channels.chat_hub import Hub, Listener
from services.ingest.channels.chat_store import Conversed, Reply, Spoken, thread_of
from services.ingest.channels.configuration import ChatAccount, Rate
from services.ingest.channels.signing import Signer
from tests.unit.ingest.channels.channel_fakes import KEYS, NOW, Clock, FakeInbox, application

ORIGIN = "https://www.svetilka.example"


def reply(version: int, *, ticket: str = "t1", text: str = "Pozdravljeni") -> Reply:
    return Reply(ticket=ticket, version=version, id=f"{ticket}-{version}", agent="ana", text=text, sent_at=NOW)


class FakeAnswers:
    """One ticket for every session, with answers."""

    def __init__(self, *replies: Reply) -> None:
        self.given = list(replies)
        self.ticket = Conversed("t1", "K-1000001")

    async def tickets(self, threads: Sequence[str]) -> dict[str, Conversed]:
        return dict.fromkeys(threads, self.ticket)

    async def replies(self, after: Mapping[str, int]) -> list[Reply]:
        return [one for one in self.given if one.version > after.get(one.ticket, 10**9)]

    async def history(self, ticket: str) -> list[Spoken]:
        own = Spoken(reply(1, text="Luč ne sveti"), by_visitor=True)
        return [own, *(Spoken(one, by_visitor=False) for one in self.given)]


class Desk:
    """A chat with its inbox and its clock."""

    def __init__(self, **settings: Any) -> None:
        self.inbox = FakeInbox()
        self.answers = FakeAnswers()
        self.clock = Clock()
        self.registry = CollectorRegistry()
        account = ChatAccount(**{"origins": (ORIGIN,), "message_length": 100, "frame_bytes": 1000, **settings})
        routes = chat.router(
            {"website": account, "other": ChatAccount()},
            self.inbox,  # type: ignore[arg-type]
            hub=Hub(self.answers),
            signer=Signer(KEYS, purpose="chat"),
            public_url="https://help.svetilka.example",
            registry=self.registry,
            clock=self.clock,
        )
        self.client = TestClient(application(routes))

    @contextlib.contextmanager
    def visit(self, path: str = "/chat/website", **headers: str) -> Iterator[WebSocketTestSession]:
        with self.client.websocket_connect(path, headers=headers) as socket:
            yield socket

    @contextlib.contextmanager
    def greeted(self, **hello: Any) -> Iterator[tuple[WebSocketTestSession, dict[str, Any]]]:
        with self.visit() as socket:
            socket.send_json({"type": "hello", **hello})
            yield socket, socket.receive_json()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def _received(socket: WebSocketTestSession) -> tuple[str, str, bool]:
    frame = socket.receive_json()
    return frame["type"], frame["id"], frame["repeated"]


def say(socket: WebSocketTestSession, id: str = "m1", text: str = "Luč ne sveti") -> None:
    socket.send_json({"type": "message", "id": id, "text": text})


def test_a_message_is_stored_acknowledged_and_gets_its_number(desk: Desk) -> None:
    with desk.greeted(name="Iva", email="iva@example.org", language="sl") as (socket, welcome):
        say(socket)
        assert _received(socket) == ("received", "m1", False)
        assert socket.receive_json() == {"type": "ticket", "id": "m1", "number": "K-1000001"}
    assert (welcome["type"], welcome["resumed"]) == ("welcome", False)
    said = chat.read(desk.inbox.only)
    assert (said.text, said.sender.name, said.sender.email) == ("Luč ne sveti", "Iva", "iva@example.org")


def test_the_same_id_and_text_is_one_message_and_the_same_id_with_other_text_another(desk: Desk) -> None:
    desk.inbox.silent = True
    with desk.greeted() as (socket, _):
        repeated = []
        for text in ("Luč", "Luč", "Luči"):
            say(socket, text=text)
            repeated.append(socket.receive_json()["repeated"])
    assert repeated == [False, True, False]
    assert len(desk.inbox.stored) == 2


def test_a_session_is_resumed_by_its_token_and_by_nothing_else(desk: Desk) -> None:
    desk.inbox.silent = True
    with desk.greeted() as (socket, welcome):
        say(socket)
        socket.receive_json()
    with desk.greeted(session=welcome["session"]) as (socket, again):
        say(socket, id="m2")
        socket.receive_json()
    with desk.greeted(session=welcome["session"] + "x") as (_, stranger):
        pass
    first, second = (chat.read(received).thread.conversation for received in desk.inbox.stored.values())
    assert (again["resumed"], stranger["resumed"]) == (True, False)
    assert first == second


def test_a_token_is_for_its_own_chat_and_thirty_days(desk: Desk) -> None:
    with desk.greeted() as (_, welcome):
        pass
    with desk.visit("/chat/other") as socket:
        socket.send_json({"type": "hello", "session": welcome["session"]})
        assert socket.receive_json()["resumed"] is False
    desk.clock.passes(31 * 24 * 3600)
    with desk.greeted(session=welcome["session"]) as (_, late):
        assert late["resumed"] is False


def test_whatever_comes_the_connection_goes_on(desk: Desk) -> None:
    with desk.greeted() as (socket, _):
        socket.send_text("{")
        socket.send_text('{"type": "shout"}')
        say(socket, text="x" * 101)
        socket.send_text("x" * 1001)
        socket.send_bytes(b"\x00")
        titles = [socket.receive_json()["title"] for _ in range(5)]
        say(socket)
        assert socket.receive_json()["type"] == "received"
    assert titles == ["Not JSON", "Unknown frame", "The text is too long", "The frame is too large", "Not text"]


def test_a_message_before_hello_is_not_taken(desk: Desk) -> None:
    with desk.visit() as socket:
        say(socket)
        assert socket.receive_json() == {
            "type": "error", "title": "Not greeted", "detail": "Send a hello frame first.", "id": "m1",
        }  # fmt: skip
    assert desk.inbox.stored == {}


def test_what_could_not_be_stored_is_not_acknowledged(desk: Desk) -> None:
    desk.inbox.broken = True
    with desk.greeted() as (socket, _):
        say(socket)
        assert socket.receive_json()["title"] == "Try again"
        desk.inbox.broken = False
        say(socket)
        assert _received(socket) == ("received", "m1", False)


def test_too_many_messages_are_told_to_wait() -> None:
    desk = Desk(per_session=Rate(burst=2, per_minute=1))
    desk.inbox.silent = True
    with desk.greeted() as (socket, _):
        for n in range(3):
            say(socket, id=f"m{n}")
        answers = [socket.receive_json() for _ in range(3)]
    assert [answer["type"] for answer in answers] == ["received", "received", "error"]
    assert answers[2]["title"] == "Too fast"


def test_too_many_new_sessions_of_an_address_wait() -> None:
    desk = Desk(sessions_per_address=Rate(burst=1, per_minute=1))
    with desk.greeted() as (_, welcome):
        pass
    with desk.greeted() as (_, refused):
        assert refused["title"] == "Too fast"
    with desk.greeted(session=welcome["session"]) as (_, resumed):
        assert resumed["resumed"] is True


def test_an_idle_visitor_is_disconnected() -> None:
    with Desk(idle_seconds=0.05).greeted() as (socket, _), pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_json()
    assert (closed.value.code, closed.value.reason) == (1000, "idle")


@pytest.mark.parametrize(
    ("path", "origin", "status"),
    [("/chat/website", "https://evil.example", 403), ("/chat/nowhere", ORIGIN, 404), ("/chat/website", "null", 403)],
)
def test_the_handshake_is_refused_with_a_reason(desk: Desk, path: str, origin: str, status: int) -> None:
    with pytest.raises(WebSocketDenialResponse) as refused, desk.visit(path, origin=origin):
        pass
    assert refused.value.status_code == status
    assert refused.value.headers["content-type"] == "application/problem+json"


def test_a_listed_origin_may_chat(desk: Desk) -> None:
    with desk.visit(origin=ORIGIN) as socket:
        socket.send_json({"type": "hello"})
        assert socket.receive_json()["type"] == "welcome"


def test_an_address_has_only_so_many_connections() -> None:
    desk = Desk(connections_per_address=1)
    with desk.visit():
        assert desk.registry.get_sample_value("kartica_chat_connections") == 1
        with pytest.raises(WebSocketDenialResponse) as refused, desk.visit():
            pass
        assert refused.value.status_code == 429
    with desk.visit() as socket:
        socket.send_json({"type": "hello"})
        assert socket.receive_json()["type"] == "welcome"


def test_a_visitor_who_comes_back_gets_what_was_missed(desk: Desk) -> None:
    desk.answers.given = [reply(2, text="Prvi"), reply(4, text="Drugi")]
    with desk.greeted() as (socket, welcome):
        first, second = socket.receive_json(), socket.receive_json()
    assert (first["text"], first["author"], first["number"]) == ("Prvi", "agent", "K-1000001")
    with desk.greeted(session=welcome["session"], after=first["cursor"]) as (socket, _):
        assert socket.receive_json() == second


@pytest.mark.parametrize("after", ["", "x", "t1:", "t1:x", "t1:²", ":", "other:9"])
async def test_a_cursor_that_is_not_ours_gives_everything(after: str) -> None:
    pushed: list[dict[str, Any]] = []
    hub = Hub(FakeAnswers(reply(2), reply(4)))
    await hub.join(Listener(thread_of("website", "s"), after=after, push=pushed.append))
    assert [frame["id"] for frame in pushed] == ["t1-2", "t1-4"]


async def test_every_answer_is_pushed_once_to_every_connection_of_its_session() -> None:
    answers = FakeAnswers(reply(2))
    hub = Hub(answers)
    tabs: list[list[dict[str, Any]]] = [[], []]
    for tab in tabs:
        await hub.join(Listener("thread", after=None, push=tab.append))
    answers.given.append(reply(3))
    for _ in range(3):
        hub.wake()
        await hub.round()
    assert [[frame["id"] for frame in tab] for tab in tabs] == [["t1-2", "t1-3"]] * 2


async def test_a_session_that_goes_on_in_a_new_ticket_gets_its_answers() -> None:
    answers = FakeAnswers(reply(7))
    hub, pushed = Hub(answers), list[dict[str, Any]]()
    await hub.join(Listener("thread", after=None, push=pushed.append))
    answers.ticket = Conversed("t2", "K-1000002")
    answers.given.append(reply(2, ticket="t2"))
    hub.wake()
    await hub.round()
    assert [(frame["id"], frame["number"]) for frame in pushed] == [("t1-7", "K-1000001"), ("t2-2", "K-1000002")]


async def test_who_has_left_gets_nothing() -> None:
    answers = FakeAnswers()
    hub, pushed = Hub(answers), list[dict[str, Any]]()
    listener = Listener("thread", after=None, push=pushed.append)
    await hub.join(listener)
    hub.leave(listener)
    answers.given.append(reply(2))
    hub.wake()
    await hub.round()
    assert (pushed, len(hub)) == ([], 0)


async def test_a_cursor_that_no_database_could_hold_is_none() -> None:
    answers, pushed = FakeAnswers(reply(2)), list[dict[str, Any]]()
    hub = Hub(answers)
    await hub.join(Listener("thread", after=f"t1:{'9' * 90}", push=pushed.append))
    assert [frame["cursor"] for frame in pushed] == ["t1:2"]


def test_who_wants_the_history_gets_it_in_one_frame_and_nothing_of_it_again(desk: Desk) -> None:
    desk.answers.given = [reply(2, text="Prvi")]
    with desk.greeted(wants=["history", "status"]) as (socket, _):
        status, history = socket.receive_json(), socket.receive_json()
        say(socket)
        assert _received(socket)[0] == "received"
    assert status == {"type": "status", "number": "K-1000001", "status": "received"}
    said = [(message["author"], message["text"]) for message in history["messages"]]
    assert said == [("visitor", "Luč ne sveti"), ("agent", "Prvi")]


def test_a_visitor_without_a_ticket_has_an_empty_history() -> None:
    desk = Desk()
    desk.answers.tickets = _none  # type: ignore[method-assign]
    with desk.greeted(wants=["history"]) as (socket, _):
        assert socket.receive_json() == {"type": "history", "messages": []}


async def _none(threads: Sequence[str]) -> dict[str, Conversed]:
    return {}


async def test_changes_of_status_are_told_once_to_who_wants_them() -> None:
    answers, told, quiet = FakeAnswers(), list[dict[str, Any]](), list[dict[str, Any]]()
    hub = Hub(answers)
    await hub.join(Listener("thread", after=None, push=told.append, wants=frozenset({"status"})))
    await hub.join(Listener("thread", after=None, push=quiet.append))
    for status in ("new", "open", "on_hold", "resolved"):
        answers.ticket = Conversed("t1", "K-1000001", status)
        hub.wake()
        await hub.round()
    assert [frame["status"] for frame in told] == ["received", "in_progress", "solved"]
    assert quiet == []


def test_the_page_on_which_the_chat_stands_is_a_field_of_the_ticket(desk: Desk) -> None:
    desk.inbox.silent = True
    page = {"page_title": "Namizna svetilka", "page_url": "https://www.svetilka.example/lamps/7"}
    with desk.greeted(**page) as (socket, _):
        say(socket)
        socket.receive_json()
    assert chat.read(desk.inbox.only).fields == page


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x y", "file:///etc/passwd"])
def test_a_page_that_is_no_web_address_is_not_taken(desk: Desk, url: str) -> None:
    with desk.greeted(page_url=url) as (_, answer):
        assert answer["title"] == "The frame does not hold"


def test_our_own_page_may_chat(desk: Desk) -> None:
    with desk.visit(origin="https://help.svetilka.example") as socket:
        socket.send_json({"type": "hello"})
        assert socket.receive_json()["type"] == "welcome"


def test_an_address_that_is_left_later_comes_with_the_next_message(desk: Desk) -> None:
    desk.inbox.silent = True
    with desk.greeted() as (socket, _):
        say(socket)
        socket.receive_json()
        socket.send_json({"type": "hello", "email": "Iva@example.org"})
        socket.receive_json()
        say(socket, id="m2", text="My e-mail address is Iva@example.org.")
        socket.receive_json()
    first, second = (chat.read(received).sender for received in desk.inbox.stored.values())
    assert (first.email, second.email, second.verified) == (None, "iva@example.org", False)
    assert first.visitor == second.visitor
