"""Appends what a request looked at before the answer leaves; without it, no answer."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from ooievaar.network.doors import OWN_DOORS, Door, Refusal, door_of
from ooievaar.record.access_log.actors import Actor, actor_of
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import CODE, NO_RELATION, Look, take_looks

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
SIGNING_IN = (*OWN_DOORS, "ooievaar.network.signing_in.")
"""Modules whose pages run in no transaction of ours."""


class UntracedCare(RuntimeError):
    """A page showed care and noted nothing: a fault of ours, so the page does not leave."""


@dataclass(slots=True)
class _Trace:
    """What the middleware knows of a request while the page is made."""

    stack: ExitStack
    door: Door | None = None
    page: str = ""
    ids: Mapping[str, Any] = field(default_factory=dict)
    is_in_transaction: bool = False
    has_raised: bool = False


class AccessLog:
    """Around the doors: reads, changes and refusals all become events.

    A request that may change something runs in one transaction, with its events last in it: a
    change without its trace is not kept. Signing in is the exception: its counting of attempts
    must outlive a fault, and checking a password is too slow to keep others from writing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request; raises, and so answers 500, when the events cannot be kept."""
        began = timezone.now()
        with ExitStack() as stack:
            trace = _Trace(stack)
            request.__dict__["access_trace"] = trace
            response = self.get_response(request)
            has_failed = trace.has_raised or response.status_code >= 500
            if has_failed and trace.is_in_transaction:
                transaction.set_rollback(True)
            else:
                _append_events(request, response, trace, began)
        if has_failed and trace.is_in_transaction:
            # After what was rolled back: that somebody tried remains.
            _append_events(request, response, trace, began)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        """Remember which page it is, and begin the transaction of a request that may change."""
        trace: _Trace = request.__dict__["access_trace"]
        match = request.resolver_match
        trace.door = door_of(view)
        trace.page = (match and match.url_name) or ""
        trace.ids = kwargs
        signs_in = str(getattr(view, "__module__", "")).startswith(SIGNING_IN)
        if request.method not in SAFE_METHODS and not signs_in:
            trace.stack.enter_context(transaction.atomic())
            trace.is_in_transaction = True

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember that the page raised: "not found" and the like undo what was changed too."""
        request.__dict__["access_trace"].has_raised = True


def _append_events(
    request: HttpRequest, response: HttpResponseBase, trace: _Trace, began: Any
) -> None:
    """Append what was noted, and what was refused; raises UntracedCare when a page hid its look."""
    looks = take_looks(request)
    if trace.has_raised or response.status_code >= 500:
        looks = [replace(look, is_success=False) for look in looks]
    refusal: Refusal | None = getattr(request, "refusal", None)
    if refused := _refused(refusal, response.status_code, trace):
        looks.append(refused)
    is_care = trace.door is not None and trace.door.is_care
    if is_care and not looks and 200 <= response.status_code < 300:
        raise UntracedCare(f"the page {trace.page!r} shows care and noted no look")
    if looks:
        actor: Actor | None = request.__dict__.get("access_actor")
        append(looks, actor or actor_of(request), began)


def _refused(refusal: Refusal | None, status: int, trace: _Trace) -> Look | None:
    """Return the event of a page of care that did not open; of whom it was is not known."""
    door = refusal.door if refusal else trace.door
    if door is None or not door.is_care:
        return None
    if refusal is None and status not in (403, 404):
        return None
    reason = refusal.reason if refusal else {403: "forbidden", 404: "not_found"}[status]
    ids = [str(value) for value in trace.ids.values() if isinstance(value, int | UUID)]
    return Look(
        kind=Kind.REFUSAL,
        object_type=trace.page[:32] or "page",
        object_id=",".join(ids),
        controls="FFFF" if reason == "role" else NO_RELATION,
        is_success=False,
        detail={"reason": reason if CODE.fullmatch(reason) else "refused", "status": status},
    )
