"""What ingest states about agents who work from their mailbox."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.envelope import Event, Frozen


class Transfer(Frozen):
    """To another team, another agent, or both."""

    team: str | None = None
    agent: str | None = None
    reason: str


class AgentInstructedData(Frozen):
    agent: str
    transfer: Annotated[Transfer | None, Field(description="Asked for, for routing to carry out")] = None
    understood: Annotated[tuple[str, ...], Field(description="What was carried out, in words")] = ()
    mistakes: Annotated[tuple[str, ...], Field(description="What was not, and why; the agent is told")] = ()
    text: Annotated[str, Field(description="With mistakes: what the agent wrote, to send again")] = ""


class AgentInstructed(Event):
    """An agent's mail was read as instructions about the ticket `subject`."""

    owner: ClassVar[str] = "ingest"
    type: Literal["agent.instructed.v1"] = "agent.instructed.v1"
    data: AgentInstructedData
