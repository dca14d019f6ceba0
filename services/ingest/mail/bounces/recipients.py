"""Whom a report in words is about, and what it says about each of them."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

MAX_LINES = 2_000
MAX_LINE = 1_000
MAX_SAID = 4_000
MAX_RECIPIENTS = 100

_ADDRESS = r"[^\s<>()\[\]\"',;:|\\{}=@]{1,64}@[\w.-]{1,253}"
_ANY = re.compile(rf"(?<![^\s<>()\[\]\"',;:=])({_ADDRESS})")
_QUOTED = re.compile(r'<("[^"\n]{1,64}"@[\w.-]{1,253})>')
_HEADLINE = re.compile(rf"^[ \t>*•·\-\"'(\[]{{0,40}}(?:rfc822[ ]?;[ ]?)?[<(\[\"']{{0,3}}({_ADDRESS})[>)\]\"']{{0,3}}")
_TRANSCRIPT = re.compile(rf"^[ \t]{{0,8}}[45][0-9]{{2}}[ -][^<\n]{{0,60}}<({_ADDRESS})>[ ]?(?:\.\.\.|:)")
_NAMED = re.compile(
    rf"""(?:\b(?:rcpt[ ]to|recipients?(?:[ ]address(?:es)?)?|original[ ]address|to|for|user(?:[ ]id)?|mailbox|account
          |address(?:es)?|para|an|à|al?|aan|til|dla|na)\b|адрес\w{{0,4}}|宛先|宛)
        [ \t]{{0,4}}(?:is|was|failed|:|=|：)?[ \t]{{0,4}}[<(\[\"'“«]{{0,3}}({_ADDRESS})""",
    re.VERBOSE | re.IGNORECASE,
)
_NOT_ABOUT = re.compile(
    r"""^[ \t>]{0,12}(?:from|reply-to|sender|original[ ]sender|return-path|message-?id|x-[\w-]{1,40}|subject|sent|to|cc
        |date|mail[ ]from|received|references|in-reply-to|von|de|da|van|fra|från|od|от|差出人)[ \t]{0,4}[:：]""",
    re.VERBOSE | re.IGNORECASE,
)
_SENT_BY = re.compile(r"\b(?:(?<!generated )(?<!expanded )from|by|sender)\W{1,4}$", re.IGNORECASE)
_STAFF = re.compile(r"^(?:postmaster|mailer-daemon|abuse|support|helpdesk|help|admin|webmaster|hostmaster|noc)@", re.I)
_WORDS = re.compile(r"[^\W\d_]{3,}")
_FORMULA = re.compile(
    r"undeliverable to\b|(?:the )?original message follows[^\n]{0,20}|^message removed$", re.IGNORECASE | re.MULTILINE
)
"""What is always said, and says nothing of why."""


@dataclass(slots=True)
class Mentioned:
    """An address that the report is about, and the lines about it."""

    address: str
    said: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is said of the address; empty when there are no words beside the address itself."""
        joined = "\n".join(self.said)[:MAX_SAID]
        return joined if _WORDS.search(_FORMULA.sub(" ", _ANY.sub(" ", joined))) else ""


@dataclass(frozen=True, slots=True)
class _Place:
    line: int
    address: str
    ends: bool
    """In a transcript the line with the address comes after what was said, elsewhere before it."""


def addresses(text: str) -> list[str]:
    """Every address in a text, once each, in order."""
    found = [match[1].rstrip(".") for match in _ANY.finditer(text[:MAX_SAID])]
    return list(dict.fromkeys(found or [match[1] for match in _QUOTED.finditer(text[:MAX_SAID])]))


def mentioned(report: str, *, failed: Sequence[str] = (), others: Collection[str] = ()) -> list[Mentioned]:
    """The recipients in the order in which the report names them.

    `failed` are those that the header names; `others` are addresses that it is not about, such as the
    sender of the mail that came back, unless there is nobody else.
    """
    lines = [line[:MAX_LINE] for line in report.splitlines()[:MAX_LINES]]
    avoided = {one.lower() for one in others}
    if failed:
        wanted = {one.lower() for one in failed}
        places = [place for place in _all(lines) if place.address.lower() in wanted]
        return _with_text(lines, places, [*(place.address for place in places), *failed])
    for avoid in (avoided, set()):
        for look in (_headed, _named, _all):
            places = [one for one in look(lines) if one.address.lower() not in avoid and not _STAFF.match(one.address)]
            if places:
                return _with_text(lines, places, [place.address for place in places])
    return []


def _headed(lines: Sequence[str]) -> Iterator[_Place]:
    for number, line in enumerate(lines):
        if transcript := _TRANSCRIPT.match(line):
            yield _Place(number, transcript[1].rstrip("."), ends=True)
        elif headline := _HEADLINE.match(line):
            yield _Place(number, headline[1].rstrip("."), ends=False)
        elif quoted := _QUOTED.match(line.strip()):
            yield _Place(number, quoted[1], ends=False)


def _named(lines: Sequence[str]) -> Iterator[_Place]:
    for number, line in enumerate(lines):
        if not _NOT_ABOUT.match(line):
            for match in _NAMED.finditer(line):
                yield _Place(number, match[1].rstrip("."), ends=False)


def _all(lines: Sequence[str]) -> Iterator[_Place]:
    for number, line in enumerate(lines):
        if not _NOT_ABOUT.match(line):
            for match in _ANY.finditer(line):
                if _SENT_BY.search(line[: match.start()]):
                    continue
                yield _Place(number, match[1].rstrip("."), ends=bool(_TRANSCRIPT.match(line)))


def _with_text(lines: Sequence[str], places: Sequence[_Place], named: Sequence[str]) -> list[Mentioned]:
    """Shares the lines out: each goes with the address above it, in a transcript with the one below it."""
    found: dict[str, Mentioned] = {}
    for address in named:
        found.setdefault(address.lower(), Mentioned(address))
    start = 0
    for number, place in enumerate(places):
        following = places[number + 1].line if number + 1 < len(places) else len(lines)
        if place.ends:
            said = lines[start : place.line + 1]
            start = place.line + 1
        else:
            said = lines[place.line : max(following, place.line + 1)]
            start = following
        found[place.address.lower()].said.extend(said)
    return list(found.values())[:MAX_RECIPIENTS]
