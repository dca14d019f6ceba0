"""The names by which other companies' desks call a conversation in their mails: one line each.

Such desks drop our own references, or send every mail with new ones; what stays the same is their
name for the case. A name is followed for participants only, as anybody can write it.
"""

import re
from collections.abc import Iterator

from services.ingest.conversation.subjects import MAX_SUBJECT
from services.ingest.normalised import Normalised

MAX_TEXT = 50_000
MOST_NAMES = 10

_IDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("jira", re.compile(r"^<JIRA\.(\d{1,20})\.\d[^@>]{0,200}@Atlassian\.JIRA>$", re.IGNORECASE)),
    ("github", re.compile(r"^<([\w.-]{1,100}/[\w.-]{1,100}/(?:issues?|pull|discussions)/\d{1,12})[/@]", re.IGNORECASE)),
    ("gitlab", re.compile(r"^<((?:issue|merge_request|epic|work_item)_\d{1,15}(?:@[\w.-]{1,200}))>$", re.IGNORECASE)),
)
"""In Message-ID, In-Reply-To and References."""

_JIRA_SUBJECT = re.compile(r"\[JIRA\]\s{0,3}\(([A-Z][A-Z0-9_]{1,20}-\d{1,10})\)", re.IGNORECASE)
_SERVICENOW_MARK = re.compile(r"\bRef:\s?(MSG\d{5,15})", re.IGNORECASE)
_SERVICENOW_CASE = re.compile(r"\b((?:INC|RITM|REQ|CHG|PRB|CS|SCTASK|TASK)\d{7,12})\b", re.IGNORECASE)
_SERVICENOW_SENDER = re.compile(r"@(?:[\w-]+\.)*service-now\.com$", re.IGNORECASE)


def vendor_names(message: Normalised) -> tuple[str, ...]:
    """What other desks call the conversation that the message belongs to."""
    return tuple(dict.fromkeys(name.lower() for name in _names(message)))[:MOST_NAMES]


def _names(message: Normalised) -> Iterator[str]:
    hints = message.thread
    own = (hints.message_id,) if hints.message_id else ()
    for one in (*own, *hints.in_reply_to, *reversed(hints.references)):
        for vendor, pattern in _IDS:
            match = pattern.match(one)
            if match is not None:
                yield f"{vendor}:{_without_kind(match[1])}"
    title = message.title[:MAX_SUBJECT]
    for key in _JIRA_SUBJECT.findall(title):
        yield f"jira:{key}"
    yield from _servicenow(message, title)


def _servicenow(message: Normalised, title: str) -> Iterator[str]:
    text = f"{message.text}\n{message.prior_text}"[:MAX_TEXT]
    marks = _SERVICENOW_MARK.findall(text)
    if not marks and not _SERVICENOW_SENDER.search(message.sender.email or ""):
        return
    for case in _SERVICENOW_CASE.findall(title):
        yield f"servicenow:{case}"
    for mark in marks[:3]:
        yield f"servicenow:{mark}"


def _without_kind(name: str) -> str:
    """GitHub numbers issues and pull requests together, and calls one of them by both."""
    return re.sub(r"/(?:issues?|pull|discussions)/", "#", name)
