"""The frame of all HTML pages that customers see: languages, style, and a policy that allows nothing else."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.ingest.channels.form_schema import PageLanguage
from shared.config import plain

PAGES = Path(__file__).parent / "pages"
OLD_CODES = {"iw": "he", "sh": "hr"}
"""What some browsers still call a language, and its code today (ISO 639-1)."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a page may do beside showing itself: who may frame it, what scripts it runs and loads."""

    frames: Sequence[str] = ()
    script: str = ""
    sources: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a page of a language says around its content; `choices` are the addresses of the other languages."""

    language: PageLanguage
    choices: Mapping[str, str]
    status: int = 200
    allowed: Allowed = field(default_factory=Allowed)


@cache
def texts_in(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """What the pages say in each language that has a file in `folder`."""
    return {file.stem: plain(file) for file in sorted(folder.glob("*.yaml"))}


class Pages:
    """Renders the templates in every language that has a file in pages/texts/."""

    def __init__(self) -> None:
        self.texts = texts_in(PAGES / "texts")
        self._style = (PAGES / "page.css").read_text(encoding="utf-8")
        self._templates = Environment(
            loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def text(self, code: str, language: str, **values: str) -> str:
        """A text with its values, which keep their own direction within it (UAX #9: isolates)."""
        texts = self.texts[language]
        if texts["direction"] == "rtl":
            values = {name: f"\u2066{value}\u2069" for name, value in values.items()}
        return texts[code].format(**values)

    def response(self, template: str, frame: Frame, **shown: Any) -> HTMLResponse:
        """The page, with the headers that keep it to itself."""
        content = self._templates.get_template(template).render(
            language=frame.language,
            texts=self.texts[frame.language],
            choices={code: (self.texts[code]["language"], href) for code, href in frame.choices.items()},
            style=Markup(self._style),  # noqa: S704  a file of ours, whose hash the policy names
            script=Markup(frame.allowed.script),  # noqa: S704  the same
            **shown,
        )
        return HTMLResponse(content, status_code=frame.status, headers=self._headers(frame))

    def _headers(self, frame: Frame) -> dict[str, str]:
        allowed = frame.allowed
        others = " ".join(allowed.sources)
        scripts = [f"'{digest(allowed.script)}'"] if allowed.script else []
        policy = [
            "default-src 'none'",
            f"style-src '{digest(self._style)}' {others}".strip(),
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {' '.join(allowed.frames) or chr(39) + 'none' + chr(39)}",
        ]
        if scripts or others:
            policy.append(f"script-src {' '.join([*scripts, *allowed.sources])}")
        if others:
            policy += [f"frame-src {others}", f"connect-src {others}", f"img-src {others}"]
        return {
            "Content-Security-Policy": "; ".join(policy),
            "Content-Language": frame.language,
            "Vary": "Accept-Language",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }


def digest(content: str) -> str:
    """The hash by which a Content-Security-Policy names an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def language_of(asked: str | None, accepted: str, languages: Sequence[PageLanguage]) -> PageLanguage:
    """The language of a page: the one asked for, else the best that the browser accepts, else the first."""
    for code in (asked or "", *_preferred(accepted)):
        primary = code.strip().lower().partition("-")[0]
        for language in languages:
            if language == OLD_CODES.get(primary, primary):
                return language
    return languages[0]


def _preferred(accepted: str) -> list[str]:
    """The codes of an Accept-Language header (RFC 9110, section 12.5.4), the best first."""
    ranked: list[tuple[float, str]] = []
    for part in accepted[:500].split(","):
        code, _, weight = part.partition(";")
        try:
            rank = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if rank > 0:
            ranked.append((rank, code.strip()))
    return [code for _, code in sorted(ranked, key=lambda entry: -entry[0])]
