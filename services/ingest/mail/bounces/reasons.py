"""Why a mail was not delivered, from what mail systems say, and what that means for the address.

The names are those that bounce readers share (sisimai's); so are the details above 900 that stand for a
reason where the report states no status code: `5.0.911` is an unknown user.
"""

import re
from collections.abc import Mapping

from services.ingest.mail.bounces.phrases import FIRST, LATER, PHRASES, SYNTAX

MAX_TEXT = 1_000

_PATTERNS: Mapping[str, re.Pattern[str]] = {
    reason: re.compile("|".join(phrases), re.IGNORECASE) for reason, phrases in PHRASES.items()
}
_DETAIL = {
    "authfailure": 926,
    "badreputation": 975,
    "blocked": 971,
    "contenterror": 960,
    "exceedlimit": 923,
    "expired": 947,
    "failedstarttls": 976,
    "filtered": 910,
    "hasmoved": 916,
    "hostunknown": 912,
    "mailboxfull": 922,
    "mailererror": 939,
    "mesgtoobig": 934,
    "networkerror": 944,
    "norelaying": 909,
    "notaccept": 932,
    "notcompliantrfc": 974,
    "onhold": 901,
    "policyviolation": 972,
    "rejected": 918,
    "requireptr": 973,
    "securityerror": 970,
    "spamdetected": 980,
    "speeding": 946,
    "suppressed": 903,
    "suspend": 921,
    "syntaxerror": 902,
    "systemerror": 930,
    "systemfull": 931,
    "toomanyconn": 945,
    "undefined": 900,
    "userunknown": 911,
    "virusdetected": 981,
}
_ALWAYS_PERMANENT = frozenset({"hasmoved", "hostunknown", "userunknown"})
_BY_STATUS: Mapping[str, str] = {
    **dict.fromkeys(("5.1.0", "5.1.1", "5.1.3"), "userunknown"),
    **dict.fromkeys(("5.1.4", "5.2.0", "5.2.1", "5.2.4", "4.2.4"), "filtered"),
    **dict.fromkeys(("5.1.2", "5.4.4"), "hostunknown"),
    **dict.fromkeys(("5.1.6", "4.1.6", "5.7.17", "5.7.18"), "hasmoved"),
    **dict.fromkeys(("5.1.7", "5.1.8", "4.1.7", "4.1.8"), "rejected"),
    **dict.fromkeys(("5.1.10", "5.3.2", "4.3.2", "5.7.27"), "notaccept"),
    **dict.fromkeys(("5.2.2", "4.2.2"), "mailboxfull"),
    **dict.fromkeys(("5.2.3", "4.2.3"), "exceedlimit"),
    **dict.fromkeys(("5.3.4", "5.7.16", "4.7.16"), "mesgtoobig"),
    **dict.fromkeys(("5.3.1", "4.3.1", "4.4.5"), "systemfull"),
    **dict.fromkeys(
        ("5.1.9", "4.1.9", "5.3.0", "5.3.3", "5.3.5", "4.3.3", "4.3.5", "4.4.3", "5.4.3", "5.5.4", "5.5.5", "4.5.3"),
        "systemerror",
    ),
    **dict.fromkeys(("5.4.0", "4.4.2", "4.4.4", "4.4.6", "4.4.8"), "networkerror"),
    **dict.fromkeys(("4.4.1", "4.4.7"), "expired"),
    **dict.fromkeys(("5.5.2", "5.5.6"), "syntaxerror"),
    **dict.fromkeys(("5.5.3",), "toomanyconn"),
    **dict.fromkeys(("4.2.1", "4.7.1", "4.7.2"), "blocked"),
    **dict.fromkeys(("5.7.13",), "suspend"),
    **dict.fromkeys(
        ("5.7.20", "5.7.21", "5.7.22", "5.7.23", "5.7.24", "5.7.26", "5.7.29", "4.7.24", "4.7.26"), "authfailure"
    ),
    **dict.fromkeys(("5.7.25", "4.7.25"), "requireptr"),
    **dict.fromkeys(("5.7.28",), "spamdetected"),
    **dict.fromkeys(("5.7.30",), "failedstarttls"),
}
_UNSURE = ("securityerror", "systemerror", "networkerror", "")
_BEFORE_DATA = ("EHLO", "MAIL", "RCPT")

_COMMAND = re.compile(
    r"""(?:>>>[ ]|in[ ]reply[ ]to[ ](?:the[ ])?|response[ ]to[ ]|after[ ](?:sending[ ])?|server[ ]for[ ]|Sent[ ]<<<[ ]
        |SMTP:|progress[ ]was[ ]|[ ]in[ ]|on[ ]|to[ ]|following[ ]
        |did[ ]not[ ]like[ ]our[ ]|SMTP[ ]command\s{1,4}|\[)\(?(EHLO|HELO|MAIL|RCPT|DATA|TEXT|BDAT
            |initial[ ]connection|end[ ]of[ ]data|end[ ]of[ ]message)(?:\b|_)
      |(my[ ]name[ ]was[ ]rejected)|(sender[ ]was[ ]rejected)|(does[ ]not[ ]like[ ]recipient)
      |(failed[ ](?:on[ ]DATA|after[ ]I[ ]sent))""",
    re.VERBOSE,
)
_BY_GROUP = {2: "EHLO", 3: "MAIL", 4: "RCPT", 5: "DATA"}
_AS_COMMAND = {"HELO": "EHLO", "INITIAL CONNECTION": "EHLO", "TEXT": "DATA", "BDAT": "DATA"}
_AFTER_MAIL = re.compile(r"SMTP error from remote mail(?:er| server) after (?:pipelined )?MAIL FROM")
_TEMPORARY = re.compile(
    r"\btemporar|\bpersistent\b|(?<!delivery )\bretry (?:timeout|time)|failing for a long time"
    r"|no action is required on your part|delay reason:|\bfrozen\b|\bwarning message only",
    re.IGNORECASE,
)


