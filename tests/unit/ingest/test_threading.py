"""Where a message belongs, guard by guard."""

import pytest

from services.ingest.conversation.threading import (
    Join,
    Known,
    Open,
    Origin,
    Thread,
    conversation_thread,
    lock_subject,
    message_thread,
    new_threads,
    place,
)
from services.ingest.normalised import Normalised, ThreadHints, TokenHit
from services.ingest.tickets.ticket import Ticket
from shared.events import Contact, Status

MAIL = Origin("email", "support@svetilka.example")
CUSTOMER = Contact(email="Jana@Kupec.example")
STRANGER = Contact(email="tujec@drugje.example")


def ticket(
    id: str = "t1", *, status: Status = "open", mailbox: str = MAIL.account, channel: str = "email", **more: str
) -> Ticket:
    return Ticket(
        id=id,
        version=1,
        ticketversion=1,
        number=f"K-{id}",
        status=status,
        channel=channel,
        mailbox=mailbox,
        last_channel=channel,
        participants=frozenset({"jana@kupec.example"}),
        continued_by=more.get("continued_by"),
    )


def message(sender: Contact = CUSTOMER, **hints: object) -> Normalised:
    return Normalised(sender=sender, thread=ThreadHints(**hints))


def known(
    *tickets: Ticket, seen: str | None = None, cited: str | None = None, conversation: str | None = None
) -> Known:
    first = tickets[0].id if tickets else "none"
    threads = [
        *([Thread(message_thread(MAIL, seen), 1, first, True)] if seen else []),
        *([Thread(message_thread(MAIL, cited), 1, first, False)] if cited else []),
        *([Thread(conversation_thread(MAIL, conversation), 1, first, True)] if conversation else []),
    ]
    return Known(
        threads={thread.id: thread for thread in threads},
        tickets={one.id: one for one in tickets},
        numbers={one.number: one for one in tickets},
    )


def token(place: str, *, ticket: str = "t1", by_recipient: bool = True) -> TokenHit:
    return TokenHit.model_validate({"ticket": ticket, "by_recipient": by_recipient, "place": place})


FORM_TICKET = ticket(channel="form", mailbox="contact")
JOINS = [
    ("a token in the address", message(tokens=(token("address"),)), known(ticket()), False),
    ("our own Message-ID", message(tokens=(token("in_reply_to"),)), known(ticket()), False),
    ("somebody else's token", message(STRANGER, tokens=(token("address", by_recipient=False),)), known(ticket()), True),
    ("another participant's token", message(tokens=(token("address", by_recipient=False),)), known(ticket()), False),
    ("a known Message-ID in In-Reply-To", message(in_reply_to=("<a>",)), known(ticket(), seen="<a>"), False),
    ("a known Message-ID in References", message(references=("<a>", "<x>")), known(ticket(), seen="<a>"), False),
    ("a stranger who answers a known mail", message(STRANGER, in_reply_to=("<a>",)), known(ticket(), seen="<a>"), True),
    ("a common parent that never came", message(in_reply_to=("<p>",)), known(ticket(), cited="<p>"), False),
    ("a mail that others cited before it came", message(message_id="<p>"), known(ticket(), cited="<p>"), False),
    ("the channel's conversation", message(STRANGER, conversation="c"), known(ticket(), conversation="c"), False),
    ("the number, from a participant", message(numbers=("K-t1",)), known(ticket()), False),
    ("a mail about a form's ticket", message(tokens=(token("in_reply_to"),)), known(FORM_TICKET), False),
    ("a token for another mailbox", message(tokens=(token("address"),)), known(ticket(mailbox="sales@x")), False),
]  # fmt: skip


@pytest.mark.parametrize(("said", "known", "unverified"), [case[1:] for case in JOINS], ids=[case[0] for case in JOINS])
def test_message_joins_by(said: Normalised, known: Known, unverified: bool) -> None:
    placement = place(said, MAIL, known)
    assert isinstance(placement, Join)
    assert (placement.ticket.id, placement.unverified) == ("t1", unverified)


