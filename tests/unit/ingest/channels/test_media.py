"""Files are fetched from where they may be, whole or not at all, and what is missing is said."""

import ipaddress
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.channels.media import ATTEMPTS, MAX_REDIRECTS, Media, MediaClient, Unfetched
from services.ingest.channels.provider import Source
from services.ingest.channels.providers.telegram import Telegram
from services.ingest.channels.providers.whatsapp import WhatsApp
from services.ingest.channels.public_address import is_public
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import Media as Wanted
from services.ingest.normalised import Normalised
from shared.errors import Transient
from shared.events import Contact
from tests.unit.ingest.channels.provider_samples import NOW, secrets_of

PUBLIC = "93.184.215.14"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


class Body(httpx.AsyncByteStream):
    """A body as it comes over a network."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), 64):
            yield self._content[start : start + 64]


class FakeProvider(httpx.AsyncBaseTransport):
    """Answers as the provider's hosts do, and remembers what it was asked."""

    def __init__(self, answers: dict[str, httpx.Response]) -> None:
        self.answers = answers
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers[request.headers["host"] + request.url.raw_path.decode()]
        if answer.is_stream_consumed:  # over a network, a body is read once
            return httpx.Response(answer.status_code, headers=answer.headers, stream=Body(answer.content))
        return answer


def client(
    answers: dict[str, Any], *, addresses: Sequence[str] = (PUBLIC,), max_bytes: int = 1000
) -> tuple[MediaClient, FakeProvider]:
    provider = FakeProvider(answers)

    async def resolve(_: str) -> Sequence[str]:
        return addresses

    return MediaClient(max_bytes=max_bytes, resolve=resolve, transport=provider), provider


def source(url: str = "https://files.example/a", hosts: tuple[str, ...] = (), **headers: str) -> Source:
    return Source(url, hosts, headers)


def moved(to: str) -> httpx.Response:
    return httpx.Response(302, headers={"location": to})


async def test_the_connection_goes_to_the_checked_address_and_the_certificate_is_the_hosts() -> None:
    made, provider = client({"files.example/a?b=c": httpx.Response(200, content=PNG)})
    assert await made.get(source("https://files.example/a?b=c")) == PNG
    (request,) = provider.asked
    assert (request.url.host, request.headers["host"]) == (PUBLIC, "files.example")
    assert request.extensions["sni_hostname"] == "files.example"


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example/a",
        "ftp://files.example/a",
        "file:///etc/passwd",
        "https://files.example:8443/a",
        "https://user@files.example/a",
        "https://",
        "//files.example/a",
        "",
    ],
)
async def test_only_https_on_its_usual_port_is_asked(url: str) -> None:
    made, provider = client({})
    with pytest.raises(Unfetched):
        await made.get(source(url))
    assert provider.asked == []


@pytest.mark.parametrize("addresses", [(), ("10.0.0.1",), (PUBLIC, "127.0.0.1"), ("::ffff:169.254.169.254",)])
async def test_a_host_with_any_private_address_is_not_asked(addresses: Sequence[str]) -> None:
    made, provider = client({}, addresses=addresses)
    with pytest.raises(Unfetched, match="public Internet"):
        await made.get(source())
    assert provider.asked == []


async def test_a_redirect_is_checked_as_the_first_address_was() -> None:
    made, provider = client({"files.example/a": moved("https://metadata.internal/x")})

    async def resolve(host: str) -> Sequence[str]:
        return ["169.254.169.254"] if host == "metadata.internal" else [PUBLIC]

    made.resolve = resolve
    with pytest.raises(Unfetched, match="public Internet"):
        await made.get(source())
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    "to", ["http://files.example/b", "https://other.example/b", "https://files.example.evil.org/b"]
)
async def test_a_redirect_to_another_scheme_or_host_is_not_followed(to: str) -> None:
    made, provider = client({"files.example/a": moved(to)})
    with pytest.raises(Unfetched):
        await made.get(source(hosts=("files.example",)))
    assert len(provider.asked) == 1


