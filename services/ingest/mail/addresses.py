"""Addresses in a header field (RFC 5322, 3.4), with the mistakes that people and programs make, in linear time."""

import re
from collections.abc import Callable, Iterator

from services.ingest.mail.words import ENCODED

MAX_ADDRESSES = 2_000
MAX_MAILBOX = 1_500
"""Characters of one mailbox that are looked at: some patterns take time with the square of it."""

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_HIDDEN_ADDRESS = re.compile(r"<[^<>@\s]+@[^<>\s]+>\s*[,;]")
_COMMENT_ONLY = re.compile(r"\([^()]*\)\Z")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ADDRESS = re.compile(
    r"""(?:"(?:[^"\\]|\\.)*"|[^\s"<>()@,;:\[\]]+)(?:@(?:\[[^\]\s]*\]|[^\s"<>()@,;:\[\]]+))+|"(?:[^"\\]|\\.)*\""""
)
"""An address, or a quoted string, in which there is none."""
_GROUP = re.compile(r'\s*+(?:"[^"]*"|[^"<>@:\[]{0,200}):(?!//)')
_ROUTE = re.compile(r"^[,\s]*@(?:\[[^\]]*\]|[^:\[])*:\s*")
MAX_GROUPS = 5
_AROUND_DOT_OR_AT = re.compile(r"\s*([.@])\s*")
_SCHEME = re.compile(r"^(?:mailto|smtp):", re.IGNORECASE)


def addresses(value: str, words: Callable[[str], str]) -> list[tuple[str, str]]:
    """`(name, address)` of everybody in the field, groups flattened. `words` decodes encoded words.

    Either may be empty: `From: Whoever` names somebody without an address.
    """
    found = []
    for mailbox in _mailboxes(value):
        name, address = _mailbox(mailbox, words)
        if not address and ENCODED.search(mailbox):  # the address stands in the encoded word as well
            name, address = _mailbox(words(mailbox), words)
        if address or (name and not _COMMENT_ONLY.match(mailbox)):
            found.append((name, address))
        if len(found) >= MAX_ADDRESSES:
            break
    return found


def _mailboxes(value: str) -> Iterator[str]:
    """Split at commas and semicolons, but not in quotes, comments, angle brackets or encoded words."""
    piece: list[str] = []
    for token in _tokens(value):
        if token in (",", ";"):
            yield from _without_group("".join(piece))
            piece = []
        else:
            piece.append(token)
    yield from _without_group("".join(piece))


def _without_group(piece: str) -> Iterator[str]:
    for _ in range(MAX_GROUPS):  # groups in groups are wrong, but happen
        group = _GROUP.match(piece)
        if group is None or _SCHEME.match(piece.strip()):
            break
        piece = piece[group.end() :]
    if piece.strip():
        yield piece.strip()[:MAX_MAILBOX]


def _tokens(value: str) -> Iterator[str]:
    """Separators by themselves; what must stay together in one piece; everything else in between."""
    position, plain = 0, 0
    special = re.compile(r'[,;"(<\[=]')
    ends = _Ends(value)
    while True:
        match = special.search(value, position)
        if match is None:
            yield value[plain:]
            return
        end = ends.of(match.group(), match.start())
        if match.group() in ",;" or end > match.start() + 1:
            yield value[plain : match.start()]
            yield value[match.start() : end]
            plain = end
        position = end


class _Ends:
    """Where what begins at a place ends; a thing without an end is no more than its first character."""

    def __init__(self, value: str) -> None:
        self._value = value
        self._without_end: set[str] = set()

    def of(self, mark: str, start: int) -> int:
        if mark in self._without_end:
            return start + 1
        match mark:
            case '"':
                end = self._quote(start)
            case "(":
                end = _comment_end(self._value, start)
            case "<":
                return self._angle(start)
            case "[":
                return self._value.find("]", start, start + 400) + 1 or start + 1
            case "=":
                word = ENCODED.match(self._value, start)
                return word.end() if word and word[0].endswith("?=") else start + 1
            case _:
                return start + 1
        if end == 0:
            self._without_end.add(mark)
            return start + 1
        return end

    def _quote(self, start: int) -> int:
        match = _QUOTED.match(self._value, start)
        if match is None:
            return 0
        return start + 1 if _HIDDEN_ADDRESS.search(match[1][:2000]) else match.end()

    def _angle(self, start: int) -> int:
        end = self._value.find(">", start + 1, start + 2000)
        again = self._value.find("<", start + 1, end if end >= 0 else start + 2000)
        return end + 1 if end >= 0 and again < 0 else start + 1


