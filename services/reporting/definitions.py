"""The metric dictionary: one definition of each figure, which every answer names with its version."""

from typing import Final

from shared.envelope import Frozen


class Definition(Frozen):
    """What a figure counts. `version` grows when the meaning changes, so that numbers stay comparable."""

    name: str
    version: int
    unit: str
    definition: str


DEFINITIONS: Final[dict[str, Definition]] = {
    entry.name: entry
    for entry in (
        Definition(
            name="tickets_opened",
            version=1,
            unit="tickets",
            definition=(
                "Tickets by the day on which their first message was received. Grouped by channel: the first "
                "message's channel. Grouped by category, priority, team, agent, status or language: the ticket's "
                "present one, not the one it had on that day; 'none' where it has none."
            ),
        ),
        Definition(
            name="sla_clocks",
            version=1,
            unit="clock cycles",
            definition=(
                "Cycles of SLA clocks by their present state. A met, paused or cancelled cycle counts for the day of "
                "that change, a running or breached one for the day on which it is or was due. A cycle is breached "
                "from the moment sla says so and stays it when the clock stops later; it is so no longer when a late "
                "fact shows that the clock had stopped in time."
            ),
        ),
        Definition(
            name="sla_attainment",
            version=1,
            unit="ratio from 0 to 1",
            definition=(
                "met / (met + breached) of the cycles counted by sla_clocks; n is met + breached. Running, paused and "
                "cancelled cycles are left out. Without any met or breached cycle there is no value."
            ),
        ),
        Definition(
            name="escalations",
            version=1,
            unit="escalations",
            definition="Levels of an escalation ladder that were reached, by the day on which that happened.",
        ),
        Definition(
            name="notifications",
            version=1,
            unit="notifications",
            definition=(
                "Notifications by the last that was heard of each: sent (the provider took it, which is not yet "
                "delivery), failed (given up) or suppressed (deliberately not sent; its channel is 'none'), for the "
                "day of that event."
            ),
        ),
        Definition(
            name="suppressed_messages",
            version=1,
            unit="messages",
            definition="Inputs that opened and joined no ticket, such as bounces, by the day on which they came.",
        ),
        Definition(
            name="open_tickets",
            version=1,
            unit="tickets",
            definition="Tickets whose status is new, open, pending_customer or on_hold, now.",
        ),
        Definition(
            name="oldest_waiting",
            version=1,
            unit="seconds",
            definition=(
                "Age of the oldest customer's message that no agent has answered publicly, over the tickets whose "
                "status is new or open; messages that machines wrote count only where they opened the ticket."
            ),
        ),
        Definition(
            name="read_model_lag",
            version=1,
            unit="seconds",
            definition=(
                "Age of the oldest event of the history stream that is known to be not yet projected; 0 when there "
                "is none. While the stream can't be read or the projections are rebuilt: the time since all was "
                "projected."
            ),
        ),
    )
}
