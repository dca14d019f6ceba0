"""Logs are JSON lines with stable keys; personal data stays below INFO."""

import logging
import sys
from typing import Any

import structlog
from pydantic import ValidationError
from structlog.tracebacks import ExceptionDictTransformer

from shared.parsing import explain

QUOTING = frozenset({"ValidationError", "BulkWriteError", "DuplicateKeyError", "WriteError"})
"""Errors whose texts quote what was to be read or stored, which may be a customer's message."""
MAX_ERROR = 500


def told(error: BaseException) -> str:
    """The error in a line for people who operate Kartica, without what a customer wrote."""
    name = type(error).__name__
    if isinstance(error, ValidationError):
        return f"{name}: {explain(error)}"[:MAX_ERROR]
    return name if name in QUOTING else f"{name}: {error}"[:MAX_ERROR].removesuffix(": ")


def without_quotes(_: Any, __: str, line: dict[str, Any]) -> dict[str, Any]:
    """A processor after the one that renders exceptions: leaves out the texts of those that quote."""
    for one in line.get("exception", ()):
        if isinstance(one, dict) and one.get("exc_type") in QUOTING:
            one["exc_value"] = "left out: it quotes what was to be read or stored"
    return line


def configure(*, service: str, level: str) -> None:
    """Makes structlog, and what libraries log at WARNING or worse, print JSON lines to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Without the values of local variables, which may be personal data.
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        without_quotes,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for library in ("aio_pika", "aiormq", "pymongo", "uvicorn", "httpx", "httpcore", "mail.log", "websockets"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # Every lost connection is logged by the bus itself; aio-pika adds a traceback per channel.
    logging.getLogger("aio_pika.tools").setLevel(logging.CRITICAL)
    structlog.contextvars.bind_contextvars(service=service)
