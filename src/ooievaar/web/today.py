"""Today: what a care professional wants to know on arrival, of the women of the organisation.

The page begins with the day itself and what waits for an answer. What the pathways ask, and what
changed, come in two pieces after it: each is a page of its own, for who has no script.
"""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.web.today_parts import Part, parts_of_the_day, parts_of_the_pathways, women_in
from ooievaar.web.today_rest import parts_of_the_rest

Parts = Callable[[Workplace, datetime], list[Part]]


@open_to(*CARE_ROLES, is_care=True)
def today(request: WorkingRequest) -> HttpResponse:
    """Show whom they see today and what is asked of them; the rest follows by itself."""
    return _shown(request, "web/today.html", parts_of_the_day)


@open_to(*CARE_ROLES, is_care=True)
def today_pathways(request: WorkingRequest) -> HttpResponse:
    """Show what the pathways ask of this role, and what others answered."""
    return _shown(request, "web/today_more.html", parts_of_the_pathways)


@open_to(*CARE_ROLES, is_care=True)
def today_rest(request: WorkingRequest) -> HttpResponse:
    """Show what changed, who is due, was born or came into care, and what is on its way."""
    return _shown(request, "web/today_more.html", parts_of_the_rest)


def _shown(request: WorkingRequest, template: str, parts_of: Parts) -> HttpResponse:
    at = timezone.now()
    parts = parts_of(request.workplace, at)
    lines = sum(len(part.lines) for part in parts)
    note(request, Kind.LIST, "today", women=women_in(parts), lines=lines)
    is_piece = template != "web/today.html" and bool(request.headers.get("HX-Request"))
    context = {"parts": parts, "at": at, "empties": [part for part in parts if not part.lines]}
    return render(request, "web/today_parts.html" if is_piece else template, context)