def _comment_end(value: str, start: int) -> int:
    """Behind the closing parenthesis; comments hold comments. 0 when it never closes."""
    depth = 0
    for match in re.finditer(r"\\.|[()]", value[start:], re.DOTALL):
        if match.group() in "()":
            depth += 1 if match.group() == "(" else -1
            if depth == 0:
                return start + match.end()
    return 0


def _mailbox(text: str, words: Callable[[str], str]) -> tuple[str, str]:
    phrase, comments, angles = _taken_apart(text)
    if angles:
        chosen = next((one for one in reversed(angles) if "@" in one), angles[-1])
        address = _plain_address(chosen)
        name = _name(phrase, words) or _name(" ".join(comments), words)
        if address:
            return name, address
        return _bare(phrase, comments, words)
    return _bare(phrase, comments, words)


def _taken_apart(text: str) -> tuple[str, list[str], list[str]]:
    """The phrase, the comments and what stands in angle (or square) brackets."""
    phrase, comments, angles = [], [], []
    for token in _tokens(text):
        if len(token) > 1 and token[0] == "(" and token[-1] == ")":
            comments.append(_ESCAPE.sub(r"\1", token[1:-1]))
            phrase.append(" ")
        elif _is_angle(token) or (token[:1] == "[" and "@" in token and not "".join(phrase).endswith("@")):
            angles.append(token[1:-1])
        else:
            phrase.append(token)
    joined = "".join(phrase)
    opened = _QUOTED.sub(lambda match: "." * len(match[0]), joined).rfind("<")
    if not angles and opened >= 0 and "@" in joined[opened:]:
        return joined[:opened], comments, [joined[opened + 1 :].split()[0]]
    return joined, comments, angles


def _is_angle(token: str) -> bool:
    return len(token) > 1 and token[0] == "<" and token[-1] == ">"


def _bare(phrase: str, comments: list[str], words: Callable[[str], str]) -> tuple[str, str]:
    """A mailbox without angle brackets: `a@k.example (Ana)`, `Ana a@k.example`, or a name alone."""
    text = _SCHEME.sub("", phrase.strip())
    close = _AROUND_DOT_OR_AT.sub(r"\1", text)
    match = _last_address(text if " " in close else close) or _last_address(close)
    if match is None:
        return _name(text, words) or _name(" ".join(comments), words), ""
    around = f"{match.string[: match.start()]} {match.string[match.end() :]}".strip(" <>'(")
    return _name(around, words) or _name(" ".join(comments), words), _plain_address(match.group())


def _last_address(text: str) -> "re.Match[str] | None":
    """Of several, the ones before are what somebody is called. One in quotes counts when there is no other."""
    found = None
    for match in _ADDRESS.finditer(text):
        if match[0][-1] != '"' and "@" in match[0]:
            found = match
    return found


def _plain_address(text: str) -> str:
    """`user@host` without routes, comments, blanks and leftover brackets."""
    without = "".join(token for token in _tokens(text) if not (token[:1] == "(" and token[-1:] == ")"))
    address = _AROUND_DOT_OR_AT.sub(r"\1", _ROUTE.sub("", _SCHEME.sub("", without.strip().strip("<>'").strip())))
    if address.startswith('"'):
        return address
    return address.split()[0] if address.split() else ""


def _name(text: str, words: Callable[[str], str]) -> str:
    unquoted = _QUOTED.sub(lambda match: _ESCAPE.sub(r"\1", match[1]), text)
    return words(unquoted).strip().strip('"').strip()
