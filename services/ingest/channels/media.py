"""Fetches what customers sent and providers keep: with limits on place, size and time, and never silently not.

The host is resolved here, every address it has must be public, and the connection goes to that address and
no other; a redirect is checked anew, and nobody but the provider's own host is shown its token.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpx
import structlog

from services.ingest.channels.plain_text import one_line
from services.ingest.channels.provider import Provider, Source
from services.ingest.channels.public_address import is_public
from services.ingest.inbox.inputs import Received
from services.ingest.normalised import File, Normalised
from services.ingest.normalised import Media as Wanted
from services.ingest.reading.sniffing import sniffed
from shared.config import Strict
from shared.errors import Transient

MAX_REDIRECTS = 3
MAX_STEP = 256 * 1024
"""Bytes of an answer that only says where the file is."""
MAX_FILES = 20
SECONDS = 10.0
"""For all files of a message together, of one attempt: less than the inbox's lease."""
CONNECT_SECONDS = 3.0
ADDRESSES = 3
"""Of one host that are tried."""
ATTEMPTS = 4
"""Of the inbox; then the message is decided without what could not be had."""
EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
}
Resolve = Callable[[str], Awaitable[Sequence[str]]]
log = structlog.get_logger()


class Unfetched(Exception):
    """The file can't be had, and asking again will not change that."""


async def resolve(host: str) -> Sequence[str]:
    """Every address of the host, as the system's resolver knows it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


class MediaClient:
    """Gets one file by HTTPS, or says why not: `Unfetched` for good, `Transient` for now."""

    def __init__(
        self, *, max_bytes: int, resolve: Resolve = resolve, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.max_bytes = max_bytes
        self.resolve = resolve
        self.transport = transport

    async def get(self, source: Source) -> bytes:
        """The file's bytes, by way of the steps that its provider needs."""
        try:
            while source.then is not None:
                found = source.then(await self._get(source, limit=MAX_STEP))
                if isinstance(found, str):
                    raise Unfetched(found)
                source = found
            return await self._get(source, limit=self.max_bytes)
        except (httpx.TransportError, OSError) as error:
            raise Transient(f"the provider could not be asked: {type(error).__name__}") from error
        except (ValueError, httpx.InvalidURL) as error:
            raise Unfetched(f"the provider's answer can't be understood: {type(error).__name__}") from error

    async def _get(self, source: Source, *, limit: int) -> bytes:
        url, own = source.url, _host(source.url)
        # A client for each file: connections to one address are not kept for another name.
        timeout = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
        async with httpx.AsyncClient(transport=self.transport, timeout=timeout, trust_env=False) as client:
            for _ in range(MAX_REDIRECTS + 1):
                headers = dict(source.headers) if _host(url) == own else {}
                response = await self._send(client, url, source.hosts, headers)
                try:
                    if not response.has_redirect_location:  # 300 and 304 may name no place
                        return await _content(response, limit)
                    url = urljoin(url, response.headers["location"])
                finally:
                    await response.aclose()
        raise Unfetched(f"it was redirected more than {MAX_REDIRECTS} times")

    async def _send(
        self, client: httpx.AsyncClient, url: str, hosts: Sequence[str], headers: Mapping[str, str]
    ) -> httpx.Response:
        """Asks a checked address of the host, the next one if it is not there; certificate and Host stay the name's."""
        host, addresses = await self._checked(url, hosts)
        for address in addresses[:ADDRESSES]:
            request = client.build_request(
                "GET",
                httpx.URL(url).copy_with(host=address),
                headers={**headers, "Host": host, "Accept-Encoding": "identity"},
                extensions={"sni_hostname": host},
            )
            try:
                return await client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _checked(self, url: str, hosts: Sequence[str]) -> tuple[str, Sequence[str]]:
        """The host that may be asked, with its addresses, all of which are public."""
        parts = urlsplit(url)
        host = _host(url)
        if parts.scheme != "https" or not host or parts.username is not None or parts.port not in (None, 443):
            raise Unfetched("its address is not https on the usual port")
        if hosts and not any(host == one or (one[0] == "." and host.endswith(one)) for one in hosts):
            raise Unfetched(f"{host} is not a host of the provider")
        addresses = await self.resolve(host)
        if not addresses or not all(is_public(address) for address in addresses):
            raise Unfetched(f"{host} is not on the public Internet")
        return host, addresses


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".").lower()


