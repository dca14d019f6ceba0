"""The line in mails to agents above which they write: notify puts it there, ingest cuts what stands below.

The words differ by language; `##-` and `-##` around them do not, as other help desks have it.
"""

import re

BEGINS = "##-"
ENDS = "-##"
_LINE = re.compile(r"^[> \t\u2068\u2069*_|]*##-|##-[^#]{0,400}?-##", re.MULTILINE)
"""Where a line begins with it, behind quote marks; elsewhere only a whole one, for somebody may write `##-`."""


def answer_line(words: str) -> str:
    """The line with the words of the reader's language."""
    return f"{BEGINS} {words} {ENDS}"


def parted(text: str) -> tuple[str, str] | None:
    """What stands above the first such line and what follows from it on, or None when there is none."""
    found = _LINE.search(text)
    return None if found is None else (text[: found.start()], text[found.start() :])
