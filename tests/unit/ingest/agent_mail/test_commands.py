"""What an agent wrote and attached becomes the command as it is."""

from datetime import UTC, datetime

import pytest

from services.ingest.agent_mail.commands import commands
from services.ingest.agent_mail.instructions import Instructions
from services.ingest.agent_mail.letter import AgentLetter
from services.ingest.normalised import File
from shared.commands import TicketReply

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize("content", [b"%PDF-1.4 \xff\x00", b"", b"abcd"])
def test_a_file_of_an_agent_goes_on_byte_by_byte(content: bytes) -> None:
    manual = File(name="manual.pdf", content_type="application/pdf", content=content)
    letter = AgentLetter(
        ticket="0192f0c1-2345-7abc-8def-0123456789ab", agent="ana", is_note=False, text="See the file.", files=(manual,)
    )
    asked = Instructions(text="See the file.")
    (reply,) = commands(letter, asked, agent="ana", input="0192f0c1-2345-7abc-8def-0123456789ac", at=NOW)
    assert isinstance(reply, TicketReply)
    assert [(file.name, file.content) for file in reply.data.files] == [("manual.pdf", content)]
