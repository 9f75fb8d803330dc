"""Choosing where one works now: of several positions one at a time counts."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import CHOSEN, WorkingRequest, open_to_everybody_signed_in


@open_to_everybody_signed_in
@require_http_methods(["GET", "POST"])
def workplace(request: HttpRequest) -> HttpResponse:
    """Show the positions somebody holds today, and take the choice for this session."""
    working = cast(WorkingRequest, request)
    onward = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure()):
        onward = "/"
    if request.method == "POST":
        chosen = request.POST.get("position", "")
        for place in working.workplaces:
            if str(place.position_id) == chosen:
                request.session[CHOSEN] = place.position_id
                return redirect(onward)
    context = {"places": working.workplaces, "next": onward}
    return render(request, "network/workplace.html", context)
