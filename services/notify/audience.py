"""Whom a notification reaches and how, or why it reaches nobody."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.notify.configuration import Audience, Channel, Configuration
from services.notify.occasion import Occasion
from services.notify.ticket import Opened, Ticket
from shared.events import Contact
from shared.organisation import Organisation

MACHINES = re.compile(r"^(mailer-daemon|postmaster|(no|do-?not|donot)[-_.]?reply[^@]*|bounces?([-+_.=][^@]*)?)@", re.I)
"""Local parts behind which nobody reads; an automatic mail to them is how loops begin."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the organisation decided; `available` are the channels that have a provider here."""

    configuration: Configuration
    organisation: Organisation
    available: frozenset[Channel]


@dataclass(frozen=True, slots=True)
class Reached:
    channel: Channel
    to: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class NotReached:
    reason: str


def requester(occasion: Occasion, opened: Opened, *, policy: Policy) -> Reached | NotReached:
    """The customer; never a machine, when a machine speaks."""
    configuration = policy.configuration
    if occasion.cause.machine or (occasion.automatic and opened.machine):
        return NotReached("machine")
    if occasion.automatic and opened.status == "spam":
        return NotReached("spam")
    found = _way(configuration.ways(opened.channel), opened.requester, available=policy.available)
    if found is None:
        return NotReached("no address")
    channel, to = found
    if occasion.automatic and channel == "email" and MACHINES.match(to):
        return NotReached("machine address")
    if channel == "email" and _is_own(to, configuration):
        return NotReached("own address")
    language = configuration.language(opened.language, opened.requester.language)
    return Reached(channel, to, opened.requester.name or "", language)


def colleague(
    role: Audience, occasion: Occasion, ticket: Ticket, *, channels: Sequence[Channel], policy: Policy
) -> Reached | NotReached:
    """The agent in a role; not the one who did it, and each person once however many roles they have."""
    agent = in_role(role, occasion, ticket, policy=policy)
    if agent is None:
        return NotReached("nobody has the ticket")
    if occasion.cause.actor == f"agent:{agent}" and role != "writer":
        return NotReached("own act")
    for earlier in occasion.roles[: occasion.roles.index(role)] if role in occasion.roles else ():
        if in_role(earlier, occasion, ticket, policy=policy) == agent:
            return NotReached(f"told as {earlier}")
    person = policy.organisation.agents[agent]
    found = _way(channels, Contact(email=person.email, phone=person.phone), available=policy.available)
    if found is None:
        return NotReached("no address")
    return Reached(found[0], found[1], person.name, policy.configuration.language(person.language))


def in_role(role: str, occasion: Occasion, ticket: Ticket, *, policy: Policy) -> str | None:
    """The agent who has this role for the ticket at the time of the occasion."""
    teams = policy.organisation.teams
    if role == "manager":
        return teams[policy.configuration.manager_team].lead
    had = ticket.assigned_at(occasion.cause.time)
    if role in ("mentioned", "writer"):
        return occasion.agent if occasion.agent in policy.organisation.agents else None
    if role == "owner":
        agent = occasion.agent or (had.agent if had else None)
        return agent if agent in policy.organisation.agents else None
    if role == "lead":
        team = occasion.team or (had.team if had else None)
        return teams[team if team in teams else policy.organisation.default_team].lead
    return None


def _way(channels: Sequence[Channel], contact: Contact, *, available: frozenset[Channel]) -> tuple[Channel, str] | None:
    addresses: dict[Channel, str | None] = {"email": contact.email, "sms": contact.phone}
    for channel in channels:
        address = addresses[channel]
        if address and channel in available:
            return channel, address.strip().lower() if channel == "email" else address
    return None


def _is_own(address: str, configuration: Configuration) -> bool:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" in configuration.mail.addresses
