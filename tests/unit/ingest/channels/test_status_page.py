"""The status page over HTTP: who gets in, what is taken, and what only asks."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from services.ingest.channels import portal, status_page
from services.ingest.channels.configuration import Files, StatusPage
from services.ingest.channels.configuration import Rate as Limit
from services.ingest.channels.signing import Signer
from services.ingest.channels.status_links import LinkMaker
from services.ingest.channels.status_store import Conversation
from shared.commands import TicketRate
from shared.errors import Refused
from shared.status_link import StatusLinks
from tests.unit.ingest.channels.channel_fakes import KEYS, NOW, Clock, FakeInbox, application, client_of
from tests.unit.ingest.channels.test_status_view import AGENTS, TICKET, message

ID = "01a00000-0000-7000-8000-000000000017"
OTHER = "01a00000-0000-7000-8000-000000000018"
LINKS = StatusLinks(KEYS)


class FakeStore:
    """Two tickets, each with its messages."""

    def __init__(self) -> None:
        self.tickets: dict[str, dict[str, Any]] = {
            ID: {**TICKET, "_id": ID, "input": "i1"},
            OTHER: {**TICKET, "_id": OTHER, "number": "K-1000025", "participants": ["mia@example.org"]},
        }
        attached = [{"id": "f1", "name": "lučka.html", "size": 5, "content_type": "text/html"}]
        self.messages = [message(1, attachments=attached), message(2, "agent", text="<b>Pozdravljeni</b>")]

    async def ticket(self, ticket: str) -> Mapping[str, Any] | None:
        return self.tickets.get(ticket)

    async def conversation(self, ticket: Mapping[str, Any], *, also: Sequence[str] = ()) -> Conversation:
        return Conversation(ticket, self.messages if ticket["_id"] == ID else [], ())

    async def file(self, sha256: str) -> bytes | None:
        return b"<html>"


class Desk:
    """The status page with its inbox, its clock and a customer."""

    def __init__(self) -> None:
        self.inbox, self.store, self.clock = FakeInbox(), FakeStore(), Clock()
        self.inbox.state = "joined"
        self.rated: list[TicketRate] = []
        self.refuses = False
        self.held = 0
        routes = status_page.router(
            StatusPage(files=Files(count=1, bytes=1000), per_ticket=Limit(burst=3, per_minute=1)),
            self.inbox,  # type: ignore[arg-type]
            store=self.store,  # type: ignore[arg-type]
            links=LinkMaker(LINKS, public_url="https://help.example", lifetime=timedelta(days=180)),
            rate=self._rate,
            let_through=self._let_through,
            agents=AGENTS,
            signer=Signer(KEYS, purpose="status"),
            registry=CollectorRegistry(),
            clock=self.clock,
        )
        self.client = client_of(application(routes))

    async def _let_through(self, sha256: str) -> None:
        if self.held:
            raise Refused(status=self.held, title="Not scanned yet", detail="Try again.")

    async def _rate(self, command: TicketRate) -> Mapping[str, Any]:
        if self.refuses:
            raise Refused(status=409, title="Not resolved", detail="Nothing to rate yet.")
        self.rated.append(command)
        return {}

    def link(self, recipient: str = "iva@example.org", *, ticket: str = ID, days: int = 10) -> str:
        return "/status/" + LINKS.sign(ticket, recipient, until=NOW + timedelta(days=days))

    async def write(
        self, text: str, *, link: str = "", page: httpx.Response | None = None, **more: Any
    ) -> httpx.Response:
        link = link or self.link()
        found = re.search(r'name="page" value="([^"]+)"', (page or await self.client.get(link)).text)
        assert found is not None
        return await self.client.post(
            link, data={"message": text, "page": found.group(1), **more.pop("data", {})}, **more
        )


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    async with made.client:
        yield made


async def test_the_customer_sees_the_request(desk: Desk) -> None:
    page = await desk.client.get(desk.link())
    assert page.status_code == 200
    for shown in ("K-1000017", "In progress", "text 1", "Ana Kovač", "&lt;b&gt;Pozdravljeni&lt;/b&gt;"):
        assert shown in page.text
    assert "iva@example.org" not in page.text


async def test_the_page_is_kept_by_nobody_and_tells_nobody(desk: Desk) -> None:
    headers = (await desk.client.get(desk.link())).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy


async def test_a_link_leads_nowhere_when_it_is_made_up_or_of_somebody_who_has_left(desk: Desk) -> None:
    unknown = desk.link(ticket="01a00000-0000-7000-8000-000000000099")
    for link in ("/status/made-up", desk.link()[:-1] + "x", desk.link("mallory@example.org"), unknown):
        for path in (link, f"{link}/rating", f"{link}/files/f1"):
            answer = await desk.client.get(path)
            assert answer.status_code == 404
            assert "K-1000017" not in answer.text
        assert (await desk.client.post(link, data={"message": "x"})).status_code == 404
    assert not desk.inbox.stored


async def test_a_link_ends(desk: Desk) -> None:
    link = desk.link(days=1)
    desk.clock.passes(2 * 24 * 3600)
    answer = await desk.client.get(link)
    assert (answer.status_code, "expired" in answer.text) == (410, True)


@pytest.mark.parametrize(
    ("language", "asked", "shown"),
    [
        ("sl", "", "V obdelavi"),
        ("he", "", 'dir="rtl"'),
        ("he", "?lang=hr", "U obradi"),
        (None, "", "In progress"),
    ],
)
async def test_the_page_speaks_the_customers_language(desk: Desk, language: str | None, asked: str, shown: str) -> None:
    desk.store.tickets[ID]["language"] = language
    assert shown in (await desk.client.get(desk.link() + asked)).text


async def test_a_message_joins_the_ticket_as_its_recipients(desk: Desk) -> None:
    answer = await desk.write("Še vedno ne sveti.", files={"files": ("luč.png", b"\x89PNG", "image/png")})
    assert (answer.status_code, "done=sent" in answer.headers["location"]) == (303, True)
    said = portal.read(desk.inbox.only)
    (hit,) = said.thread.tokens
    assert (said.text, hit.ticket, hit.place) == ("Še vedno ne sveti.", ID, "address")
    assert (said.sender.email, said.sender.verified) == ("iva@example.org", True)
    assert [file.name for file in said.attachments] == ["luč.png"]
    assert "your message has arrived" in (await desk.client.get(answer.headers["location"])).text


async def test_the_link_of_a_form_proves_no_address(desk: Desk) -> None:
    await desk.write("Še nekaj.", link=desk.link("input:i1"))
    said = portal.read(desk.inbox.only)
    assert (said.sender.email, said.sender.verified) == ("iva@example.org", False)


async def test_a_double_click_is_one_message(desk: Desk) -> None:
    page = await desk.client.get(desk.link())
    for _ in range(2):
        assert (await desk.write("Hvala.", page=page)).status_code == 303
    assert len(desk.inbox.stored) == 1


@pytest.mark.parametrize(
    ("text", "data", "files", "told"),
    [
        ("  ", {}, {}, "Write your message."),
        ("x" * 10_001, {}, {}, "at most 10000 characters"),
        ("x", {"website": "spam"}, {}, "A hidden field"),
        ("x", {"page": "made-up"}, {}, "open for too long"),
        ("x", {}, {"files": ("a.txt", b"x" * 1001, "text/plain")}, "at most 1 kB"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_written_is_kept(
    desk: Desk, text: str, data: dict[str, str], files: dict[str, Any], told: str
) -> None:
    answer = await desk.write(text, data=data, files=files or None)
    assert (answer.status_code, told in answer.text, text.strip() in answer.text) == (422, True, True)
    assert not desk.inbox.stored


async def test_what_can_not_be_read_or_stored_is_not_confirmed(desk: Desk) -> None:
    link = desk.link()
    unreadable = await desk.client.post(link, content=b"<x/>", headers={"content-type": "text/xml"})
    large = await desk.client.post(link, data={"message": "x" * 400_000})
    desk.inbox.broken = True
    broken = await desk.write("Hvala za vse.")
    assert [answer.status_code for answer in (unreadable, large, broken)] == [415, 413, 503]
    assert "Hvala za vse." in broken.text


async def test_one_request_takes_so_many_messages_a_minute(desk: Desk) -> None:
    statuses = [(await desk.write(f"Message {n}")).status_code for n in range(4)]
    assert statuses == [303, 303, 303, 429]


async def test_one_address_looks_so_often_a_minute(desk: Desk) -> None:
    answers = [(await desk.client.get("/status/made-up")).status_code for _ in range(61)]
    assert answers[-1] == 429


async def test_a_link_that_is_followed_rates_nothing(desk: Desk) -> None:
    """Mail scanners open every link of a mail."""
    desk.store.tickets[ID] |= {"status": "resolved", "resolutions": 1}
    page = await desk.client.get(desk.link() + "/rating?score=4")
    assert re.search(r'value="4" required checked', page.text)
    assert desk.rated == []


async def test_a_rating_goes_to_the_conversation_and_the_same_one_twice_is_one(desk: Desk) -> None:
    desk.store.tickets[ID] |= {"status": "resolved", "resolutions": 1}
    for _ in range(2):
        answer = await desk.client.post(desk.link() + "/rating", data={"score": "4", "comment": "Hvala"})
        assert answer.status_code == 303
    first, again = desk.rated
    assert (first.subject, first.data.score, first.data.comment) == (ID, 4, "Hvala")
    assert first.id == again.id
    assert "Thank you for your rating" in (await desk.client.get(answer.headers["location"])).text


@pytest.mark.parametrize("score", ["", "0", "6", "x", "55"])
async def test_a_rating_is_one_of_five(desk: Desk, score: str) -> None:
    desk.store.tickets[ID] |= {"status": "resolved", "resolutions": 1}
    answer = await desk.client.post(desk.link() + "/rating", data={"score": score})
    assert (answer.status_code, "one of the five" in answer.text) == (422, True)
    assert desk.rated == []


async def test_what_is_not_solved_can_not_be_rated(desk: Desk) -> None:
    asked = await desk.client.get(desk.link() + "/rating?score=4")
    refused = await desk.client.post(desk.link() + "/rating", data={"score": "4"})
    desk.store.tickets[ID] |= {"status": "resolved", "resolutions": 1}
    desk.refuses = True
    late = await desk.client.post(desk.link() + "/rating", data={"score": "4"})
    assert [answer.status_code for answer in (asked, refused, late)] == [200, 409, 409]
    assert all("can be rated once it is solved" in answer.text for answer in (asked, refused, late))


async def test_a_file_of_the_conversation_is_a_download_and_another_one_is_not_there(desk: Desk) -> None:
    given = await desk.client.get(desk.link() + "/files/f1")
    assert (given.status_code, given.content) == (200, b"<html>")
    assert given.headers["content-disposition"].startswith("attachment; filename*=UTF-8''lu%C4%8Dka.html")
    assert given.headers["content-type"] == "application/octet-stream"
    assert (await desk.client.get(desk.link() + "/files/f2")).status_code == 404


@pytest.mark.parametrize(("held", "told"), [(409, "still being checked"), (423, "no such file")])
async def test_a_file_that_a_scanner_holds_back_is_not_given(desk: Desk, held: int, told: str) -> None:
    desk.held = held
    answer = await desk.client.get(desk.link() + "/files/f1")
    assert (answer.status_code, told in answer.text, answer.content == b"<html>") == (held, True, False)


async def test_every_field_of_the_page_has_a_label_and_the_page_one_heading(desk: Desk) -> None:
    desk.store.tickets[ID] |= {"status": "resolved", "resolutions": 1}
    for path in (desk.link(), desk.link() + "/rating"):
        text = (await desk.client.get(path)).text
        fields = re.findall(r'<(?:input|textarea|select)[^>]* id="([^"]+)"', text)
        assert set(fields) == set(re.findall(r'<label for="([^"]+)"', text))
        assert len(fields) >= 6
        assert text.count("<h1") == 1


async def test_after_a_merge_a_proved_address_is_led_on_and_a_form_stays_with_its_own(desk: Desk) -> None:
    desk.store.tickets[ID] |= {"status": "closed", "merged_into": OTHER}
    desk.store.tickets[OTHER]["guests"] = {ID: ["iva@example.org", "eva@example.org"]}
    sent, shown = desk.link(), desk.link("input:i1")
    assert "K-1000025" in (await desk.client.get(sent)).text
    own = (await desk.client.get(shown)).text
    assert ("K-1000017" in own, "K-1000025" in own) == (True, False)


@settings(max_examples=40, deadline=None)
@given(
    body=st.binary(max_size=200),
    kind=st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=y", "\xff", ""]
    ),
    path=st.sampled_from(["", "/rating"]),
)
def test_whatever_is_posted_to_a_valid_link_is_answered_with_a_page(body: bytes, kind: str, path: str) -> None:
    async def post() -> httpx.Response:
        desk = Desk()
        desk.store.tickets[ID] |= {"status": "resolved", "resolutions": 1}
        async with desk.client:
            headers = {"content-type": kind.encode("latin-1")}
            return await desk.client.post(desk.link() + path, content=body, headers=headers)  # type: ignore[arg-type]

    answer = asyncio.run(post())
    assert answer.status_code in (400, 415, 422)
    assert answer.headers["content-type"].startswith("text/html")
