"""What the running system tells its keeper: JSON lines of declared events with declared fields.

Prevents care from leaking through the back door of a log file. Nothing is filtered out, because a
filter forgets: only what stands in CATALOGUE gets through, and each field only in its own shape. A
line of a library says which library and which line of its code, never its message: that may carry
an address, a name or a number. A crash says its kind and its places, never its message or values.
"""

import json
import logging
import logging.config
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

request_id: ContextVar[str] = ContextVar("request_id", default="")
logger = logging.getLogger("ooievaar")

MOST = 9_999_999
"""Numbers have seven digits at most: a BSN, an AGB code or a telephone number does not fit."""
PLACES_SHOWN = 6

Shape = Callable[[Any], bool]


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST


def _one_of(*words: str) -> Shape:
    return lambda value: isinstance(value, str) and value in words


def _like(pattern: str) -> Shape:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _is_view(value: Any) -> bool:
    return isinstance(value, str) and (value in ("", "static") or value in view_names())


@cache
def view_names() -> frozenset[str]:
    """Return the names of all pages: a request is told by the name of its page, not its address."""
    return frozenset(_names(get_resolver().url_patterns, ""))


def _names(patterns: list[Any], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{prefix}{pattern.name}"


REQUEST = _like(r"[0-9a-f]{32}")
METHOD = _one_of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
KIND = _like(r"[a-z][a-z_]{2,39}")
VERSION = _like(r"\d{1,4}(\.\d{1,4}){1,3}[a-z0-9.]{0,8}")
ERROR = _like(r"[A-Za-z_][\w.]{0,99}")
PLACE = _like(r"[\w./-]{1,120}:\d{1,6}")

CATALOGUE: Mapping[str, Mapping[str, Shape]] = {
    # A page was asked: its name, how it went and how long it took.
    "request": {
        "method": METHOD, "view": _is_view, "status": _count, "ms": _count,
    },
    # The web process and the worker came up or went down.
    "started": {"port": _count, "threads": _count, "version": VERSION,
                "mode": _one_of("local", "production")},
    "stopped": {"port": _count},
    # Readiness turned: what is lacking.
    "not_ready": {"lacks": _one_of("database", "migrations", "disk")},
    # Work in the background: `kind` is the name of the job in our code.
    "job": {"kind": KIND, "outcome": _one_of("started", "done", "failed", "stopped", "interrupted"),
            "ms": _count, "done": _count, "total": _count},
    # A woman was derived anew after a change; the nightly derivation makes good what failed.
    "follow": {"outcome": _one_of("failed")},
    "backup": {"tables": _count, "rows": _count, "kilobytes": _count, "ms": _count},
    "restore": {"tables": _count, "rows": _count, "ms": _count},
    # A command or a thread fell over; `error` and `places` come with it.
    "crash": {},
    # Something was told that is not declared here: mend the caller.
    "undeclared": {"place": PLACE},
    # A library's line: by its name and place only.
    "library": {"logger": _like(r"[\w.]{1,80}"), "place": PLACE},
}  # fmt: skip
"""Every event with its fields; a field's shape is what its value must look like to be written."""


def tell(event: str, level: int = logging.INFO, *, crash: bool = False, **fields: Any) -> None:
    """Log a declared event; `crash` adds kind and places of the exception that is being handled."""
    logger.log(level, event, exc_info=crash, stacklevel=2, extra={"event": event, "fields": fields})


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON that holds nothing but what the catalogue declares."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        event = getattr(record, "event", "library")
        given: Mapping[str, Any] = getattr(record, "fields", {})
        if event == "library":
            given = {"logger": record.name, "place": _short(record.pathname, record.lineno)}
        elif event not in CATALOGUE:
            event, given = "undeclared", {"place": _short(record.pathname, record.lineno)}
        shapes = CATALOGUE[event]
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": event,
        }
        if REQUEST(asked := request_id.get()):
            line["request"] = asked
        fitting = {name: given[name] for name in shapes if name in given}
        line |= {name: value for name, value in fitting.items() if shapes[name](value)}
        if dropped := len(given) - sum(name in line for name in fitting):
            line["dropped"] = dropped
        if isinstance(record.exc_info, tuple) and record.exc_info[0] is not None:
            line |= _crash(record.exc_info[0], record.exc_info[2])
        return json.dumps(line, ensure_ascii=True)


def _crash(kind: type[BaseException], trace: TracebackType | None) -> dict[str, Any]:
    """Return the kind of an exception and the last places it passed; not what it says."""
    error = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    steps = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace)]
    places = [_short(file, line) for file, line in steps][-PLACES_SHOWN:]
    return {
        "error": error if ERROR(error) else "unknown",
        "places": [place for place in places if PLACE(place)],
    }


def _short(file: str, line: int | None) -> str:
    """Return `package/module.py:12` of a file: enough to find it, without the machine's folders."""
    parts = Path(file).parts
    for anchor in ("site-packages", "src"):
        if anchor in parts:
            parts = parts[len(parts) - parts[::-1].index(anchor) :]
            return f"{'/'.join(parts)}:{line or 0}"
    return f"{'/'.join(parts[-2:]).lstrip('/')}:{line or 0}"


class ToStandardError(logging.Handler):
    """Writes each line to what is standard error at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            # The default would print the record with its arguments.
            sys.stderr.write('{"level": "error", "event": "unwritable"}\n')


def configuration(level: str) -> dict[str, Any]:
    """Return the settings of Python's logging: one way out, for Django's loggers too."""
    through = {"handlers": [], "level": level, "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {"stderr": {"()": ToStandardError, "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": through,
            # The event `request` tells the status; what is left here are crashes.
            "django.request": through | {"level": "ERROR"},
            "django.server": through,
            "ooievaar": through,
        },
    }


def configure(logging_settings: dict[str, Any]) -> None:
    """Set logging up; in production what nobody caught goes through it too."""
    logging.config.dictConfig(logging_settings)
    if not settings.IS_PRODUCTION:
        return
    # A warning quotes the value it warns about.
    logging.captureWarnings(True)
    sys.excepthook = _nobody_caught
    threading.excepthook = lambda args: (
        None
        if args.exc_value is None or isinstance(args.exc_value, SystemExit)
        else _told(args.exc_value)
    )


def _nobody_caught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if not isinstance(error, KeyboardInterrupt):
        _told(error)


def _told(error: BaseException) -> None:
    logger.error("crash", exc_info=error, extra={"event": "crash", "fields": {}})


@contextmanager
def crashes_are_told() -> Iterator[None]:
    """Around a command: in production a crash becomes an event and exit status 70."""
    try:
        yield
    except Exception:
        if not settings.IS_PRODUCTION:
            raise
        tell("crash", logging.ERROR, crash=True)
        raise SystemExit(70) from None
