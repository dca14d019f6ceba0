"""A ticket that an agent opens: to write to a customer first, or as a part of another ticket."""

from collections.abc import Sequence
from datetime import datetime

from services.ingest.conversation import fields
from services.ingest.conversation.answers import fingerprint
from services.ingest.conversation.changing import stated
from services.ingest.conversation.mentions import mentioned
from services.ingest.conversation.policy import Policy
from services.ingest.tickets import facts
from services.ingest.tickets.messages import stored
from services.ingest.tickets.ticket import Ticket, names_of
from shared.change import Change, Insert, Update, Write
from shared.commands import TicketOpen
from shared.errors import Refused
from shared.events import Attachment, Message, TicketOpened, TicketOpenedData
from shared.ids import derived_id


def open_ticket(
    command: TicketOpen,
    policy: Policy,
    *,
    customer: str | None = None,
    id: str,
    number: str,
    parent: Ticket | None,
    attachments: Sequence[Attachment],
    agents: Sequence[str],
    mailboxes: Sequence[str],
    at: datetime,
) -> Change:
    """The ticket with its first message, which is the agent's."""
    wanted = command.data
    mailbox = _mailbox(command, mailboxes)
    data = TicketOpenedData(
        number=number,
        channel=wanted.channel,
        mailbox=mailbox,
        direction="outbound",
        requester=wanted.requester,
        title=" ".join(wanted.title.split()) or number,
        language=wanted.language or wanted.requester.language,
        fields=fields.merged({}, fields.checked(wanted.fields, policy.fields)),
        customer=customer,
        parent=parent.id if parent else None,
        message=_message(command, attachments, agents, at=at),
    )
    event = TicketOpened.following(
        command, "opened", time=at, subject=id, ticketversion=1, data=data, actor=f"agent:{wanted.agent}", machine=False
    )
    state = {
        "ticketversion": 1,
        "number": number,
        "status": data.status,
        "channel": data.channel,
        "mailbox": mailbox,
        "last_channel": data.channel,
        "direction": data.direction,
        "requester": data.requester.model_dump(),
        "customer": customer,
        "participants": sorted(names_of(data.requester)),
        "title": data.title,
        "language": data.language,
        "fields": data.fields,
        **stated(data.fields, policy),
        "follows": None,
        "parent": data.parent,
        "blocks_parent": parent is not None and wanted.blocks_parent,
        "mentions": None,
        "input": None,
        "opened_at": at,
        "updated_at": at,
    }
    writes: list[Write] = [
        Update("tickets", id, 0, state),
        Insert("messages", {**stored(data.message, ticket=id, ticketversion=1, customer=customer), "event": event.id}),
        facts.noted(event, {"number": number, "because": f"opened by {wanted.agent}"}),
    ]
    if parent is not None:
        part = {"number": number, "id": id, "blocks_parent": wanted.blocks_parent, "title": data.title}
        writes += [
            # The new version makes whoever resolves the parent meanwhile look at its parts again.
            Update("tickets", parent.id, parent.version, {"children": parent.children + 1, "updated_at": at}),
            facts.noted_on(parent.id, event, {"part": part}, id=derived_id(event.id, "part of", parent.id)),
        ]
    told = {"request": fingerprint(command), "ticket": id, "number": number, "message": data.message.id}
    return Change(writes=tuple(writes), events=(event,), answer=told)


def _mailbox(command: TicketOpen, mailboxes: Sequence[str]) -> str:
    """The mailbox that answers come to; `Refused` where the customer could not be written to."""
    wanted = command.data
    if not wanted.text.strip():
        raise Refused(status=422, title="The message is empty", detail="Write something in `text`.")
    if wanted.channel != "email":
        return wanted.mailbox
    if wanted.visibility == "public" and not wanted.requester.email:
        detail = "`requester.email` is needed to write to the customer by mail; an internal note needs none."
        raise Refused(status=422, title="No address", detail=detail)
    mailbox = wanted.mailbox.lower() or next(iter(mailboxes), "")
    if mailboxes and mailbox not in mailboxes:
        detail = f"{wanted.mailbox} is no mailbox of this desk; take one of {', '.join(mailboxes)}."
        raise Refused(status=422, title="No such mailbox", detail=detail)
    return mailbox


def _message(command: TicketOpen, attachments: Sequence[Attachment], agents: Sequence[str], *, at: datetime) -> Message:
    wanted = command.data
    return Message(
        id=derived_id("message", "command", command.id),
        author="agent",
        agent=wanted.agent,
        visibility=wanted.visibility,
        channel=wanted.channel,
        text=wanted.text,
        attachments=tuple(attachments),
        sent_at=at,
        received_at=at,
        mentions=mentioned(wanted.text, agents) if wanted.visibility == "internal" else (),
    )
