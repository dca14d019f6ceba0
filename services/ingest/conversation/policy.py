"""How tickets live here, from config/tickets.yaml: when they close, which phases and fields they have."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.ingest.conversation.fields import FieldKind
from services.ingest.doors.configuration import Mailbox
from shared.config import Strict, load
from shared.errors import Refused
from shared.events import Status
from shared.organisation import Name, Organisation

Texts = Annotated[dict[str, str], Field(min_length=1, description="by language")]


class Phase(Strict):
    """The organisation's own name for where a ticket stands. `status` is what clocks and reports count it as."""

    status: Status
    title: Texts

    @model_validator(mode="after")
    def _is_no_beginning(self) -> Self:
        if self.status == "new":
            raise ValueError("status: a ticket is new only once; choose any status but `new`, for example `open`")
        return self


class Policy(Strict):
    """config/tickets.yaml as a whole.

    `reopen_hours` are for channels without mails, where a person has one conversation for ever: later
    than that after its resolution, a message begins a new, linked ticket. Channels that are not named
    reopen until the ticket closes.
    """

    close_after_hours: Annotated[float, Field(gt=0, le=24 * 365)] = 96
    thanks_keep_resolved: bool = False
    reopen_hours: dict[Name, Annotated[float, Field(ge=0, le=24 * 365)]] = Field(default_factory=dict)
    phases: dict[Name, Phase] = Field(default_factory=dict)
    fields_version: Annotated[int, Field(ge=1)] = 1
    fields: dict[Name, FieldKind] = Field(default_factory=dict)

    @property
    def close_after(self) -> timedelta:
        return timedelta(hours=self.close_after_hours)

    def status(self, status: Status | None, phase: str | None) -> tuple[Status, str | None]:
        """The status and phase that are meant; `Refused` when there is no such phase, or it stands for another."""
        if phase is None:
            if status is None:
                raise Refused(status=422, title="No status", detail="Give `status` or `phase`.")
            return status, None
        known = self.phases.get(phase)
        if known is None:
            there_are = ", ".join(sorted(self.phases)) or "none"
            detail = f"config/tickets.yaml has no phase {phase}; it has {there_are}."
            raise Refused(status=422, title="No such phase", detail=detail)
        if status not in (None, known.status):
            detail = f"The phase {phase} stands for {known.status}; leave `status` out, or choose another phase."
            raise Refused(status=422, title="Phase and status differ", detail=detail)
        return known.status, phase


@dataclass(frozen=True, slots=True)
class House:
    """What decisions know of the organisation: how its tickets live, its agents' names, its mailboxes."""

    policy: Policy = field(default_factory=Policy)
    agents: frozenset[str] = frozenset()
    mailboxes: tuple[str, ...] = ()


def house_of(config_dir: Path, mailboxes: Iterable[Mailbox]) -> House:
    """What the files in config/ say of the organisation; `InvalidConfiguration` names every fault."""
    agents = frozenset(Organisation.read(config_dir).agents)
    return House(policy=read(config_dir), agents=agents, mailboxes=tuple(one.address for one in mailboxes))


def read(config_dir: Path) -> Policy:
    """The file; `InvalidConfiguration` lists every fault as `file:line: reason`."""
    return load(config_dir / "tickets.yaml", Policy)
