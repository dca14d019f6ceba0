"""Which mail a provider's signed token came with, for longer than its signature is accepted."""

from datetime import datetime, timedelta

from shared.ids import derived_id
from shared.mongo import DuplicateKeyError, Mongo

TOKENS_KEPT = timedelta(days=2)


class UsedTokens:
    """The collection `mail_tokens`: which mail a signed token came with."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._tokens = mongo.database.mail_tokens

    async def prepare(self) -> None:
        await self._mongo.ensure_collections(["mail_tokens"])
        await self._tokens.create_index("at", expireAfterSeconds=int(TOKENS_KEPT.total_seconds()))

    async def is_for(self, webhook: str, token: str, mail: str, *, at: datetime) -> bool:
        """Whether the token came with this mail, now or before."""
        id = derived_id("mail_token", webhook, token)
        try:
            await self._tokens.insert_one({"_id": id, "mail": mail, "at": at})
        except DuplicateKeyError:
            found = await self._tokens.find_one({"_id": id})
            return found is not None and found["mail"] == mail
        return True
