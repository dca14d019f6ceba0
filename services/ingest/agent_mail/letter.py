"""Whose mail it is and what of it may leave the house: nothing quoted, no internal note, no token."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.ingest.normalised import File, Normalised, TokenHit
from shared.answer_line import BEGINS, above
from shared.organisation import Organisation
from shared.reply_token import ReplyTokens

MAX_FILES = 20
SHORT_LINE = 12
"""Characters; shorter lines (a greeting, a name) stand in many messages and give nothing away."""
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")


@dataclass(frozen=True, slots=True)
class AgentLetter:
    """A mail that was sent with an agent's token.

    `agent` is whom the token was given to, None when that agent is not there any more. `doubt` says why
    the mail is not taken for the agent's own; then nothing in it is carried out. `interleaved` when something
    new stands between the quotes, where it can't be told from what is quoted.
    """

    ticket: str
    agent: str | None
    is_note: bool
    text: str
    files: tuple[File, ...] = ()
    interleaved: bool = False
    doubt: str | None = None


def recognised(
    message: Normalised, *, organisation: Organisation, tokens: ReplyTokens, new_part: Callable[[str], str]
) -> AgentLetter | None:
    """The mail as an agent's, if it holds an agent's token; `new_part` cuts what a mail program quotes."""
    hit = next((one for one in message.thread.tokens if one.purpose != "customer"), None)
    if hit is None:
        return None
    agent = _holder(hit, organisation=organisation, tokens=tokens)
    return AgentLetter(
        ticket=hit.ticket,
        agent=agent,
        is_note=hit.purpose == "note",
        text=tokens.without(_written(message, new_part)),
        files=_files(message),
        interleaved=_is_interleaved(message.text),
        doubt=_doubt(message, agent, organisation=organisation),
    )


def leaked(text: str, notes: Sequence[str]) -> str | None:
    """The first line of `text` that stands in an internal note as well."""
    internal = {line for note in notes for line in _lines(note)}
    return next((line for line in _lines(text) if line in internal), None)


def _holder(hit: TokenHit, *, organisation: Organisation, tokens: ReplyTokens) -> str | None:
    for name, agent in organisation.agents.items():
        found = tokens.verify(hit.token, sender=agent.email)
        if found is not None and found.by_recipient:
            return name
    return None


def _doubt(message: Normalised, agent: str | None, *, organisation: Organisation) -> str | None:
    if agent is None:
        return "the token in it belongs to nobody who answers tickets"
    if (message.sender.email or "").strip().lower() != organisation.agents[agent].email.lower():
        return "it came from another address than the one that the token was sent to"
    if message.authenticated is False:
        return "the mail server could not confirm that it came from this address"
    return None


def _written(message: Normalised, new_part: Callable[[str], str]) -> str:
    """What the agent wrote: above the answer line if the mail still has one, without what is quoted."""
    text = message.text
    if BEGINS in text:
        text = new_part(above(text) or "")
    return text.strip()


def _is_interleaved(text: str) -> bool:
    """Whether an unquoted line follows a quoted one below the answer line."""
    _, mark, below = text.partition(BEGINS)
    marks = [line.lstrip().startswith(">") for line in below.split("\n")[1:] if line.strip()]
    return bool(mark) and True in marks and False in marks[marks.index(True) :]


def _files(message: Normalised) -> tuple[File, ...]:
    """The attachments; pictures of the mail's own layout and cryptographic signatures stay here."""
    sent = [one for one in message.attachments if not one.inline and one.content_type not in _SIGNATURES]
    return tuple(sent[:MAX_FILES])


def _lines(text: str) -> list[str]:
    folded = (" ".join(line.strip().lstrip("> ").split()) for line in text.split("\n"))
    return [line for line in folded if len(line) >= SHORT_LINE]
