"""Every error over HTTP is a problem detail (RFC 9457) that says what to do."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Permanent, Refused, Transient
from shared.faults import causes, in_words

MAX_BODY = 1024 * 1024

log = structlog.get_logger()


def problem(status: int, title: str, detail: str, **more: Any) -> JSONResponse:
    """A response of type application/problem+json."""
    return JSONResponse(
        {"type": "about:blank", "status": status, "title": title, "detail": detail, **more},
        status_code=status,
        media_type="application/problem+json",
    )


def install(app: FastAPI) -> None:
    """Has `app` answer every error as a problem detail."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return problem(error.status, error.title, error.detail)

    @app.exception_handler(Permanent)
    async def permanent(_: Request, error: Permanent) -> JSONResponse:
        return problem(422, "This can't be done", f"Change the request: {error}.")

    app.add_exception_handler(Transient, unavailable)

    @app.exception_handler(Exception)
    async def broken(_: Request, error: Exception) -> JSONResponse:
        # The server logs the traceback; whoever asked gets nothing of the inside.
        return problem(500, "Something broke here", "Repeat the request later; if it fails again, tell the operator.")

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        response = problem(error.status_code, str(error.detail), _advice(error.status_code))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"at": ".".join(str(step) for step in fault["loc"]), "message": in_words(fault)}
            for fault in causes(error.errors())
        ]
        return problem(422, "The request does not hold", "Correct the fields listed in `errors`.", errors=faults)


async def unavailable(_: Request, error: Exception) -> JSONResponse:
    """The answer when something that is needed, such as the database, is away or too busy."""
    log.warning("request.unavailable", error=type(error).__name__)
    return problem(503, "Try again", "The service is busy; repeat the request with the same idempotency key.")


def _advice(status: int) -> str:
    return {
        401: "Send an access token: `Authorization: Bearer <JWT>`.",
        404: "There is nothing at this address; /docs lists what there is.",
        405: "This address takes other methods; /docs lists them.",
    }.get(status, "See /docs.")


class BodyLimit:
    """Answers 413 to a request whose body is larger than `limit` bytes, declared or not."""

    def __init__(self, app: ASGIApp, *, limit: int = MAX_BODY) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._limit:
            await self._refuse(scope, receive, send)
            return
        received, refused = 0, False

        async def counted() -> Message:
            nonlocal received, refused
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                refused = True
                return {"type": "http.disconnect"}
            return message

        async def guarded(message: Message) -> None:
            if not refused:
                await send(message)

        try:
            await self._app(scope, counted, guarded)
        except Exception:
            if not refused:
                raise
        if refused:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        detail = f"Send at most {self._limit} bytes."
        await problem(413, "The body is too large", detail)(scope, receive, send)
