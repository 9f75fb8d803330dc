"""What a year comes to: all years, one year, and why each partner gets or pays what it does."""

from typing import Any

from django.db.models import Max, Min
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.settlement.permissions import closings_for
from ooievaar.settlement.tabs import tabs_for
from ooievaar.settlement.year_end.deciding import DONE, standing
from ooievaar.settlement.year_end.models import Proposal, ProposalStep
from ooievaar.settlement.year_end.pages.forms import YearForm
from ooievaar.settlement.year_end.pages.preparing import remember, remembered
from ooievaar.settlement.year_end.queries import line_of, proposals_for, year_ends_for
from ooievaar.settlement.year_end.words import HINDRANCES, SOURCES
from ooievaar.ui.columns import Column
from ooievaar.ui.jobs import start_job
from ooievaar.ui.models import Job
from ooievaar.ui.tables import Table

DRAFT_TITLE = gettext_noop("Jaareinde %(year)s uitrekenen")
MOST_DECISIONS = 25
ALWAYS = ("income_cents", "reference_cents", "paid_cents")
"""Columns that stand there also where nobody has anything in them."""


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def year_end(request: WorkingRequest) -> HttpResponseBase:
    """List the years that have closed months, how each stands, and all other decisions."""
    closings = closings_for(request.workplace)
    span = closings.order_by().aggregate(first=Min("month"), last=Max("month"))
    shown = proposals_for(request.workplace).defer("figures").prefetch_related("steps")
    found = list(shown[:MOST_DECISIONS])
    newest: dict[str, Proposal] = {}
    for one in found:
        if one.kind == Proposal.Kind.YEAR_END:
            newest.setdefault(one.about, one)
    years = range(int(span["last"][:4]), int(span["first"][:4]) - 1, -1) if span["first"] else ()
    context = {
        "tabs": tabs_for(request.workplace),
        "years": [(year, _state(newest.get(str(year)))) for year in years],
        "decisions": [(one, standing(one)) for one in found],
    }
    return render(request, "year_end/years.html", context)


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def year_end_of(request: WorkingRequest, year: int) -> HttpResponseBase:
    """Show a year as it was last worked out or prepared, and take it to the check."""
    proposals = list(year_ends_for(request.workplace, year))
    waiting = next((one for one in proposals if standing(one).state not in DONE), None)
    draft = _newest_draft(request, year)
    drafted = draft.result if draft is not None and draft.state == Job.State.DONE else None
    form = YearForm(
        request.POST if request.POST.get("doe") == "controleren" else None,
        unknown=drafted["unknown"] if drafted else 0,
        initial=remembered(request, Proposal.Kind.YEAR_END),
    )
    if request.method == "POST":
        answer = _do_with_year(request, year, draft, drafted, form, waiting)
        if answer is not None:
            return answer
    booked = next(
        (one for one in proposals if standing(one).state == ProposalStep.State.BOOKED), None
    )
    is_news = draft is not None and (booked is None or _ended_after(draft, standing(booked)))
    # What waits is what is looked at; else what was worked out last, else what was booked.
    shown = waiting or (booked if not (drafted and is_news) else None)
    figures = shown.figures if shown else drafted
    context: dict[str, Any] = {
        "tabs": tabs_for(request.workplace),
        "year": year,
        "draft": draft,
        "figures": figures,
        "hindrances": [HINDRANCES[one] for one in drafted["hindrances"]]
        if drafted and not shown
        else [],
        "shown": shown,
        "waiting": waiting,
        "proposals": [(one, standing(one)) for one in proposals],
        "form": form,
        "may_prepare": request.workplace.role == Role.CONTROLLER and waiting is None,
        "worked_out_at": draft.ended_at if drafted and draft and not shown else None,
    }
    if figures:
        table = partners_table(request, figures)
        if table.wants_export:
            return table.export(table.wants_export)
        chosen = request.GET.get("partner", "")
        context |= {
            "table": table,
            "financing": [(SOURCES[who], cents) for who, cents in figures["financing"].items()],
            "why": line_of(figures, int(chosen)) if chosen.isdecimal() else None,
            "sums": _sums(figures),
        }
    status = 422 if form.errors else 200
    return render(request, "year_end/year.html", context, status=status)


def _do_with_year(
    request: WorkingRequest,
    year: int,
    draft: Job | None,
    drafted: dict[str, Any] | None,
    form: YearForm,
    waiting: Proposal | None,
) -> HttpResponse | None:
    """Do what was asked; None: show the page again, with what was wrong."""
    if request.workplace.role != Role.CONTROLLER or waiting is not None:
        return redirect("year_end_of", year)
    if request.POST.get("doe") == "berekenen":
        if draft is None or not draft.is_live or draft.is_interrupted:
            draft = start_job("draft_year_end", request, DRAFT_TITLE, {"year": str(year)})
        return redirect("job", draft.pk)
    if drafted is None or drafted["hindrances"]:
        return redirect("year_end_of", year)
    if not form.is_valid():
        return None
    told = {name: form.cleaned_data.get(name, "") for name in ("note", "despite")}
    asked = {"data": {"year": year}, **told}
    remember(request, Proposal.Kind.YEAR_END, drafted, asked)
    return redirect("check_proposal", Proposal.Kind.YEAR_END)


def partners_table(request: WorkingRequest, figures: dict[str, Any]) -> Table:
    """Return the partners of a year, each with what it gets and pays, and a way to why."""

    def why(line: dict[str, Any]) -> str:
        here = reverse("year_end_of", args=[figures["year"]])
        return f"{here}?partner={line['id']}#waarom"

    def cents(key: str, name: str, label: str) -> Column:
        is_told = name in ALWAYS or any(line[name] for line in figures["partners"])
        return Column(key, label, lambda line: line[name], "euro", sort=name, is_default=is_told)

    return Table(
        "jaareinde",
        [
            Column("partner", _("Partner"), lambda line: line["name"], sort="name", link=why),
            cents("inkomen", "income_cents", _("Inkomen")),
            cents("oud", "reference_cents", _("Maatstaf")),
            cents("vloer", "floor_cents", _("Vloer")),
            cents("garantie", "paid_cents", _("Garantie")),
            cents("zonder", "claim_cents", _("Zonder dekking")),
            cents("vooruit", "gain_cents", _("Vooruitgang")),
            cents("betaalt", "charged_cents", _("Betaalt mee")),
            cents("vrijval", "released_cents", _("Vrijval")),
        ],
        figures["partners"],
        request,
        caption=_("Partners"),
        row_key=lambda line: line["id"],
        empty_heading=_("Geen partners"),
        empty_text=_("In dit jaar deed niemand mee."),
    )


def _sums(figures: dict[str, Any]) -> dict[str, int]:
    names = ("income_cents", "paid_cents", "claim_cents", "charged_cents", "released_cents")
    sums = {name: sum(line[name] for line in figures["partners"]) for name in names}
    sums["settled_cents"] = sum(line["settled_cents"] for line in figures["insurers"])
    sums["unpaid_cents"] = sum(line["unpaid_cents"] for line in figures["insurers"])
    return sums


def _newest_draft(request: WorkingRequest, year: int) -> Job | None:
    drafts = Job.objects.filter(
        kind="draft_year_end",
        network_id=request.workplace.network_id,
        parameters__year=str(year),
    )
    return drafts.order_by("-created_at").first()


def _ended_after(draft: Job, step: ProposalStep) -> bool:
    return draft.ended_at is not None and draft.ended_at > step.at


def _state(proposal: Proposal | None) -> str:
    return str(standing(proposal).get_state_display()) if proposal else ""
