"""Reading the books again: the chain from its start, asked by a person, done by a worker."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import WHOLE_NETWORK_ROLES
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.settlement.ledger.permissions import checks_for, transactions_for
from ooievaar.settlement.ledger.words import finding_text
from ooievaar.settlement.tabs import tabs_for
from ooievaar.ui.jobs import start_job

CHECK = "check_books"
TITLE = gettext_noop("Boeken nalezen")
MOST_SHOWN = 10
"""Checks on the page, newest first."""


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def books_check(request: WorkingRequest) -> HttpResponse:
    """Show how the last check ended, and start another; it changes nothing in the books."""
    checks = checks_for(request.workplace, CHECK)
    if request.method == "POST":
        if not any(job.state in ("waiting", "running") for job in checks[:1]):
            job = start_job(CHECK, request, TITLE, {})
            note(request, Kind.MONEY, "books_check", job.pk, controls=NO_RELATION)
        return redirect("books_check")
    shown = list(checks[:MOST_SHOWN])
    newest = shown[0] if shown else None
    context = {
        "tabs": tabs_for(request.workplace),
        "count": transactions_for(request.workplace).count(),
        "newest": newest,
        "is_running": newest is not None and newest.state in ("waiting", "running"),
        "found": [
            finding_text(**one) for one in (newest.result.get("found", ()) if newest else ())
        ],
        "earlier": shown[1:],
    }
    is_part = bool(request.headers.get("HX-Request"))
    return render(request, f"ledger/check{'_part' if is_part else ''}.html", context)
