"""Hands text messages to Twilio's REST API, and tells what its answers mean."""

import httpx
from pydantic import SecretStr

from services.notify import gsm
from services.notify.letter import Letter
from services.notify.outcome import NeverMind, Receipt, TryLater

OURS = frozenset({401, 403, 404, 408, 429})
"""Answers about our account or our haste, not about the receiver: they pass, or somebody puts them right."""
OPTED_OUT = 21610


class Twilio:
    """The provider `twilio` (POST /2010-04-01/Accounts/{sid}/Messages.json), or what answers like it."""

    name = "twilio"

    def __init__(
        self,
        *,
        url: str,
        account_sid: str,
        auth_token: SecretStr,
        sender: str | None,
        messaging_service_sid: str | None,
        max_segments: int,
        timeout: float,
    ) -> None:
        self._path = f"/2010-04-01/Accounts/{account_sid}/Messages.json"
        self._from = {"MessagingServiceSid": messaging_service_sid} if messaging_service_sid else {"From": sender or ""}
        self._max_segments = max_segments
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"), auth=(account_sid, auth_token.get_secret_value()), timeout=timeout
        )

    async def send(self, letter: Letter) -> Receipt:
        body = gsm.fit(gsm.plain(letter.rendered.sms), segments=self._max_segments)
        try:
            answer = await self._client.post(self._path, data={"To": letter.to, **self._from, "Body": body})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TryLater(f"{type(error).__name__}: {error}") from error
        except httpx.HTTPError as error:
            raise TryLater(f"{type(error).__name__}: {error}", ambiguous=True) from error
        if answer.status_code >= 500 or answer.status_code in OURS:
            raise TryLater(_said(answer), ambiguous=answer.status_code >= 500)
        if not answer.is_success:
            raise NeverMind(_said(answer))
        return Receipt(provider=self.name, provider_id=_sid(answer), segments=gsm.measure(body).segments)

    async def close(self) -> None:
        await self._client.aclose()


def _sid(answer: httpx.Response) -> str | None:
    try:
        sid = answer.json().get("sid")
    except (ValueError, AttributeError):
        return None  # accepted all the same
    return sid if isinstance(sid, str) else None


def _said(answer: httpx.Response) -> str:
    """Twilio's code and sentence, for example `400 21211: Invalid To Phone Number`."""
    try:
        problem = answer.json()
        code = problem["code"]
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.reason_phrase}"
    if code == OPTED_OUT:
        return f"{answer.status_code} {code}: the receiver has opted out"
    return f"{answer.status_code} {code}: {str(problem.get('message', ''))[:200]}"
