"""An agent's mail as the commands that it stands for, each with a key of its own, so that a repeat changes nothing."""

from base64 import b64encode
from datetime import datetime

from services.ingest.agent_mail.instructions import Instructions
from services.ingest.agent_mail.letter import AgentLetter
from shared.commands import (
    File,
    TicketLogTime,
    TicketLogTimeData,
    TicketReply,
    TicketReplyData,
    TicketSetStatus,
    TicketSetStatusData,
    TicketSnooze,
    TicketSnoozeData,
)
from shared.envelope import Command
from shared.ids import derived_id

SOURCE = "ingest/agent-mail"


def is_internal(letter: AgentLetter, asked: Instructions) -> bool:
    """Whether the text is a note: as the first lines say, else as the mail was that is answered."""
    return letter.is_note if asked.internal is None else asked.internal


def commands(letter: AgentLetter, asked: Instructions, *, agent: str, input: str, at: datetime) -> list[Command]:
    """What to carry out, in this order: the text with the status, the time, the snooze. A transfer is routing's."""
    found: list[Command] = []
    if asked.text or letter.files:
        found.append(_reply(letter, asked, agent=agent, input=input, at=at))
    elif asked.status is not None:
        wanted = TicketSetStatusData(status=asked.status, reason=f"by mail of {agent}")
        found.append(_asked(TicketSetStatus, wanted, letter, agent=agent, input=input, at=at))
    if asked.seconds is not None:
        work = TicketLogTimeData(agent=agent, seconds=asked.seconds)
        found.append(_asked(TicketLogTime, work, letter, agent=agent, input=input, at=at))
    if asked.snooze_until is not None:
        snooze = TicketSnoozeData(until=asked.snooze_until, reason=f"by mail of {agent}")
        found.append(_asked(TicketSnooze, snooze, letter, agent=agent, input=input, at=at))
    return found


def _reply(letter: AgentLetter, asked: Instructions, *, agent: str, input: str, at: datetime) -> Command:
    files = tuple(
        # Commands hold files as they travel.
        File(name=file.name[:255] or "file", content_type=file.content_type[:127], content=b64encode(file.content))
        for file in letter.files
    )
    wanted = TicketReplyData(
        agent=agent,
        text=asked.text or ", ".join(file.name for file in files),
        visibility="internal" if is_internal(letter, asked) else "public",
        status=asked.status,
        files=files,
    )
    return _asked(TicketReply, wanted, letter, agent=agent, input=input, at=at)


def _asked(kind: type[Command], data: object, letter: AgentLetter, *, agent: str, input: str, at: datetime) -> Command:
    return kind.asked(
        key=derived_id("agent mail", input, kind.type_name()),
        source=SOURCE,
        time=at,
        subject=letter.ticket,
        actor=f"agent:{agent}",
        data=data,
    )
