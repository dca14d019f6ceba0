"""Everything about the providers of config/channels.yaml that ingest needs: readers, webhooks, files."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from prometheus_client import CollectorRegistry

from services.ingest.channels.media import Media, MediaClient
from services.ingest.channels.provider import Provider
from services.ingest.channels.provider_table import PROVIDERS, accounts_of, secrets_of
from services.ingest.channels.webhook import Telephone, Webhooks
from services.ingest.inbox.inbox import Inbox
from services.ingest.inbox.inputs import Reader
from shared.config import Strict


class Social:
    """The providers with their accounts and secrets."""

    def __init__(self, channels: Strict, secrets: Strict, *, max_file: int) -> None:
        self._providers: list[Provider[Any]] = [provider() for provider in PROVIDERS]
        self._accounts = {provider.name: accounts_of(type(provider), channels) for provider in self._providers}
        self._secrets = {provider.name: secrets_of(type(provider), secrets) for provider in self._providers}
        self.client = MediaClient(max_bytes=max_file)
        self.media = Media({one.name: one for one in self._providers}, self._secrets, self.client)

    @property
    def readers(self) -> Mapping[str, Reader]:
        """By the channel of the inputs, which is the provider's name."""
        return {provider.name: provider for provider in self._providers}

    def router(
        self, inbox: Inbox, *, public_url: str, registry: CollectorRegistry, telephone: Telephone | None = None
    ) -> APIRouter:
        """The webhooks of all providers."""
        webhooks = Webhooks(inbox, public_url=public_url, registry=registry, telephone=telephone)
        routes = APIRouter()
        for provider in self._providers:
            accounts, secrets = self._accounts[provider.name], self._secrets[provider.name]
            routes.include_router(webhooks.routes(provider, accounts, secrets))
        return routes
