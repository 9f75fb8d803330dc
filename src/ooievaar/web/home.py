"""The front door: what a person wants to see first depends on where they work."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from ooievaar.network.doors import WorkingRequest, open_to_everybody_signed_in
from ooievaar.network.roles import CARE_ROLES, WHOLE_NETWORK_ROLES, Role

FIRST_SCREENS: dict[Role, str] = {
    **dict.fromkeys(CARE_ROLES, "today"),
    **dict.fromkeys(WHOLE_NETWORK_ROLES, "month"),
    Role.REPRESENTATIVE: "month",
    Role.PRACTICE_ADMINISTRATOR: "statement",
    Role.PURCHASER: "contract_volumes",
    Role.QUALITY_OFFICER: "access_log",
    Role.ADMINISTRATOR: "people",
}
"""Names of the pages; who has none yet is told what there is."""


@open_to_everybody_signed_in
def home(request: WorkingRequest) -> HttpResponse:
    """Go to the first screen of the role in which somebody works now."""
    first_screen = FIRST_SCREENS.get(request.workplace.role)
    if first_screen is None:
        return render(request, "web/home.html")
    return redirect(first_screen)
