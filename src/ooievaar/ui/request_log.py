"""Each request gets a number and one line in the log: which page, how it went, how long it took."""

import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ooievaar.storage import logs

GIVEN = re.compile(r"[0-9a-f]{32}")


class RequestLog:
    """Outermost of all: what stops a request further in is told too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and tell how it went."""
        began = time.perf_counter()
        number = number_of(request)
        token = logs.request_id.set(number)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = number
            match = request.resolver_match
            if match is not None or response.status_code >= 400:
                logs.tell(
                    "request",
                    method=request.method,
                    view=match.view_name if match else "",
                    status=response.status_code,
                    ms=round((time.perf_counter() - began) * 1000),
                )
            return response
        finally:
            logs.request_id.reset(token)


def number_of(request: HttpRequest) -> str:
    """Return the proxy's number where there is a proxy that we believe, else one of our own."""
    given = request.headers.get("X-Request-ID", "") if settings.TRUSTED_PROXY else ""
    return given if GIVEN.fullmatch(given) else uuid.uuid4().hex
