"""The organisation's texts in every language: checked at start, rendered in a sandbox."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from services.notify.wording import Direction, Language, direction_of
from shared.errors import InvalidConfiguration

LAYOUT = "layout.html"
BLOCKS = ("subject", "text", "sms")
SAMPLE: Mapping[str, Any] = {
    "organisation": "Svetilka",
    "number": "K-1000017",
    "tag": "[K-1000017]",
    "title": "The lamp in the hall flickers",
    "name": "Ana Novak",
    "agent": "Bojan Kranjc",
    "team": "Technical support",
    "customer": "Ana Novak <ana@example.com>",
    "text": "Good morning,\n\nsince yesterday the lamp in the hall flickers.",
    "promise": "tomorrow at 10:00",
    "due": "21 November 2026, 10:00",
    "clock": "first response",
    "level": 1,
    "late": True,
    "conversation": "Ana Novak, 20 November 2026, 9:12:\n\n> Since yesterday the lamp in the hall flickers.",
    "files": "manual.pdf: https://help.svetilka.example/status/aZm9vYmFy/files/9f86d081884c7d65",
    "answer_line": "##- Write your answer above this line -##",
    "understood": "- the answer was sent to the customer",
    "mistakes": "- #trasnfer billing: there is no such instruction",
    "status_url": "https://help.svetilka.example/status/aZm9vYmFy",
}
"""What every template may use. Texts, but for `level` (a number) and `late` (true or false)."""
EMPTY: Mapping[str, Any] = {name: {str: "", int: 1, bool: False}[type(value)] for name, value in SAMPLE.items()}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is sent: subject, text and HTML by mail, `sms` by telephone. All say the same."""

    subject: str
    text: str
    html: str
    sms: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    lines: Sequence[str]
    quoted: bool
    direction: Direction


class Templates:
    """One file per language and template, `<language>/<template>.txt`, and one `layout.html` for all.

    The HTML part is made from the text, paragraph by paragraph, so that the two never differ and nothing
    that somebody wrote becomes markup.
    """

    def __init__(self, folder: Path, languages: Mapping[str, Language], names: Sequence[str]) -> None:
        self._folder = folder
        self._languages = languages
        sources = {f"{code}/{name}.txt": _read(folder / code / f"{name}.txt") for code in languages for name in names}
        sources[LAYOUT] = _read(folder / LAYOUT)
        options: dict[str, Any] = {
            "loader": DictLoader(sources),
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
        }
        plain = ImmutableSandboxedEnvironment(autoescape=False, **options)
        plain.filters["quoted"] = quoted
        markup = ImmutableSandboxedEnvironment(autoescape=True, **options)
        markup.filters["unbroken"] = unbroken
        self._templates = {path: self._compiled(plain, path) for path in sources if path != LAYOUT}
        self._layout = self._compiled(markup, LAYOUT)
        self._check()

    def render(self, name: str, language: Language, values: Mapping[str, Any], *, automatic: bool) -> Rendered:
        """The template in the language; every value is put in as it is, whoever wrote it."""
        template = self._templates[f"{language.code}/{name}.txt"]
        subject, text, sms = (_block(template, block, values) for block in BLOCKS)
        subject, text = " ".join(subject.split()), _tidied(text)
        html = self._layout.render(
            paragraphs=list(paragraphs(text, language.direction)),
            subject=subject,
            number=values["number"],
            language=language.code,
            direction=language.direction,
            organisation=values["organisation"],
            automatic=automatic,
        )
        return Rendered(subject=subject, text=text, html=html, sms=_tidied(sms))

    def _compiled(self, environment: ImmutableSandboxedEnvironment, path: str) -> Template:
        try:
            return environment.get_template(path)
        except TemplateSyntaxError as error:
            raise InvalidConfiguration(f"{self._folder / path}:{error.lineno}: {error.message}") from error

    def _check(self) -> None:
        faults = [fault for path in self._templates for fault in self._faults(path)]
        if faults:
            raise InvalidConfiguration("\n".join(faults))

    def _faults(self, path: str) -> Iterator[str]:
        code, _, name = path.removesuffix(".txt").partition("/")
        missing = [block for block in BLOCKS if block not in self._templates[path].blocks]
        if missing:
            yield f"{self._folder / path}:1: the block {', '.join(missing)} is missing"
            return
        for values in (SAMPLE, EMPTY):
            try:
                rendered = self.render(name, self._languages[code], values, automatic=True)
            except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
                line = _line(error, self._templates[path])
                yield f"{self._folder / path}:{line}: {error}; known are {', '.join(SAMPLE)}"
                return
            if values is SAMPLE and not (rendered.subject and rendered.text and rendered.sms):
                yield f"{self._folder / path}:1: the subject, the text or the sms comes out empty"


def paragraphs(text: str, direction: Direction) -> Iterator[Paragraph]:
    """The text between blank lines; where every line begins with `>`, it is a quotation.

    `direction` is for a paragraph that has none of its own, such as a signature of isolated names.
    """
    for part in re.split(r"\n[ \t]*\n", text):
        lines, is_quoted = part.split("\n"), all(line.startswith(">") for line in part.split("\n"))
        if is_quoted:
            lines = [line.removeprefix(">").strip() for line in lines]
        yield Paragraph(lines, quoted=is_quoted, direction=direction_of(part) or direction)


def unbroken(line: Markup, word: str) -> Markup:
    """The line with `word` kept together at the end of a row: hyphens may break, ticket numbers may not."""
    if not word or "<" in line:  # a link, whose address must stay as it is
        return line
    return line.replace(escape(word), Markup('<span style="white-space:nowrap">{}</span>').format(word))


def quoted(text: str) -> str:
    """The text as a quotation: each line begins with `> `."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def _block(template: Template, name: str, values: Mapping[str, Any]) -> str:
    return "".join(template.blocks[name](template.new_context(dict(values))))


def _tidied(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.strip().splitlines()))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfiguration(f"{path}: can't be read: {error}") from error


def _line(error: BaseException, template: Template) -> int:
    """The line of the template in which an error arose."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == template.filename:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line
