"""What a server answered, where the report shows the session with it, line by line."""

import re

MAX_TEXT = 20_000
MAX_ANSWERS = 8

_ANSWER = re.compile(r"^[ \t>]{0,8}<<<[ ]{1,4}([45][0-9]{2}[ -].{1,400})$", re.MULTILINE)


def answers(text: str) -> str:
    """The refusals in a session (`<<< 550 5.1.1 unknown`), each once, in their order; empty when there are none."""
    found = dict.fromkeys(match[1].strip() for match in _ANSWER.finditer(text[:MAX_TEXT]))
    return " ".join([*found][:MAX_ANSWERS])
