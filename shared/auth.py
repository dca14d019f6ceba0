"""Who asks, and in which role: bearer JWTs (RFC 7519, RFC 6750)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import jwt
from fastapi import Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.errors import Refused

Role = Literal["agent", "supervisor", "admin", "system"]
AUDIENCE = "kartica"
BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT")
"""What /docs shows as the way to sign in; that nothing or something else was sent is answered here."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The subject of an access token, for example `agent:ana`, and its roles."""

    subject: str
    roles: frozenset[str]


def issue(key: str, *, subject: str, roles: list[Role], lifetime: timedelta = timedelta(hours=12)) -> str:
    """An access token signed with the local key."""
    now = datetime.now(UTC)
    claims = {"sub": subject, "roles": roles, "aud": AUDIENCE, "iat": now, "exp": now + lifetime}
    return jwt.encode(claims, key, algorithm="HS256")


def require(key: str, *roles: Role) -> Callable[[HTTPAuthorizationCredentials | None], Caller]:
    """A dependency that lets callers with one of `roles` in and answers 401 or 403 to others."""

    def caller(credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]) -> Caller:
        if credentials is None or not credentials.credentials:
            raise Refused(
                status=401, title="No access token", detail="Send `Authorization: Bearer <JWT>`; see docs/operator.md."
            )
        try:
            claims = jwt.decode(
                credentials.credentials,
                key,
                algorithms=["HS256"],
                audience=AUDIENCE,
                options={"require": ["exp", "sub"]},
            )
        except jwt.InvalidTokenError as error:
            raise Refused(status=401, title="Invalid access token", detail=f"Get a new one: {error}.") from error
        claimed = claims.get("roles")
        found = frozenset(str(role) for role in claimed) if isinstance(claimed, list) else frozenset[str]()
        if not found & set(roles):
            raise Refused(status=403, title="Not allowed", detail=f"This needs one of the roles {', '.join(roles)}.")
        return Caller(subject=str(claims["sub"]), roles=found)

    return caller
