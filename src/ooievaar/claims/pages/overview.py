"""The overview: where every cent stands, what stands still, and what the next file would do."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ooievaar.claims.causes import cause_book
from ooievaar.claims.models import BatchStep, LineState
from ooievaar.claims.pages import words
from ooievaar.claims.pages.batches import standing_batches
from ooievaar.claims.pages.reading import AGES, OWED, Rung, Standings, proposed, standings_of
from ooievaar.claims.permissions import batches_for
from ooievaar.claims.problems import open_problems
from ooievaar.claims.touches import burden_by_month, summed
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.ui.templatetags.ooievaar import language

FIRST_PROBLEMS = 5
MONTHS = 12


@dataclass(frozen=True, slots=True)
class RungShown:
    """A rung of the funnel, with its name and where its lines are."""

    rung: Rung
    name: str
    address: str
    tone: str


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def claims_overview(request: WorkingRequest) -> HttpResponse:
    """Show the funnel, what stands still, what is nearly too late and what the next file would do.

    Sums only: of nobody in particular anything stands here.
    """
    workplace, at = request.workplace, timezone.now()
    changes = proposed(workplace, at)
    standings = standings_of(workplace, at, changes.owed)
    problems = open_problems(workplace, at)
    burden = burden_by_month(workplace.network_id or 0, at, MONTHS)
    context = {
        "has_anything": bool(changes.lines or standings.insurers or len(standings.rungs) > 1),
        "rungs": [_shown(rung) for rung in standings.rungs],
        "tiles": _tiles(standings),
        "insurers": standings.insurers,
        "ages": _ages(standings),
        "changes": [
            (line, words.said(words.STEPS, line.action), words.said(words.REASONS, line.reason))
            for line in changes.lines
        ],
        "past": changes.past,
        "nearing": changes.nearing,
        "problems": [
            (one, cause_book().name(one.cause, language())) for one in problems[:FIRST_PROBLEMS]
        ],
        "problem_count": len(problems),
        "problem_cents": sum(one.cents for one in problems),
        "burden": burden,
        "burden_all": summed(burden),
        "waiting": _waiting(request, at),
        "may_prepare": workplace.role is Role.CONTROLLER,
        "may_approve": workplace.role is Role.APPROVER,
    }
    return render(request, "claims/overview.html", context)


def _shown(rung: Rung) -> RungShown:
    if rung.state == OWED:
        return RungShown(rung, _("Klaar om te declareren"), reverse("claims_deadlines"), "plain")
    address = f"{reverse('claim_lines')}?stand={rung.state}"
    tone = words.STATE_TAGS.get(LineState(rung.state), "").removeprefix("tag-")
    return RungShown(rung, str(LineState(rung.state).label), address, tone or "plain")


def _tiles(standings: Standings) -> list[dict[str, Any]]:
    sums = {
        name: sum(getattr(line, name) for line in standings.insurers)
        for name in ("sent", "granted", "paid", "open", "due")
    }
    return [
        {"name": _("Gedeclareerd"), "cents": sums["sent"], "note": _("verzonden, credits eraf")},
        {"name": _("Toegekend"), "cents": sums["granted"], "note": _("credits eraf")},
        {"name": _("Betaald"), "cents": sums["paid"], "note": _("door verzekeraars")},
        {"name": _("Nog te betalen"), "cents": sums["due"], "note": _("toegekend")},
        {"name": _("Wacht op antwoord"), "cents": sums["open"], "note": _("verzonden")},
    ]


def _ages(standings: Standings) -> list[tuple[str, int, int]]:
    names = [
        _("tot en met %(days)s dagen") % {"days": AGES[0]},
        *(
            _("%(first)s tot en met %(last)s dagen") % {"first": first + 1, "last": last}
            for first, last in pairwise(AGES)
        ),
        _("langer dan %(days)s dagen") % {"days": AGES[-1]},
    ]
    return list(zip(names, standings.unanswered, standings.unpaid, strict=True))


def _waiting(request: WorkingRequest, at: datetime) -> dict[str, int]:
    """Return how many files wait for a person, by what they wait for."""
    found = {"prepared": 0, "approved": 0}
    for batch in standing_batches(batches_for(request.workplace, at)).filter(
        **{"state__in": [BatchStep.State.PREPARED, BatchStep.State.APPROVED]}
    ):
        found[batch.state] += 1  # type: ignore[attr-defined]
    return found
