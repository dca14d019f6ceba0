"""What became of a mail for one recipient: it failed, is still being tried, was delivered or passed on."""

import re
from collections.abc import Sequence
from typing import Literal

from services.ingest.mail.bounces.sections import Sections
from services.ingest.mail.headers import Headers

MAX_OPENING = 2_000

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded", "complaint"]

ACTIONS: Sequence[Action] = ("failed", "delayed", "delivered", "relayed", "expanded")
_ACTION_WORDS: dict[str, Action] = {
    "failure": "failed",
    "fail": "failed",
    "error": "failed",
    "expired": "failed",
    "delay": "delayed",
    "deferred": "delayed",
    "deliverable": "delivered",
    "success": "delivered",
}
_DELAYED = re.compile(
    r"""\bdelay(?:ed)?\b|\bwarning\b(?!.{0,80}\bunknown\b)|still\strying|not\syet\sbeen\sdelivered|\bverzögert|noch\snicht\szugestellt
      |retard[ée]|en\sattente|retras|ritardo|vertraagd|försenad|forsinket|opóźnion|отложен|задерж|遅延|延迟""",
    re.VERBOSE | re.IGNORECASE,
)
_STILL_TRYING = re.compile(
    r"""delivery\sattempts?\swill\scontinue|(?:will|shall)\s(?:continue|keep|go\son)\s(?:to\s)?(?:try|retry|attempt)
      |no\saction\sis\srequired\son\syour\spart|will\sbe\sretried|you\sdo\snot\sneed\sto\sresend""",
    re.VERBOSE | re.IGNORECASE,
)


def action_of(written: str, status: str, headers: Headers, found: Sections) -> Action:
    """As the field `Action` says it; without one, as the title and the first words do."""
    word = written.strip().lower().partition(" ")[0].strip("()[].;")
    if word in ACTIONS:
        return next(known for known in ACTIONS if known == word)
    if word in _ACTION_WORDS:
        return _ACTION_WORDS[word]
    if status.startswith("2"):
        return "delivered"
    title = headers.text("subject")[:300]
    if (
        _DELAYED.search(title)
        or _STILL_TRYING.search(found.report[:MAX_OPENING])
        or (not title and _DELAYED.search(found.report[:500]))
    ):
        return "delayed"
    return "failed"
