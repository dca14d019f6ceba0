"""Whose mail it is and what of it may leave the house: nothing quoted, no internal note, no token."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.ingest.normalised import File, Normalised, TokenHit
from services.ingest.reading.sniffing import sniffed
from shared.answer_line import parted
from shared.organisation import Organisation
from shared.reply_token import ReplyTokens

MAX_FILES = 20
SHORT_LINE = 12
"""Characters; shorter lines (a greeting, a name) stand in many messages and give nothing away."""
WRAPPED_LINE = 30
"""Characters from which a line gives a note away that holds it somewhere: mail programs wrap what they quote."""
MAX_SCANNED = 256 * 1024
"""Bytes of a file in which our own tokens are looked for: they stand in the head of a mail."""
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")


@dataclass(frozen=True, slots=True)
class AgentLetter:
    """A mail that was sent with an agent's token.

    `agent` is whom the token was given to, None when that agent is not there any more. `doubt` says why
    the mail is not taken for the agent's own; then nothing in it is carried out. `interleaved` when something
    new stands between the quotes, where it can't be told from what is quoted. `is_from_holder` is false when
    it names another sender than the agent. `held_back` are the names of attached mails that hold a token.
    """

    ticket: str
    agent: str | None
    is_note: bool
    text: str
    files: tuple[File, ...] = ()
    interleaved: bool = False
    doubt: str | None = None
    is_from_holder: bool = True
    held_back: tuple[str, ...] = ()


def recognised(
    message: Normalised,
    *,
    organisation: Organisation,
    tokens: ReplyTokens,
    new_part: Callable[[str], str],
    must_be_confirmed: bool = False,
) -> AgentLetter | None:
    """The mail as an agent's, if it holds an agent's token; `new_part` cuts what a mail program quotes.

    A delivery report is none: it quotes the token of the mail that did not arrive. `must_be_confirmed`
    when there is a mail server whose word on the sender counts; then its silence is a doubt too.
    """
    hit = _hit(message.thread.tokens)
    if hit is None or (message.machine is not None and message.machine.kind == "bounce"):
        return None
    agent = _holder(hit, organisation=organisation, tokens=tokens)
    return AgentLetter(
        ticket=hit.ticket,
        agent=agent,
        is_note=hit.purpose == "note",
        text=tokens.without(_written(message, new_part)),
        files=_files(message),
        interleaved=_is_interleaved(message.text),
        doubt=_doubt(message, agent, organisation=organisation, must_be_confirmed=must_be_confirmed),
        is_from_holder=agent is not None and _is_from(message, organisation.agents[agent].email),
        held_back=tuple(file.name for file in _files(message) if _is_ours(file, tokens)),
    )


def _hit(hits: Sequence[TokenHit]) -> TokenHit | None:
    """The agent's token that counts: of those for the first ticket, the one that the sender was given."""
    asked = [one for one in hits if one.purpose != "customer"]
    return next((one for one in asked if one.by_recipient and one.ticket == asked[0].ticket), next(iter(asked), None))


def leaked(text: str, notes: Sequence[str]) -> str | None:
    """The first line of `text` that stands in an internal note as well, also where a mail program wrapped it."""
    internal = {line for note in notes for line in _lines(note)}
    whole = "\n".join(" ".join(note.split()) for note in notes)
    return next(
        (line for line in _lines(text) if line in internal or (len(line) >= WRAPPED_LINE and line in whole)), None
    )


def _holder(hit: TokenHit, *, organisation: Organisation, tokens: ReplyTokens) -> str | None:
    for name, agent in organisation.agents.items():
        found = tokens.verify(hit.token, sender=agent.email)
        if found is not None and found.by_recipient:
            return name
    return None


def _doubt(
    message: Normalised, agent: str | None, *, organisation: Organisation, must_be_confirmed: bool
) -> str | None:
    if agent is None:
        return "the token in it belongs to nobody who answers tickets"
    if not _is_from(message, organisation.agents[agent].email):
        return "it came from another address than the one that the token was sent to"
    if message.authenticated is False:
        return "the mail server could not confirm that it came from this address"
    if must_be_confirmed and message.authenticated is None:
        return "the mail server did not say whether it came from this address"
    return None


def _is_from(message: Normalised, address: str) -> bool:
    return (message.sender.email or "").strip().lower() == address.strip().lower()


def _written(message: Normalised, new_part: Callable[[str], str]) -> str:
    """What the agent wrote: above the answer line if the mail still has one, without what is quoted."""
    parts = parted(message.text)
    return (message.text if parts is None else new_part(parts[0])).strip()


def _is_interleaved(text: str) -> bool:
    """Whether an unquoted line follows a quoted one below the answer line."""
    _, below = parted(text) or ("", "")
    marks = [line.lstrip().startswith(">") for line in below.split("\n")[1:] if line.strip()]
    return True in marks and False in marks[marks.index(True) :]


def _files(message: Normalised) -> tuple[File, ...]:
    """The attachments; pictures of the mail's own layout and cryptographic signatures stay here."""
    sent = [one for one in message.attachments if not one.inline and one.content_type not in _SIGNATURES]
    return tuple(sent[:MAX_FILES])


def _is_ours(file: File, tokens: ReplyTokens) -> bool:
    """Whether the file is a mail of this desk: some programs attach the one that is answered, notes and token too."""
    if sniffed(file.content) not in (None, "text/html"):
        return False
    head = file.content[:MAX_SCANNED].replace(b"\0", b"")  # Outlook's own files are in UTF-16
    return tokens.find(head.decode("latin-1"), sender="") is not None


def _lines(text: str) -> list[str]:
    folded = (" ".join(line.strip().lstrip("> ").split()) for line in text.split("\n"))
    return [line for line in folded if len(line) >= SHORT_LINE]
