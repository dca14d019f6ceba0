"""The body of a stranger's request, of which never more than the limit is held."""

from fastapi import Request
from starlette.requests import ClientDisconnect

from services.ingest.channels.answers import size
from shared.errors import Refused


async def body_of(request: Request, *, limit: int) -> bytes:
    """The body of a request, read no further than `limit` bytes."""
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > limit:
                raise Refused(status=413, title="The body is too large", detail=f"Send at most {size(limit)} in all.")
    except ClientDisconnect as error:
        raise Refused(status=400, title="The body breaks off", detail="Send it once more.") from error
    return bytes(content)