OPENS = [
    ("nothing is known", message(in_reply_to=("<x>",), message_id="<y>"), known()),
    ("the token's ticket is unknown", message(tokens=(token("address", ticket="gone"),)), known(ticket())),
    ("a stranger names a number", message(STRANGER, numbers=("K-t1",)), known(ticket())),
    ("strangers answer the same circular", message(STRANGER, in_reply_to=("<p>",)), known(ticket(), cited="<p>")),
    ("a Message-ID is used for a second mail", message(message_id="<a>"), known(ticket(), seen="<a>")),
    ("another mailbox's thread is answered", message(tokens=(token("in_reply_to"),)), known(ticket(mailbox="sales@x"))),
]  # fmt: skip


@pytest.mark.parametrize(("said", "known"), [case[1:] for case in OPENS], ids=[case[0] for case in OPENS])
def test_new_ticket_is_opened_when(said: Normalised, known: Known) -> None:
    placement = place(said, MAIL, known)
    assert isinstance(placement, Open)
    assert placement.follows is None


def test_stranger_who_names_a_number_opens_a_ticket_that_mentions_it() -> None:
    placement = place(message(STRANGER, numbers=("K-t1",)), MAIL, known(ticket()))
    assert isinstance(placement, Open)
    assert placement.mentions is not None


def test_closed_ticket_gets_a_linked_one_that_continues_it_for_participants_only() -> None:
    answers = [message(in_reply_to=("<a>",)), message(STRANGER, in_reply_to=("<a>",))]
    placements = [place(answer, MAIL, known(ticket(status="closed"), seen="<a>")) for answer in answers]
    assert [(one.follows.id, one.continues) for one in placements if isinstance(one, Open) and one.follows] == [
        ("t1", True),
        ("t1", False),
    ]


def test_closed_ticket_that_is_continued_leads_to_the_open_end_of_the_chain() -> None:
    chain = (
        ticket("t1", status="closed", continued_by="t2"),
        ticket("t2", status="closed", continued_by="t3"),
        ticket("t3"),
    )
    placement = place(message(in_reply_to=("<a>",)), MAIL, known(*chain, seen="<a>"))
    assert isinstance(placement, Join)
    assert placement.ticket.id == "t3"


def test_address_token_counts_more_than_references() -> None:
    said = message(tokens=(token("address", ticket="t2"),), in_reply_to=("<a>",))
    placement = place(said, MAIL, known(ticket("t1"), ticket("t2"), seen="<a>"))
    assert isinstance(placement, Join)
    assert placement.ticket.id == "t2"


def test_nearest_reference_counts_more_than_the_first_one() -> None:
    threads = {
        thread.id: thread
        for thread in (
            Thread(message_thread(MAIL, "<old>"), 1, "t1", True),
            Thread(message_thread(MAIL, "<new>"), 1, "t2", True),
        )
    }
    both = Known(threads=threads, tickets={"t1": ticket("t1"), "t2": ticket("t2")})
    placement = place(message(references=("<old>", "<new>")), MAIL, both)
    assert isinstance(placement, Join)
    assert placement.ticket.id == "t2"


def test_all_mails_of_a_thread_are_decided_under_one_lock() -> None:
    first = message(message_id="<a>")
    second = message(message_id="<b>", in_reply_to=("<a>",), references=("<a>",))
    third = message(message_id="<c>", in_reply_to=("<b>",), references=("<a>", "<b>"))
    assert len({lock_subject(one, MAIL, input=str(place)) for place, one in enumerate((first, second, third))}) == 1


def test_same_conversation_of_another_account_is_another_conversation() -> None:
    said = message(conversation="c")
    one, two = (lock_subject(said, Origin("chat", account), input="i") for account in ("shop", "help"))
    assert one != two


def test_message_leads_to_its_ticket_by_its_own_id_and_by_those_that_it_cites() -> None:
    said = message(message_id="<c>", in_reply_to=("<b>",), references=("<a>", "<b>"), conversation="s")
    assert [(name, seen) for _, name, seen in new_threads(said, MAIL)] == [
        ("<b>", False),
        ("<a>", False),
        ("<c>", True),
        ("s", True),
    ]
