"""Pages for tests of the middleware: each does one thing that must or must not leave a trace."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import include, path

from ooievaar.network.doors import door_of, open_to, open_to_anybody, refuse
from ooievaar.network.models import Organisation
from ooievaar.network.roles import CARE_ROLES
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note

CARE = "zij is 32 weken zwanger"


def change_something() -> None:
    Organisation.objects.create(agb="99999999", name="Nieuw", discipline="other")


@open_to(*CARE_ROLES, is_care=True)
def page(request: HttpRequest, what: str = "shows", number: int = 0) -> HttpResponseBase:
    if what != "untraced":
        note(request, Kind.READ, "pregnancy", number, women=[5], shown=1)
    if request.method == "POST":
        change_something()
    return DOES[what](request)


def shows(request: HttpRequest) -> HttpResponse:
    return HttpResponse(CARE)


def raises(fault: Exception) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        raise fault

    return view


def answers(status: int) -> Any:
    return lambda request: HttpResponse("x", status=status)


def streams(request: HttpRequest) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        from ooievaar.record.access_log.models import AccessEvent

        yield f"{AccessEvent.objects.count()} "
        yield CARE

    return StreamingHttpResponse(lines())


def streams_and_notes_late(request: HttpRequest) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        note(request, Kind.READ, "pregnancy", 2, women=[6])
        yield CARE

    return StreamingHttpResponse(lines())


def refuses(request: HttpRequest) -> HttpResponse:
    door = door_of(page)
    assert door is not None
    return refuse(request, "relation", door)


DOES = {
    "shows": shows,
    "untraced": shows,
    "streams": streams,
    "late": streams_and_notes_late,
    "refuses": refuses,
    "breaks": raises(RuntimeError("kapot")),
    "hidden": raises(PermissionDenied("nee")),
    "missing": raises(Http404("weg")),
    "wrong": answers(400),
    "away": answers(302),
    "failing": answers(503),
}


@open_to_anybody
def healthy(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("test/<str:what>/<int:number>/", page, name="test_page"),
    path("test/gezond/", healthy),
    path("", include("ooievaar.urls")),
]
