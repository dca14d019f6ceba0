"""Serves the chat's widget, one script without any build step, and a page that shows it."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import Request, Response
from pydantic_core import to_json

from services.ingest.channels.configuration import ChatAccount
from services.ingest.channels.page_frame import PAGES, Allowed, Frame, Pages, language_of, texts_in
from shared.errors import Refused

KEPT_SECONDS = 300
"""How long browsers may use the script without asking; then its ETag says whether it is still the same."""


class Widget:
    """The script and the page of every chat. `origin` is our own: its pages may always chat."""

    def __init__(self, accounts: Mapping[str, ChatAccount], *, public_url: str) -> None:
        self._accounts = accounts
        self._pages = Pages()
        address = urlsplit(public_url)
        self.origin = f"{address.scheme}://{address.netloc}"
        self._texts = texts_in(PAGES / "chat_texts")
        script = (PAGES / "widget.js").read_text(encoding="utf-8")
        self._scripts = {name: self._written(script, account) for name, account in accounts.items()}

    async def script(self, account: str, request: Request) -> Response:
        self._check(account)
        content = self._scripts[account]
        etag = f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'
        headers = {
            "Cache-Control": f"public, max-age={KEPT_SECONDS}",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "ETag": etag,
            "X-Content-Type-Options": "nosniff",
        }
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="text/javascript", headers=headers)

    async def page(self, account: str, request: Request) -> Response:
        self._check(account)
        accepted = request.headers.get("accept-language", "")
        language = language_of(request.query_params.get("lang"), accepted, ("en", "sl", "hr", "he"))
        socket = "ws" + self.origin.removeprefix("http")
        allowed = Allowed(sources=("'self'", socket))
        frame = Frame(language, {code: f"?lang={code}" for code in ("en", "sl", "hr", "he")}, allowed=allowed)
        title = self._accounts[account].title.get(language) or self._texts[language]["title"]
        return self._pages.response("chat.html", frame, title=title, text=self._texts[language]["page"])

    def _check(self, account: str) -> None:
        if account not in self._accounts:
            raise Refused(status=404, title="No such chat", detail="Check the last part of the address.")

    def _written(self, script: str, account: ChatAccount) -> str:
        """The script with its texts and limits. JSON is JavaScript (ECMA-262, since 2019)."""
        settings = {"texts": self._texts, "title": account.title, "length": account.message_length}
        return script.replace("SETTINGS_OF_THIS_CHAT", to_json(settings).decode(), 1)
