"""What decides in ingest: readers, handlers, commands and their loops, wired to each other and to the stores."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.ingest.agent_mail.handlers import AgentMails
from services.ingest.breakers.watch import BreakerWatch
from services.ingest.calls.handlers import Calls
from services.ingest.calls.message import CallReader
from services.ingest.channels import chat, form, portal
from services.ingest.channels.social import Social
from services.ingest.channels.submission import SubmissionReader, Submissions
from services.ingest.configuration import Channels
from services.ingest.conversation.policy import house_of
from services.ingest.customers.handlers import Customers
from services.ingest.doors.mailboxes import Mailboxes
from services.ingest.handlers import Handlers
from services.ingest.inbox.inbox import Inbox
from services.ingest.mail.reader import MailReader
from services.ingest.mail.reply.cutting import new_part
from services.ingest.quarantine.held_back import HeldBack
from services.ingest.reading.language import Languages
from services.ingest.reading.pool import ReaderPool
from services.ingest.reading.readings import Readings
from services.ingest.redaction.handlers import Redactions
from services.ingest.settings import Settings
from services.ingest.stores import Stores
from services.ingest.tickets.commands import Commands
from services.ingest.tickets.timers import Timers
from shared.commands import TicketReply, TicketSetStatus
from shared.envelope import Command
from shared.organisation import Organisation
from shared.reply_token import ReplyTokens
from shared.service import Service


class Desk:
    """Inputs go to `inbox`, commands to the part that carries them out; `obey` finds it for those about tickets."""

    def __init__(self, service: Service, settings: Settings, channels: Channels, stores: Stores) -> None:
        self._service, self._settings, self._channels, self._stores = service, settings, channels, stores
        self._tokens = ReplyTokens.parse(settings.reply_keys.get_secret_value())
        self.mailboxes = Mailboxes(channels.mailboxes, trust=channels.trust)
        self.social = Social(channels, settings.channel_secrets, max_file=settings.max_message_bytes)
        self.hub = chat.Hub(stores.chats)
        self.house = house_of(settings.config_dir, channels.mailboxes)
        self.customers = Customers(service.once, stores.customers)
        self.commands = Commands(
            once=service.once,
            store=stores.conversations,
            tickets=stores.tickets,
            numbers=stores.numbers,
            house=self.house,
            customers=self.customers,
        )
        self.redactions = Redactions(
            service.once,
            store=stores.conversations,
            redactions=stores.redactions,
            customers=stores.customers,
            calls=stores.calls,
            grace=4 * timedelta(seconds=settings.inbox_lease_seconds),
        )
        self.readings = self._readings()
        self._breakers = self._breaker_watch()
        self.handlers = self._handlers()
        self.inbox = Inbox(
            stores.inputs,
            self.handlers.input,
            registry=service.metrics,
            concurrency=settings.inbox_concurrency,
            lease=settings.inbox_lease_seconds,
            attempts=settings.inbox_attempts,
        )
        self.submissions = Submissions(self.inbox, stores.inputs)
        self.calls = Calls(
            service.once, store=stores.calls, customers=stores.customers, inbox=self.inbox, policy=channels.calls
        )

    def run(self) -> None:
        """Has the loops run while the service does, and the work under way end before it stops."""
        timers = Timers(
            once=self._service.once,
            store=self._stores.conversations,
            tickets=self._stores.tickets,
            policy=self.house.policy,
        )
        self._service.every(1.0, "inbox", self.inbox.sweep)
        self._service.every(1.0, "timers", timers.round)
        self._service.every(5.0, "erasures", self.redactions.erase)
        self._service.every(30.0, "breakers", self._breakers.sweep)
        self._service.on_stop(self.inbox.drain)
        self._service.on_stop(self.readings.stop)

    async def obey(self, command: Command) -> Mapping[str, Any]:
        """Carries out any command about a ticket; `Refused` says why not."""
        match command:
            case TicketReply():
                return await self.handlers.reply(command)
            case TicketSetStatus():
                return await self.handlers.set_status(command)
        return await self.commands.obey(command)

    def _readings(self) -> Readings:
        mail = MailReader(self._tokens, self.mailboxes.addresses, self._channels.languages)
        return Readings(
            {
                "api": SubmissionReader(),
                "phone": CallReader(),
                form.CHANNEL: form,
                portal.CHANNEL: portal,
                chat.CHANNEL: chat,
                **self.social.readers,
            },
            pool=ReaderPool(
                {"email": self.mailboxes.trusting(mail)},
                budget=self._settings.reader_budget,
                processes=self._settings.reader_processes,
            ),
        )

    def _breaker_watch(self) -> BreakerWatch:
        return BreakerWatch(
            self._service.once,
            self._stores.breakers,
            limits=self._settings.answer_limits,
            secret=self._settings.reply_keys.get_secret_value().encode(),
            registry=self._service.metrics,
        )

    def _handlers(self) -> Handlers:
        stores = self._stores
        languages = Languages(self._channels.languages)
        self._service.prepare(lambda: asyncio.to_thread(languages.load))
        agent_mails = AgentMails(
            once=self._service.once,
            store=stores.conversations,
            inputs=stores.inputs,
            organisation=Organisation.read(self._settings.config_dir),
            tokens=self._tokens,
            new_part=lambda text: new_part(text).new,
            obey=self.obey,
            vouched=self.mailboxes.are_vouched,
        )
        return Handlers(
            once=self._service.once,
            store=stores.conversations,
            inputs=stores.inputs,
            readings=self.readings,
            numbers=stores.numbers,
            languages=languages,
            house=self.house,
            agent_mails=agent_mails,
            customers=self.customers,
            said=stores.said,
            media=self.social.media,
            breakers=self._breakers,
            held_back=HeldBack(
                stores.conversations,
                stores.deliveries,
                self.mailboxes,
                quarantine_days=self._channels.quarantine_days,
            ),
            answered=self.hub.wake,
        )
