"""Reply codes (RFC 5321) and status codes (RFC 3463) in what mail systems wrote, and which of several counts."""

import re
from collections.abc import Iterable

_STATUS = re.compile(r"(?<![0-9./vV])([245])\.([0-7])\.([0-9]{1,3})(?![0-9]|\.[0-9])")
_REPLY = re.compile(r"(?<![\w./@=:])([245][0-9]{2})(?![\w./@:]|,[0-9])")
_LOOSE_REPLY = re.compile(r"(?<=[;:])([245][0-9]{2})(?=[ ,-])")
_REPLIES = (
    *("550", "552", "553", "551", "521", "525", "502", "520", "523", "524", "530", "533", "534", "535", "538"),
    *("555", "556", "554", "500", "501", "503", "504"),
    *("450", "451", "452", "421", "430", "432", "453", "454", "455", "456", "458", "459", "422"),
    *("250", "251", "252", "253", "211", "214", "220", "221", "235"),
)
"""Those that servers give for a mail, the telling ones before the general ones."""
_VAGUE = re.compile(r"^(?:[245]\.0\.0|4\.4\.7|4\.7\.0|5\.3\.\d+|[245]\.5\.[1245])$")
MAX_TEXT = 8_000


def statuses(text: str) -> list[str]:
    """The status codes in a text, in their order."""
    return [".".join(match.groups()) for match in _STATUS.finditer(text[:MAX_TEXT])]


def status_in(text: str) -> str:
    """The status code that says most; empty when there is none."""
    found = statuses(text)
    telling = [code for code in found if not code.endswith(".0.0") and code != "4.4.7"]
    return preferred(telling + [code for code in found if code not in telling][-1:])


def preferred(codes: Iterable[str], *, reply: str = "") -> str:
    """The code that counts when several are stated, the reporting system's first."""
    chosen = ""
    for code in codes:
        chosen = _better(chosen, code, reply) if chosen else code
    return chosen


def reply_in(text: str, *, status: str = "") -> str:
    """The reply code in a text; with a status, only one of its class counts."""
    searched = text[:MAX_TEXT]
    found = {match[1] for match in (*_REPLY.finditer(searched), *_LOOSE_REPLY.finditer(searched))}
    kept = [code for code in _REPLIES if code in found]
    return next((code for code in kept if not status or code[0] == status[0]), "")


def _better(stated: str, other: str, reply: str) -> str:
    if stated[0] != other[0] and reply and reply[0] in (stated[0], other[0]):
        return stated if reply[0] == stated[0] else other
    if stated == other or other.endswith(".0.0"):
        return stated
    if _VAGUE.match(stated) or (".0" in stated and ".0" not in other):
        return other
    if stated == "5.1.1":  # the commonest default: anything more particular that was said counts
        return stated if ".0" in other or other.startswith("5.5.") else other
    if stated == "5.1.3" and other.startswith("5.7."):
        return other
    return stated