def sender_refused(text: str) -> bool:
    """Whether Exim reports that the answer was given before it named the recipient."""
    return bool(_AFTER_MAIL.search(text[:MAX_TEXT]))


def command_in(text: str) -> str:
    """The command of the SMTP session that was answered with the error: EHLO, MAIL, RCPT, DATA, or empty."""
    found = ""
    for match in _COMMAND.finditer(text[:MAX_TEXT]):
        said = (match[1] or "").upper()
        found = "DATA" if said.startswith("END") else _AS_COMMAND.get(said, said) or _BY_GROUP[match.lastindex or 2]
    return found


def reason_of(diagnostic: str, *, status: str, reply: str, command: str, kind: str = "smtp") -> str:
    """The reason's name; `undefined` when nothing was said, `onhold` when nothing of it is known."""
    text = " ".join(diagnostic[:MAX_TEXT].split())
    implied = _BY_STATUS.get(status, "")
    if kind != "x-unix":
        found = _first(text, implied=implied, reply=reply, command=command, permanent=status.startswith("5"))
        if found:
            return found
    if implied in _UNSURE or kind == "x-unix":
        found = next((reason for reason in LATER if _says(reason, text)), "")
        if found or implied:
            return found or implied
        if status[:3] in ("5.6", "4.6"):
            return "contenterror"
        if status[:3] in ("5.7", "4.7"):
            return "securityerror"
        if kind == "x-unix":
            return "mailererror"
        if reply in SYNTAX:
            return "syntaxerror"
        if command == "EHLO":
            return "blocked"
    return implied or ("onhold" if text.strip() else "undefined")


def _first(text: str, *, implied: str, reply: str, command: str, permanent: bool) -> str:
    for reason in FIRST:
        if reason == "userunknown":
            if _unknown_user(text, implied=implied, command=command, permanent=permanent):
                return reason
        elif reason == "filtered":
            if _filtered(text, implied=implied, command=command):
                return reason
        elif reason == "notaccept":
            if reply in ("521", "556") or _says(reason, text):
                return reason
        elif reason in ("spamdetected", "virusdetected"):
            if implied == reason or (command not in _BEFORE_DATA and _says(reason, text)):
                return reason
        elif reason == "mesgtoobig" and implied == "exceedlimit":
            continue
        elif reason == implied or _says(reason, text):
            return reason
    return ""


def _unknown_user(text: str, *, implied: str, command: str, permanent: bool) -> bool:
    """An unknown user counts when the status says so, when it was the answer to RCPT, or may have been."""
    if implied == "suspend":
        return False
    if implied == "userunknown":
        return not any(_says(one, text) for one in ("norelaying", "blocked", "mailboxfull", "hasmoved", "rejected"))
    if _says("certainlyunknown", text):
        return True
    return (command == "RCPT" or (permanent and implied in _UNSURE and not command)) and _says("userunknown", text)


def _filtered(text: str, *, implied: str, command: str) -> bool:
    """Said in another place than in answer to RCPT, "no such user" often is a filter's way to put it."""
    if implied == "suspend" or (implied != "filtered" and command in _BEFORE_DATA):
        return False
    return _says("filtered", text) or _says("userunknown", text)


def _says(reason: str, text: str) -> bool:
    return reason in _PATTERNS and bool(_PATTERNS[reason].search(text))


def is_temporary(text: str, *, reply: str) -> bool:
    """Whether an error without a status code is one that may pass."""
    return reply.startswith("4") or (not reply and bool(_TEMPORARY.search(text[:MAX_TEXT])))


def derived_status(reason: str, *, temporary: bool, sender_refused: bool = False) -> str:
    """The status code that stands for a reason where none was stated.

    What Exim was answered to MAIL is about the sender: of the recipient nothing is known, it is on hold.
    """
    if temporary and reason == "filtered":
        return "4.0.924"
    if sender_refused and reason != "norelaying":
        reason = "onhold"
    family = "4" if temporary and reason not in _ALWAYS_PERMANENT else "5"
    return f"{family}.0.{_DETAIL.get(reason, 900)}"


def is_stated(status: str) -> bool:
    """Whether a mail system stated the status code, rather than that it was derived from the reason."""
    return bool(status) and not re.fullmatch(r"[45]\.0\.9\d\d", status)


def is_hard(reason: str, *, status: str) -> bool | None:
    """Whether the address is dead: nothing will ever be delivered to it. None when nobody can tell."""
    if reason in _ALWAYS_PERMANENT:
        return True
    if reason == "notaccept":
        return not status.startswith("4")
    return None if reason in ("undefined", "onhold") else False
