"""The line in mails to agents above which they write: notify puts it there, ingest cuts what stands below.

The words differ by language; `##-` and `-##` around them do not, as other help desks have it.
"""

import re

BEGINS = "##-"
ENDS = "-##"
_LINE = re.compile(r"##-[^#]{0,400}?-##")
"""With room for the lines into which a mail program breaks it."""


def answer_line(words: str) -> str:
    """The line with the words of the reader's language."""
    return f"{BEGINS} {words} {ENDS}"


def above(text: str) -> str | None:
    """What stands above the first such line, or None when there is none. A quote mark may stand before it."""
    found = _LINE.search(text)
    if found is None:
        return None
    before = text[: found.start()]
    return before.rpartition("\n")[0] if before.rpartition("\n")[2].strip("> \t\u2068\u2069*_|") == "" else before
