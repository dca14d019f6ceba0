"""Commands over the bus: one that overtakes its ticket comes back, one that can't be carried out is parked."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.routing.handlers import from_bus
from services.routing.manual import UnknownTicket
from shared.commands import TicketClaim
from shared.errors import Permanent, Refused, Transient
from tests.unit.routing.samples import claim


async def _unknown(command: TicketClaim) -> Mapping[str, Any]:
    raise UnknownTicket(command.subject)


async def _taken(command: TicketClaim) -> Mapping[str, Any]:
    raise Refused(status=409, title="The ticket is taken", detail="bojan has it.")


async def test_a_command_that_overtakes_the_opening_of_its_ticket_is_tried_again() -> None:
    with pytest.raises(Transient, match="does not know ticket"):
        await from_bus(_unknown)(claim("ana"))


async def test_a_refused_command_is_not_tried_again() -> None:
    with pytest.raises(Permanent, match="bojan has it"):
        await from_bus(_taken)(claim("ana"))


async def test_a_command_whose_id_was_used_for_another_one_is_parked() -> None:
    async def answered_before(command: TicketClaim) -> Mapping[str, Any]:
        return {"ticket": command.subject, "command": "ticket.transfer.v1"}

    with pytest.raises(Permanent, match="used for another command"):
        await from_bus(answered_before)(claim("ana"))
