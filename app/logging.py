"""One journal for our events and the libraries': JSON for machines, lines for eyes."""

import logging
import sys
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, ExceptionTransformer, ExcInfo

from app.settings import Settings

_QUIET = {
    "elastic_transport": logging.WARNING,  # a line a request, with the index in its address
    "uvicorn.access": logging.WARNING,  # has query strings; the envelope writes its own line
    "httpx": logging.WARNING,
}


def configure_logging(settings: Settings) -> None:
    """Sets up structlog and the standard library's root; called once by each process's command."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a kept logger would not see a later configuration
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(shared, settings))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)


def _formatter(shared: list[Any], settings: Settings) -> logging.Formatter:
    last: list[Any]
    if settings.log_json:
        last = [
            structlog.processors.ExceptionRenderer(_traceback(settings)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        last = [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(), _drop_coloured],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


def _drop_coloured(_logger: object, _name: str, event: EventDict) -> EventDict:
    """The server repeats each line in colour for its own formatter."""
    event.pop("color_message", None)
    return event


def _traceback(settings: Settings) -> ExceptionTransformer:
    """Where it broke, without what was being worked on: that may be a citizen's message.

    Local variables are never written; the exception's own words only at level DEBUG.
    """
    transform = ExceptionDictTransformer(show_locals=False)
    with_words = settings.log_level.upper() == "DEBUG"

    def render(exc_info: ExcInfo) -> list[dict[str, Any]]:
        stacks = transform(exc_info)
        return stacks if with_words else [_wordless(stack) for stack in stacks]

    return render


def _wordless(stack: dict[str, Any]) -> dict[str, Any]:
    inner = [[_wordless(part) for part in group] for group in stack.get("exceptions", [])]
    return {**stack, "exc_value": "", "exc_notes": [], "exceptions": inner}
