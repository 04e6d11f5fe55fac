"""Logs as JSON lines on standard error, without personal data and without characters that forge lines."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

HIDDEN = "[hidden]"

# What may stand under these names says who somebody is, or opens a door.
HIDDEN_NAMES = frozenset({
    "address", "authorization", "birth_date", "body", "cookie", "document", "documents", "email", "key",
    "mobile", "name", "number", "password", "phone", "query", "secret", "text", "token", "url", "value",
    "variables", "words",
})  # fmt: skip
# Tokens of the hub, passwords in URLs, e-mail addresses, and runs of 7 digits and more: mobiles, identity
# documents, policies and customer numbers. (Request ids may look alike: they are kept by their name.)
_PERSONAL = re.compile(
    r"kehu_[A-Za-z0-9]+_[A-Za-z0-9_-]+|//[^/\s@]+@|[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|(?<![\w.])[+]?\d(?:[ -]?\d){6,}[Xx]?"
)
_KEPT_NAMES = frozenset({"time", "request_id", "trace_id", "level", "caller"})
# Control characters that JSON leaves as they are, line separators and what turns the reading direction.
_FORGING = re.compile("[\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

Event = MutableMapping[str, Any]


def configure_logging(*, show_messages: bool = False, stream: TextIO | None = None) -> None:
    """Sends structlog and the standard library's logging to one stream (default: standard error).

    Messages of exceptions may quote a row; only a hub for trials shows them.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(json_formatter(show_messages=show_messages))
    logging.root.handlers = [handler]
    # Libraries tell too much at INFO (httpx: every URL).
    logging.root.setLevel(logging.WARNING)
    for ours in ("kehu", "_granian"):
        logging.getLogger(ours).setLevel(logging.INFO)
    for name, logger in logging.root.manager.loggerDict.items():
        if name.startswith("kehu") and isinstance(logger, logging.Logger):
            logger.disabled = False  # another library's set-up in this process may have silenced it
    # strawberry logs each error with its message; the front logs the same failures without.
    logging.getLogger("strawberry.execution").disabled = True
    structlog.configure(
        processors=[
            *_shared(show_messages=show_messages),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )


def json_formatter(*, show_messages: bool = False) -> logging.Formatter:
    """A formatter that writes the standard library's records as the same JSON lines."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(show_messages=show_messages),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, as_json_line],
    )


def _shared(*, show_messages: bool) -> list[structlog.typing.Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        Failures(show_messages=show_messages),
        hide_personal,
    ]


class Failures:
    """Turns `exc_info` into `failure`: the exceptions' types and the lines of code they came through."""

    def __init__(self, *, show_messages: bool) -> None:
        self._show_messages = show_messages

    def __call__(self, _logger: object, _method: str, event: Event) -> Event:
        raised = event.pop("exc_info", None)
        error = sys.exc_info()[1] if raised is True else raised[1] if isinstance(raised, tuple) else raised
        if isinstance(error, BaseException):
            event["failure"] = [self._told(one) for one in _causes(error)]
        return event

    def _told(self, error: BaseException) -> dict[str, object]:
        kind = type(error)
        told: dict[str, object] = {
            "type": f"{kind.__module__}.{kind.__qualname__}",
            "at": [
                f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            ],
        }
        for detail in ("sqlstate", "sqlite_errorname", "errno"):
            if (found := getattr(error, detail, None)) is not None:
                told[detail] = found
        if self._show_messages:
            told["message"] = str(error)
        return told


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and those that led to it, the last raised first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def hide_personal(_logger: object, _method: str, event: Event) -> Event:
    """Hides values by the name they stand under, and whatever in a text looks like a person's or a token."""
    for name, value in event.items():
        if name in HIDDEN_NAMES:
            event[name] = HIDDEN
        elif name not in _KEPT_NAMES and not name.startswith("_"):
            event[name] = _without_personal(value)
    return event


def _without_personal(value: object) -> object:
    if isinstance(value, str):
        return _PERSONAL.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {
            name: HIDDEN if name in HIDDEN_NAMES else _without_personal(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_personal(inner) for inner in value]
    return value


def as_json_line(_logger: object, _method: str, event: Event) -> str:
    line = json.dumps(event, ensure_ascii=False, default=str)
    return _FORGING.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
