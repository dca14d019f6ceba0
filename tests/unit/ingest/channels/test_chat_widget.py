"""The widget's script and its page: what they hold, how they are served, what their policy allows."""

import json
import re
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client import CollectorRegistry

from services.ingest import configuration
from services.ingest.channels import chat
from services.ingest.channels.chat_hub import Hub
from services.ingest.channels.configuration import ChatAccount
from services.ingest.channels.page_frame import PAGES
from services.ingest.channels.signing import Signer
from services.ingest.channels.status_view import STATES
from tests.unit.ingest.channels.channel_fakes import KEYS, FakeInbox, application, client_of
from tests.unit.ingest.channels.test_chat import FakeAnswers

TEXTS = {file.stem: yaml.safe_load(file.read_text()) for file in (PAGES / "chat_texts").glob("*.yaml")}
SCRIPT = (PAGES / "widget.js").read_text()


def client() -> httpx.AsyncClient:
    routes = chat.router(
        {"website": ChatAccount(title={"en": "</script>Lamps"}, message_length=77)},
        FakeInbox(),  # type: ignore[arg-type]
        hub=Hub(FakeAnswers()),
        signer=Signer(KEYS, purpose="chat"),
        public_url="https://help.svetilka.example",
        registry=CollectorRegistry(),
    )
    return client_of(application(routes))


async def test_any_site_may_load_the_script_and_keep_it_for_a_while() -> None:
    async with client() as visitor:
        script = await visitor.get("/chat/website/widget.js")
        again = await visitor.get("/chat/website/widget.js", headers={"if-none-match": script.headers["etag"]})
        missing = await visitor.get("/chat/nowhere/widget.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert (again.status_code, missing.status_code) == (304, 404)


async def test_the_script_carries_its_texts_and_limits() -> None:
    async with client() as visitor:
        script = (await visitor.get("/chat/website/widget.js")).text
    found = re.search(r"const SETTINGS = (\{.*\});\n", script)
    assert found is not None
    settings = json.loads(found.group(1))
    assert (set(settings["texts"]), settings["length"]) == ({"en", "sl", "hr", "he"}, 77)
    assert settings["title"] == {"en": "</script>Lamps"}


def test_every_language_has_every_text_of_the_widget() -> None:
    places = {
        language: {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in texts.items()}
        for language, texts in TEXTS.items()
    }
    assert set(places) == {"en", "sl", "hr", "he"}
    assert places["sl"] == places["hr"] == places["he"] == places["en"]
    used = set(re.findall(r'texts\.(\w+)|say\("(\w+)"', SCRIPT))
    assert {one or other for one, other in used} <= set(TEXTS["en"])
    assert {f"status_{state}" for state in STATES.values()} <= set(TEXTS["en"])


def test_the_script_is_small_and_makes_no_markup_of_what_people_write() -> None:
    assert len(SCRIPT.encode()) < 20_000
    for dangerous in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert dangerous not in SCRIPT


async def test_the_chats_own_page_allows_the_widget_and_nothing_else() -> None:
    async with client() as visitor:
        page = await visitor.get("/chat/website/?lang=he")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self' wss://help.svetilka.example" in policy
    assert "connect-src 'self' wss://help.svetilka.example" in policy
    assert 'dir="rtl"' in page.text
    assert "<script>" not in page.text
    assert 'src="widget.js" data-lang="he"' in page.text


@pytest.mark.parametrize("language", ["en", "sl", "hr", "he"])
def test_the_shipped_chat_has_a_title_in_every_language(language: str) -> None:
    shipped = configuration.read(Path(__file__).parents[4] / "config").chat["website"]
    assert shipped.title.get(language) or TEXTS[language]["title"]  # type: ignore[call-overload]
