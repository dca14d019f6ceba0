"""For whom a caller may act: agents for themselves, supervisors and administrators for everybody."""

from shared.auth import Caller
from shared.errors import Refused


def alone(by: Caller) -> str | None:
    """The agent for whom alone the caller may act; None: for everybody."""
    return None if by.roles & {"supervisor", "admin"} else by.subject.removeprefix("agent:")


def check_acts_for(agent: str, by: Caller) -> None:
    """Refuses an agent who acts in another one's name."""
    only = alone(by)
    if only is not None and only != agent:
        detail = f"You are {by.subject}: act for yourself, or have a supervisor act for {agent}."
        raise Refused(status=403, title="Not allowed", detail=detail)
