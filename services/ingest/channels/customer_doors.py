"""Opens what customers reach with a browser: forms, the status page, the chat and its widget."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.ingest.channels import chat, form, status_page
from services.ingest.channels.captcha import SiteVerify
from services.ingest.channels.configuration import ChatAccount, Form, StatusPage
from services.ingest.channels.signing import Signer
from services.ingest.channels.status_links import LinkMaker
from services.ingest.channels.status_page import LetThrough
from services.ingest.channels.status_rating import Rate
from services.ingest.channels.status_store import StatusStore
from services.ingest.inbox.inbox import Inbox
from shared.errors import InvalidConfiguration
from shared.organisation import Organisation
from shared.service import Service
from shared.status_link import StatusLinks


class CustomerDoors:
    """What all of these doors need: where inputs go, who signs, and under which address customers find them."""

    def __init__(self, service: Service, inbox: Inbox, *, reply_keys: str, public_url: str) -> None:
        self._service = service
        self._inbox = inbox
        self._keys = reply_keys
        self._public_url = public_url

    @property
    def _registry(self) -> CollectorRegistry:
        return self._service.metrics

    def open_forms(
        self, forms: Mapping[str, Form], status: StatusPage, *, captcha_secrets: Mapping[str, SecretStr]
    ) -> None:
        secrets = {name: secret.get_secret_value() for name, secret in captcha_secrets.items()}
        missing = sorted(name for name, one in forms.items() if one.captcha and name not in secrets)
        if missing:
            raise InvalidConfiguration(f"KARTICA_CAPTCHA_SECRETS: no secret for the form {', '.join(missing)}")
        self._service.app.include_router(
            form.router(
                forms,
                self._inbox,
                signer=Signer.parse(self._keys, purpose="form"),
                public_url=self._public_url,
                registry=self._registry,
                links=self._links(status),
                captchas=SiteVerify(secrets, registry=self._registry),
            )
        )

    def open_status_page(self, status: StatusPage, *, config_dir: Path, rate: Rate, let_through: LetThrough) -> None:
        agents = Organisation.read(config_dir).agents
        self._service.app.include_router(
            status_page.router(
                status,
                self._inbox,
                store=StatusStore(self._service.mongo),
                links=self._links(status),
                rate=rate,
                let_through=let_through,
                agents={name: agent.name for name, agent in agents.items()},
                signer=Signer.parse(self._keys, purpose="status"),
                registry=self._registry,
            )
        )

    def open_chats(self, chats: Mapping[str, ChatAccount], *, hub: chat.Hub) -> None:
        self._service.every(0, "chat", hub.round)
        signer = Signer.parse(self._keys, purpose="chat")
        self._service.app.include_router(
            chat.router(
                chats, self._inbox, hub=hub, signer=signer, public_url=self._public_url, registry=self._registry
            )
        )

    def _links(self, status: StatusPage) -> LinkMaker:
        return LinkMaker(
            StatusLinks.parse(self._keys), public_url=self._public_url, lifetime=timedelta(days=status.lifetime_days)
        )