async def test_the_token_is_shown_to_the_providers_own_host_only() -> None:
    answers = {
        "api.example/a": moved("https://cdn.example/b"),
        "cdn.example/b": httpx.Response(200, content=PNG),
    }
    made, provider = client(answers)
    await made.get(source("https://api.example/a", ("api.example", ".example"), Authorization="Bearer secret"))
    assert [request.headers.get("authorization") for request in provider.asked] == ["Bearer secret", None]


@pytest.mark.parametrize("status", [300, 304])
async def test_an_answer_that_names_no_other_place_is_no_file(status: int) -> None:
    made, _ = client({"files.example/a": httpx.Response(status)})
    with pytest.raises(Unfetched, match=f"answered {status}"):
        await made.get(source())


async def test_redirects_come_to_an_end() -> None:
    made, provider = client({"files.example/a": moved("/a")})
    with pytest.raises(Unfetched, match="redirected more than"):
        await made.get(source())
    assert len(provider.asked) == MAX_REDIRECTS + 1


async def test_a_file_that_is_too_large_is_not_taken_whether_it_says_so_or_not() -> None:
    async def endless() -> Any:
        while True:
            yield b"x" * 300

    for answer in (
        httpx.Response(200, headers={"content-length": "1001"}, content=b""),
        httpx.Response(200, content=endless()),
    ):
        made, _ = client({"files.example/a": answer})
        with pytest.raises(Unfetched, match="larger than 1000 bytes"):
            await made.get(source())


@pytest.mark.parametrize(("status", "error"), [(404, Unfetched), (403, Unfetched), (429, Transient), (503, Transient)])
async def test_what_may_be_there_later_is_told_apart_from_what_is_gone(status: int, error: type[Exception]) -> None:
    made, _ = client({"files.example/a": httpx.Response(status)})
    with pytest.raises(error):
        await made.get(source())


async def test_a_name_that_can_not_be_resolved_may_be_there_later() -> None:
    made, _ = client({})

    async def unknown(_: str) -> Sequence[str]:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    made.resolve = unknown
    with pytest.raises(Transient):
        await made.get(source())


async def test_the_next_address_is_asked_when_one_is_not_there() -> None:
    class Half(FakeProvider):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host.startswith("2606"):
                raise httpx.ConnectError("unreachable")
            return await super().handle_async_request(request)

    made, _ = client({}, addresses=("2606:4700::1111", PUBLIC))
    made.transport = Half({"files.example/a": httpx.Response(200, content=PNG)})
    assert await made.get(source()) == PNG


# --- into a message

RECEIVED = Received("whatsapp", "main", "wamid.1", b"", "application/json", NOW)


def message(*media: Wanted) -> Normalised:
    return Normalised(sender=Contact(), text="Takole", media=media)


def media_of(made: MediaClient) -> Media:
    providers = {"whatsapp": WhatsApp(), "telegram": Telegram()}
    return Media(providers, {"whatsapp": {"main": secrets_of(WhatsApp)}}, made)


GRAPH = "graph.facebook.com/v23.0/65"
WHERE = httpx.Response(200, json={"url": "https://lookaside.fbsbx.com/f?mid=65", "mime_type": "image/png", "id": "65"})


async def test_a_whatsapp_file_is_fetched_in_two_steps_and_is_what_its_bytes_are() -> None:
    made, provider = client({GRAPH: WHERE, "lookaside.fbsbx.com/f?mid=65": httpx.Response(200, content=PNG)})
    said = await media_of(made).fetched(
        RECEIVED, message(Wanted(id="65", kind="image", content_type="text/x")), attempt=1
    )
    (file,) = said.attachments
    assert (file.name, file.content_type, file.content, said.text) == ("image.png", "image/png", PNG, "Takole")
    assert {request.headers["authorization"] for request in provider.asked} == {"Bearer the-token"}


