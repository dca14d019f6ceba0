"""The chat's widget and the embedded form as a browser runs them on another site's page, against the real service."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
import yaml
from fastapi import FastAPI, Response

from shared.events import TicketMessageAdded, TicketOpened
from tests.integration.ingest.channels.browser import CHROMIUM, Tab, browser
from tests.integration.ingest.channels.test_web_channels import reply
from tests.site import Running, Site

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
WIDGET = "[...document.querySelectorAll('div')].find((one) => one.shadowRoot).shadowRoot"


def part(selector: str) -> str:
    return f'{WIDGET}.querySelector("{selector}")'


@asynccontextmanager
async def served(app: FastAPI, door: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, ws="websockets-sansio"))
    serving = asyncio.create_task(server.serve(sockets=[door]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def door() -> tuple[socket.socket, str]:
    made = socket.create_server(("127.0.0.1", 0))
    return made, f"http://127.0.0.1:{made.getsockname()[1]}"


def shop(help_site: str) -> FastAPI:
    """Another company's page: its policy allows our script and socket only, its style spares nothing."""
    app = FastAPI()
    script, ws = f"{help_site}/chat/website/widget.js", help_site.replace("http", "ws", 1)

    @app.get("/form/{language}")
    async def form(language: str) -> Response:
        script = f'<script src="{help_site}/forms/contact/embed.js" async></script>'
        html = f'<!doctype html><html lang="{language}"><link rel="icon" href="data:,"><p>Write to us</p>{script}'
        return Response(html, media_type="text/html")

    @app.get("/{language}")
    async def page(language: str) -> Response:
        policy = (
            f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {help_site}; connect-src {ws}"
        )
        html = (
            f'<!doctype html><html lang="{language}"><title>Lamps</title><link rel="icon" href="data:,">'
            "<style>div, button { display: none; position: static }</style>"
            f'<h1>Lamps</h1><script src="{script}" defer></script>'
        )
        return Response(html, media_type="text/html", headers={"Content-Security-Policy": policy})

    return app


@asynccontextmanager
async def visited(site: Site) -> AsyncIterator[tuple[Running, Tab, str]]:
    (ours, help_site), (theirs, shop_site) = door(), door()
    path = site.config_dir / "channels.yaml"
    content = yaml.safe_load(path.read_text())
    content["chat"]["website"]["origins"] = content["forms"]["contact"]["origins"] = [shop_site]
    path.write_text(yaml.safe_dump(content, allow_unicode=True))
    ingest = await site.start("ingest", smtp_port=0, public_url=help_site)
    async with served(ingest.app, ours), served(shop(help_site), theirs), browser() as tab:
        yield ingest, tab, shop_site


async def test_a_visitor_chats_on_a_plain_page_leaves_and_comes_back(site: Site) -> None:
    async with visited(site) as (ingest, tab, address):
        await tab.open(f"{address}/en")
        await tab.js(f"{part('.launcher')}.click()")
        await tab.until(f"{WIDGET}.activeElement === {part('textarea')}")
        await tab.type("My lamp <b>flickers</b>.")
        await tab.press("Enter", windowsVirtualKeyCode=13)
        (opened,) = await site.events(TicketOpened)
        assert opened.data.message.text == "My lamp <b>flickers</b>."
        assert opened.data.fields == {"page_title": "Lamps", "page_url": f"{address}/en"}
        await tab.until(f"{part('.about')}.textContent.includes('{opened.data.number}')")

        await tab.press("Escape", windowsVirtualKeyCode=27)
        await tab.until(f"{part('.panel')}.hidden && {WIDGET}.activeElement === {part('.launcher')}")
        await reply(site, ingest, opened.subject, "Note to us", visibility="internal")
        await reply(site, ingest, opened.subject, "<img src=x onerror=alert(1)> See https://svetilka.example/bulbs")
        await tab.until(f"{part('.badge')}.textContent === '1'")

        await tab.open(f"{address}/he")  # the session is kept, and the page's language has changed
        await tab.until(f"{part('.badge')}.textContent === '1'")
        await tab.js(f"{part('.launcher')}.click()")
        await tab.until(f"{WIDGET}.querySelectorAll('.bubble').length === 2")
        texts = await tab.js(f"[...{WIDGET}.querySelectorAll('.bubble')].map((one) => one.textContent)")
        assert texts == ["My lamp <b>flickers</b>.", "<img src=x onerror=alert(1)> See https://svetilka.example/bulbs"]
        assert await tab.js(f"{WIDGET}.querySelectorAll('img, b').length") == 0
        assert await tab.js(f"{part('.bubble a')}.getAttribute('href')") == "https://svetilka.example/bulbs"
        assert await tab.js(f"getComputedStyle({part('.panel')}).direction") == "rtl"
        assert await tab.js(f"{part('.badge')}.hidden")
        assert tab.complaints == [], "the page's policy forbids nothing that the widget does"


async def test_the_host_pages_style_can_not_hide_the_widget_nor_the_keyboard_leave_it(site: Site) -> None:
    async with visited(site) as (_, tab, address):
        await tab.open(f"{address}/sl")
        await tab.js(f"{part('.launcher')}.click()")
        box = await tab.js(
            f"(() => {{ const b = {part('.panel')}.getBoundingClientRect(); return [b.width, b.height] }})()"
        )
        assert min(box) > 200
        await tab.until(f"{WIDGET}.activeElement === {part('textarea')}")
        stops = []
        for _ in range(6):
            await tab.press("Tab", windowsVirtualKeyCode=9)
            stops.append(await tab.js(f"{WIDGET}.activeElement && {part('.panel')}.contains({WIDGET}.activeElement)"))
        assert stops == [True] * 6
        unnamed = await tab.js(
            f"[...{WIDGET}.querySelectorAll('button, input, textarea')].filter((one) => "
            "!(one.getAttribute('aria-label') || one.textContent.trim() || (one.labels && one.labels.length))).length"
        )
        assert unnamed == 0


async def test_who_leaves_an_address_is_known_by_it_in_the_next_message(site: Site) -> None:
    async with visited(site) as (_, tab, address):
        await tab.open(f"{address}/en")
        await tab.js(f"{part('.launcher')}.click()")
        await tab.until(f"{WIDGET}.activeElement === {part('textarea')}")
        await tab.type("Hello")
        await tab.press("Enter", windowsVirtualKeyCode=13)
        await tab.until(f"!{part('.leave')}.hidden")
        await tab.js(f"{part('#email')}.focus()")
        await tab.type("iva@example.org")
        await tab.js(f"{part('.leave button')}.click()")
        (added,) = await site.events(TicketMessageAdded)
        assert added.data.message.sender is not None
        assert added.data.message.sender.email == "iva@example.org"
        assert added.data.message.text == "My e-mail address is iva@example.org."


async def test_a_form_on_another_sites_page_is_as_high_as_what_is_in_it(site: Site) -> None:
    async with visited(site) as (_, tab, address):
        await tab.open(f"{address}/form/he")
        frame = "document.querySelector('iframe')"
        await tab.until(f"{frame} && {frame}.height !== '900' && Number({frame}.height) > 500")
        assert await tab.js(f"{frame}.src.includes('lang=he&embed=1')")
        before = await tab.js(f"Number({frame}.height)")
        await tab.js(f"{frame}.width = '260'")
        await tab.until(f"Number({frame}.height) > {before}")
        assert tab.complaints == []
