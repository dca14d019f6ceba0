"""The addresses that take mail, and what is configured for each."""

from collections.abc import Iterator

from services.ingest.doors.configuration import Mailbox, Trust
from services.ingest.doors.trust import TrustingReader
from services.ingest.inbox.inputs import Reader


class Mailboxes:
    """The addresses that take mail: `support@`, its aliases, and both with `+anything`."""

    def __init__(self, mailboxes: tuple[Mailbox, ...], *, trust: Trust | None = None) -> None:
        self._by_address = {mailbox.address: mailbox for mailbox in mailboxes}
        self._trust = trust or Trust()
        self._mailbox_of = {
            address: mailbox.address for mailbox in mailboxes for address in (mailbox.address, *mailbox.aliases)
        }

    def __iter__(self) -> Iterator[Mailbox]:
        return iter(self._by_address.values())

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(self._mailbox_of)

    def of(self, address: str) -> str | None:
        """The mailbox that an address reaches, or None."""
        local, at, domain = address.strip().strip("<>").lower().rpartition("@")
        return self._mailbox_of.get(f"{local.partition('+')[0]}{at}{domain}")

    def trusting(self, reader: Reader) -> TrustingReader:
        """The reader of mails, with the verdicts that count for each mailbox."""
        trusts = {one.address: one.trust for one in self if one.trust is not None}
        return TrustingReader(reader, trusts, self._trust)

    def are_vouched(self, mailbox: str) -> bool:
        """Whether a mail server says who wrote the mails to it, whose word counts."""
        found = self._by_address.get(mailbox)
        return bool(((found and found.trust) or self._trust).authserv_ids)

    def one_ticket(self, mailbox: str) -> bool:
        """Whether a mail that another mailbox got as well belongs to the ticket that it opened there."""
        found = self._by_address.get(mailbox)
        return found is None or found.same_mail == "one_ticket"
