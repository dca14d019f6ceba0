"""What other sites take of a form: the script that embeds it, and its JSON Schema."""

from collections.abc import Mapping

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from services.ingest.channels.configuration import Form
from services.ingest.channels.form_visit import Visit
from services.ingest.channels.page_frame import PAGES

SCRIPT_SECONDS = 3600
"""How long browsers may keep the embedding script."""


class Elsewhere:
    """Gives out script and schema; whose page may show the form is in its own policy (`origins`)."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self._forms = forms
        self._embed = (PAGES / "embed.js").read_text(encoding="utf-8")

    async def script(self, name: str, request: Request) -> Response:
        Visit.of(self._forms, name, request)
        headers = {
            "Cache-Control": f"public, max-age={SCRIPT_SECONDS}",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(self._embed, media_type="text/javascript", headers=headers)

    async def schema(self, name: str, request: Request) -> Response:
        visit = Visit.of(self._forms, name, request)
        headers = {**visit.cross_origin(), "Content-Language": visit.language}
        return JSONResponse(
            visit.form.asks.plain(visit.language), headers=headers, media_type="application/schema+json"
        )
