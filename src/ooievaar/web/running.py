"""Is this process alive, and can it work? The machine asks; nothing of the region is in the answer.

Both pages are open to anybody: a proxy or a watchdog has no name. What is lacking goes to the log.
"""

import logging
import tempfile
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ooievaar.network.doors import open_to_anybody
from ooievaar.storage import logs

LARGEST_REQUEST_BYTES = 1_500_000
"""No page takes a file; Django's own limit is a little lower and answers in words."""
LARGEST_HEADERS_BYTES = 32_768


@open_to_anybody
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; nothing else is asked, so a slow database restarts nobody."""
    return _plain("gezond", 200)


@open_to_anybody
@never_cache
@require_safe
def readiness(request: HttpRequest) -> HttpResponse:
    """Say whether this process can do its work: 200, or 503 and the reason in the log only."""
    for lack in lacks():
        logs.tell("not_ready", logging.ERROR, lacks=lack)
        return _plain("niet klaar", 503)
    return _plain("klaar", 200)


def lacks() -> Iterator[str]:
    """Yield what keeps this process from working: the database, its tables, the disk."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield "migrations"
    except DatabaseError:
        yield "database"
    try:
        if settings.DATA.exists():
            with tempfile.TemporaryFile(dir=settings.DATA) as probe:
                probe.write(b"klaar")
        elif connection.vendor == "sqlite":
            yield "disk"
    except OSError:
        yield "disk"


def _plain(words: str, status: int) -> HttpResponse:
    return HttpResponse(f"{words}\n", content_type="text/plain; charset=utf-8", status=status)


def server_words() -> dict[str, Any]:
    """Return what waitress is told beside host, port and threads: limits, and whom it believes.

    Without a proxy, waitress removes every header by which a caller could say he is another.
    """
    words: dict[str, Any] = {
        "ident": None,
        "max_request_body_size": LARGEST_REQUEST_BYTES,
        "max_request_header_size": LARGEST_HEADERS_BYTES,
        "channel_timeout": 60,
        "clear_untrusted_proxy_headers": True,
    }
    if settings.TRUSTED_PROXY:
        words |= {
            "trusted_proxy": settings.TRUSTED_PROXY,
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        }
    return words