async def _content(response: httpx.Response, limit: int) -> bytes:
    if response.status_code in (408, 425, 429) or response.status_code >= 500:
        raise Transient(f"the provider answered {response.status_code}")
    if response.status_code != 200:
        raise Unfetched(f"the provider answered {response.status_code}")
    declared = response.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
        raise Unfetched(f"it is larger than {limit} bytes")
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > limit:
            raise Unfetched(f"it is larger than {limit} bytes")
    return bytes(content)


@dataclass(frozen=True, slots=True)
class _Result:
    """A file, or why there is none; `later` when asking again may help."""

    wanted: Wanted
    content: bytes | None = None
    reason: str = ""
    later: bool = False


class Media:
    """Adds the provider's files to a message that was read."""

    def __init__(
        self,
        providers: Mapping[str, Provider[Any]],
        secrets: Mapping[str, Mapping[str, Strict]],
        client: MediaClient,
    ) -> None:
        self._providers = providers
        self._secrets = secrets
        self._client = client

    async def fetched(self, received: Received, message: Normalised, *, attempt: int) -> Normalised:
        """The message with its files, and a line for every one that could not be had.

        `Transient` while asking again may help: then the input waits for its next attempt.
        """
        if not message.media:
            return message
        results = await asyncio.gather(*(self._one(received, wanted) for wanted in message.media[:MAX_FILES]))
        missing = [result for result in results if result.content is None]
        if any(result.later for result in missing) and attempt < ATTEMPTS:
            raise Transient(next(result.reason for result in missing if result.later))
        for result in missing:
            log.warning("media.not_fetched", channel=received.channel, input=received.input, reason=result.reason)
        files = tuple(_file(result.wanted, result.content) for result in results if result.content is not None)
        notes = [_note(result.wanted, result.reason) for result in missing]
        if len(message.media) > MAX_FILES:
            notes.append(f"[{len(message.media) - MAX_FILES} more files were not fetched]")
        return message.model_copy(
            update={
                "attachments": (*message.attachments, *files),
                "text": "\n\n".join([message.text, *notes]) if notes else message.text,
            }
        )

    async def _one(self, received: Received, wanted: Wanted) -> _Result:
        secrets = self._secrets.get(received.channel, {}).get(received.account)
        provider = self._providers.get(received.channel)
        if provider is None or secrets is None:
            return _Result(wanted, reason="the account has no secrets")
        source = provider.source(wanted, secrets)
        if isinstance(source, str):
            return _Result(wanted, reason=source)
        try:
            async with asyncio.timeout(SECONDS):
                content = await self._client.get(source)
        except Unfetched as error:
            return _Result(wanted, reason=str(error))
        except TimeoutError:
            return _Result(wanted, reason=f"it took longer than {SECONDS:g} seconds", later=True)
        except Transient as error:
            return _Result(wanted, reason=str(error), later=True)
        if sniffed(content) == "text/html" and "html" not in wanted.content_type:
            return _Result(wanted, reason="the provider sent a web page in its place")
        return _Result(wanted, content)


def _file(wanted: Wanted, content: bytes) -> File:
    """The file under the name that its sender gave it, or one made of its kind; what it is, its bytes say."""
    kind = sniffed(content) or wanted.content_type.partition(";")[0].strip() or "application/octet-stream"
    given = one_line(wanted.name.replace("/", "_").replace("\\", "_"), limit=200)
    made = f"{wanted.kind.replace(' ', '-')}.{EXTENSIONS.get(kind, 'bin')}"
    return File(name=given or made, content_type=one_line(kind, limit=100), content=content)


def _note(wanted: Wanted, reason: str) -> str:
    """What the agent has to know to ask for it."""
    place = urlsplit(wanted.url)
    where = wanted.id or (f"{place.hostname}{unquote(place.path)}" if place.hostname else "")
    named = one_line(" ".join(part for part in (wanted.name, wanted.content_type, where) if part), limit=300)
    return f"[{one_line(wanted.kind.capitalize(), limit=50)} not fetched: {reason}. {named}]"