async def test_what_fails_for_now_is_asked_for_again_and_at_last_said() -> None:
    made, _ = client({GRAPH: httpx.Response(500)})
    wanted = message(Wanted(id="65", kind="image", content_type="image/png"))
    for attempt in range(1, ATTEMPTS):
        with pytest.raises(Transient):
            await media_of(made).fetched(RECEIVED, wanted, attempt=attempt)
    said = await media_of(made).fetched(RECEIVED, wanted, attempt=ATTEMPTS)
    assert said.attachments == ()
    assert said.text == "Takole\n\n[Image not fetched: the provider answered 500. image/png 65]"


async def test_what_is_gone_is_said_at_once_and_the_rest_is_there() -> None:
    answers = {
        GRAPH: WHERE,
        "lookaside.fbsbx.com/f?mid=65": httpx.Response(200, content=PNG),
        "graph.facebook.com/v23.0/66": httpx.Response(404),
    }
    made, _ = client(answers)
    said = await media_of(made).fetched(RECEIVED, message(Wanted(id="65"), Wanted(id="66")), attempt=1)
    assert len(said.attachments) == 1
    assert "404" in said.text


async def test_a_web_page_in_place_of_a_picture_is_no_picture() -> None:
    page = httpx.Response(200, content=b"<!doctype html><html>Log in</html>")
    made, _ = client({GRAPH: WHERE, "lookaside.fbsbx.com/f?mid=65": page})
    said = await media_of(made).fetched(RECEIVED, message(Wanted(id="65", kind="image")), attempt=1)
    assert "web page" in said.text


async def test_an_address_from_the_providers_answer_is_checked_too() -> None:
    evil = httpx.Response(200, json={"url": "https://169.254.169.254/latest"})
    made, provider = client({GRAPH: evil})
    said = await media_of(made).fetched(RECEIVED, message(Wanted(id="65")), attempt=1)
    assert "not a host of the provider" in said.text
    assert len(provider.asked) == 1


async def test_no_note_shows_the_bots_token() -> None:
    made, _ = client({"api.telegram.org/bot123456:abcdefghijklmnopqrstuvwxyz/getFile?file_id=A": httpx.Response(404)})
    media = Media({"telegram": Telegram()}, {"telegram": {"main": secrets_of(Telegram)}}, made)
    received = Received("telegram", "main", "1", b"", "application/json", NOW)
    said = await media.fetched(received, message(Wanted(id="A")), attempt=1)
    assert "abcdefghijklmnopqrstuvwxyz" not in said.text


# --- addresses

PRIVATE = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
    "240.0.0.0/4",
]  # fmt: skip
PRIVATE6 = [
    "::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "100::/64", "2001:db8::/32",
    "64:ff9b:1::/48",
]  # fmt: skip
NETWORKS = st.sampled_from([ipaddress.ip_network(one) for one in (*PRIVATE, *PRIVATE6)])


def inside(network: Any, place: float) -> Any:
    return network[min(int(place * network.num_addresses), network.num_addresses - 1)]


@settings(max_examples=400)
@given(network=NETWORKS, place=st.floats(0, 1))
def test_no_address_of_a_private_network_is_public(network: Any, place: float) -> None:
    address = inside(network, place)
    assert not is_public(str(address))


@settings(max_examples=300)
@given(network=st.sampled_from([ipaddress.IPv4Network(one) for one in PRIVATE]), place=st.floats(0, 1))
def test_no_address_that_holds_a_private_one_is_public(network: ipaddress.IPv4Network, place: float) -> None:
    held = int(inside(network, place))
    for prefix, shift in (("::ffff:0:0", 0), ("::", 0), ("64:ff9b::", 0), ("2002::", 80)):
        address = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | held << shift)
        assert not is_public(str(address)), address


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@given(st.text(max_size=30))
def test_what_is_no_address_is_not_public(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        assert not is_public(text)


@pytest.mark.parametrize("address", ["", "localhost", "0x7f000001", "127.1", "fe80::1%eth0", "2130706433", "[::1]"])
def test_odd_spellings_are_not_public(address: str) -> None:
    assert not is_public(address)
