"""Advances: what came in ahead, what partners get of it, and what of each is still open."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from ooievaar.contracts.rules.agreement import Advances
from ooievaar.kernel.money import PPM
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Network, Organisation
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.models import Posting
from ooievaar.settlement.payments.advancing import (
    AdvanceLook,
    approve_advances,
    divide_insurer_advance,
    look_at_advances,
    look_at_division,
    propose_advances,
    refuse_advances,
    terms_on,
    withdraw_advances,
)
from ooievaar.settlement.payments.models import AdvanceLine, AdvanceRun, AdvanceStep
from ooievaar.settlement.payments.pages import words
from ooievaar.settlement.payments.pages.forms import APPROVE, AdvancesForm, DecisionForm
from ooievaar.settlement.payments.pages.reading import network_of
from ooievaar.settlement.payments.queries import advance_runs_for, insurer_advances_for
from ooievaar.settlement.payments.rules.netting import ADVANCE, LENDER
from ooievaar.settlement.payments.words import STOPPED
from ooievaar.settlement.tabs import tabs_for
from ooievaar.ui.check_answers import confirmed, sign_answers
from ooievaar.ui.columns import Column
from ooievaar.ui.jobs import start_job
from ooievaar.ui.tables import Table
from ooievaar.ui.templatetags.ooievaar import euro, month_name, number, percent

State = AdvanceStep.State
OFFSETTING = gettext_noop("Voorschotten van verzekeraars verrekenen")
LOOKED = "advances-look"


def standing_advances(runs: QuerySet[AdvanceRun]) -> QuerySet[Any]:
    """Return runs of advances with what was decided (`state`); empty: nothing yet."""
    steps = AdvanceStep.objects.filter(run=OuterRef("pk")).order_by("-pk")
    return runs.annotate(state=Subquery(steps.values("state")[:1]))


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def advances(request: WorkingRequest) -> HttpResponseBase:
    """Show what is open per insurer, partner and lender, what is agreed, and every run."""
    here = request.workplace
    if request.method == "POST":
        if here.role is not Role.CONTROLLER:
            return refuse(request, "role", Door(frozenset({Role.CONTROLLER})))
        if request.POST.get("doe") == "verrekenen":
            note(request, Kind.MONEY, "advances", controls=NO_RELATION, step="offset")
            return redirect("job", start_job("offset_advances", request, OFFSETTING, {}).pk)
        return _divide(request)
    network = network_of(here)
    runs = list(standing_advances(advance_runs_for(here))[:1000])
    table = runs_table(request, runs)
    if table.wants_export:
        note(request, Kind.EXPORT, "advances", controls=NO_RELATION, rows=table.count)
        return table.export(table.wants_export)
    received = list(insurer_advances_for(here))
    live = {run.insurer_advance_id: run for run in runs if run.state not in OVER}
    partners, lenders = open_balances(network)
    terms = terms_on(network, timezone.localdate())
    context = {
        "table": table,
        "terms": terms_shown(terms, network) if terms else [],
        "received": [(one, live.get(one.pk)) for one in received],
        "left_cents": sum(one.left_cents for one in received),  # type: ignore[attr-defined]
        "partners": partners,
        "partners_cents": sum(cents for _name, cents in partners),
        "lenders": lenders,
        "lenders_cents": sum(cents for _name, cents in lenders),
        "has_terms": terms is not None,
        "may_do": here.role is Role.CONTROLLER,
        "tabs": tabs_for(here),
    }
    return render(request, "payments/advances.html", context)


OVER = (State.REFUSED, State.WITHDRAWN)


def open_balances(network: Network) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Return what each partner has ahead, and what each lender has still to get; largest first."""
    sums = (
        Posting.objects.filter(account__network=network, account__kind__in=[ADVANCE, LENDER])
        .order_by()
        .values_list("account__kind", "account__organisation__name")
        .annotate(sum=Sum("cents"))
    )
    partners, lenders = [], []
    for kind, name, cents in sums:
        if cents and kind == ADVANCE:
            partners.append((name, cents))
        elif cents:
            lenders.append((name, -cents))
    return _largest_first(partners), _largest_first(lenders)


def _largest_first(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def terms_shown(terms: Advances, network: Network) -> list[tuple[str, str]]:
    """Say what the agreement of today says of advances."""
    lender = network.name
    if terms.lender != "igo":
        found = Organisation.objects.filter(agb=terms.lender).values_list("name", flat=True)
        lender = found.first() or terms.lender
    rows = [
        (_("Deel van de verwachte inkomsten"), percent(terms.share_ppm)),
        (_("Geldgever"), lender),
        (_("Samen hoogstens"), euro(terms.limit_cents) if terms.limit_cents else _("geen grens")),
        (_("Wie vertrekt"), _("krijgt geen voorschot meer") if terms.stop_when_leaving
         else _("houdt het tot het eind")),
    ]  # fmt: skip
    if terms.stop_after_months_without_care is not None:
        months = number(terms.stop_after_months_without_care)
        rows.append((_("Zonder zorg"), _("stopt na %(months)s maanden") % {"months": months}))
    return rows


def runs_table(request: WorkingRequest, runs: list[AdvanceRun]) -> Table:
    """Return the runs of advances, newest first."""
    return Table(
        "voorschotten",
        [
            Column("maand", _("Maand"), lambda run: run.month, "month", sort="month",
                   link=lambda run: reverse("advance_run", args=[run.pk])),
            Column("soort", _("Soort"), _kind),
            Column("bedrag", _("Samen"), lambda run: run.cents, "euro", sort="cents"),
            Column("geldgever", _("Geldgever"),
                   lambda run: run.lender.name if run.lender else _("de IGO zelf")),
            Column("stand", _("Stand"), lambda run: run.state or "",
                   show=lambda run: words.advance_tag(run.state or "")),
            Column("wie", _("Voorbereid door"), lambda run: run.prepared_by.name),
        ],
        runs,
        request,
        caption=_("Voorstellen voor voorschotten"),
        empty_heading=_("Nog geen voorschotten"),
        empty_text=_(
            "Hier komen de voorschotten aan partners: de controller stelt ze voor, een ander keurt "
            "ze goed, en ze gaan mee in de volgende betaalrun."
        ),
    )  # fmt: skip


def _kind(run: AdvanceRun) -> str:
    if run.insurer_advance is not None:
        return _("voorschot van %(name)s verdeeld") % {"name": run.insurer_advance.insurer.name}
    return _("%(share)s van de verwachte inkomsten") % {"share": percent(run.share_ppm)}


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def advance_run(request: WorkingRequest, run_id: int) -> HttpResponseBase:
    """Show who would get which advance, who not and why, and take a decision to its check."""
    here = request.workplace
    run: Any = standing_advances(advance_runs_for(here)).filter(pk=run_id).first()
    if run is None:
        return refuse(request, "row", Door(frozenset(WHOLE_NETWORK_ROLES)))
    form = DecisionForm(initial=request.session.get(_key(run), {}))
    if request.method == "POST":
        match request.POST.get("doe"), here.role:
            case "intrekken", Role.CONTROLLER:
                return _withdraw(request, run)
            case "besluiten", Role.APPROVER:
                form = DecisionForm(request.POST)
                if form.is_valid():
                    request.session[_key(run)] = form.cleaned_data
                    return redirect("decide_advances", run.pk)
    is_own, waits = run.prepared_by_id == here.person_id, run.state is None
    table = lines_table(request, run.lines.select_related("organisation"))
    if table.wants_export:
        note(request, Kind.EXPORT, "advances", run.pk, controls=NO_RELATION, rows=table.count)
        return table.export(table.wants_export)
    context = {
        "run": run,
        "kind": _kind(run),
        "tag": words.advance_tag(run.state or ""),
        "table": table,
        "form": form,
        "steps": [
            {"at": step.at, "done": step.get_state_display(), "reason": step.reason,
             "who": step.person.name if step.person else _("Ooievaar zelf")}
            for step in run.steps.select_related("person").order_by("pk")
        ],
        "tabs": tabs_for(here),
        "may_decide": here.role is Role.APPROVER and waits and not is_own,
        "waits_for_another": here.role is Role.APPROVER and waits and is_own,
        "may_withdraw": here.role is Role.CONTROLLER and waits,
    }  # fmt: skip
    return render(request, "payments/advance_run.html", context, status=422 if form.errors else 200)


def lines_table(request: WorkingRequest, lines: QuerySet[AdvanceLine]) -> Table:
    """Return who gets which advance; who gets none, with why."""
    return Table(
        "voorschotregels",
        [
            Column("partner", _("Partner"), lambda line: line.organisation.name,
                   sort="organisation__name"),
            Column("verwacht", _("Verwacht per maand"), lambda line: line.expected_cents, "euro",
                   sort="expected_cents"),
            Column("bedrag", _("Voorschot"), lambda line: line.cents, "euro", sort="cents"),
            Column("waarom", _("Waarom niet"),
                   lambda line: str(STOPPED.get(line.stopped, line.stopped)), sort="stopped"),
        ],
        lines.order_by("organisation__name", "pk"),
        request,
        search_label=_("Zoek op naam"),
        search=lambda rows, text: rows.filter(organisation__name__icontains=text),
        caption=_("Voorschot per partner"),
    )  # fmt: skip


def _withdraw(request: WorkingRequest, run: AdvanceRun) -> HttpResponse:
    made = withdraw_advances(request.workplace, run, timezone.now())
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
    else:
        note_step(request, run, "withdrawn")
        messages.success(request, _("De voorschotten zijn ingetrokken."))
    return redirect("advance_run", run.pk)


def note_step(request: WorkingRequest, run: AdvanceRun, step: str) -> None:
    """Note what a person did with advances."""
    note(request, Kind.MONEY, "advances", run.pk, controls=NO_RELATION, step=step)


def _key(run: AdvanceRun) -> str:
    return f"advances-{run.pk}"


@open_to(Role.APPROVER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def decide_advances(request: WorkingRequest, run_id: int) -> HttpResponseBase:
    """Show once more what is approved or refused, and do it."""
    here = request.workplace
    run: Any = standing_advances(advance_runs_for(here)).filter(pk=run_id).first()
    if run is None:
        return refuse(request, "row", Door(frozenset({Role.APPROVER})))
    back, decision = reverse("advance_run", args=[run.pk]), request.session.get(_key(run), {})
    purpose = f"decide-advances:{here.position_id}:{run.pk}"
    if request.method == "POST":
        answers = confirmed(request, purpose)
        return (
            _decide(request, run, answers)
            if answers is not None
            else redirect("decide_advances", run.pk)
        )
    if not decision or run.state is not None:
        return redirect(back)
    is_approval = decision["decision"] == APPROVE
    shown = [
        (_("Maand"), month_name(run.month), ""),
        (_("Soort"), _kind(run), ""),
        (_("Partners met een voorschot"), number(run.lines.filter(cents__gt=0).count()), ""),
        (_("Samen"), euro(run.cents), ""),
        (_("Geldgever"), run.lender.name if run.lender else _("de IGO zelf"), ""),
        (_("Voorbereid door"), run.prepared_by.name, ""),
    ]
    if not is_approval:
        shown.append((_("Reden"), decision["reason"], back))
    context = {
        "heading": _("Controleer: voorschotten goedkeuren")
        if is_approval
        else _("Controleer: voorschotten afkeuren"),
        "answers": shown,
        "action": _("Goedkeuren") if is_approval else _("Afkeuren"),
        "token": sign_answers(decision, purpose=purpose),
        "back_address": back,
        "warning": _("De voorschotten gaan mee in de volgende betaalrun.") if is_approval else "",
    }
    return render(request, "ooievaar/check_answers.html", context)


def _decide(request: WorkingRequest, run: AdvanceRun, answers: dict[str, Any]) -> HttpResponse:
    here, now = request.workplace, timezone.now()
    if answers["decision"] == APPROVE:
        made, said = approve_advances(here, run, now), _("De voorschotten zijn goedgekeurd.")
    else:
        made = refuse_advances(here, run, str(answers["reason"]), now)
        said = _("De voorschotten zijn afgekeurd; de controller ziet waarom.")
    request.session.pop(_key(run), None)
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
    else:
        note_step(request, run, made.state)
        messages.success(request, said)
    return redirect("advance_run", run.pk)


# --- Proposing: a month of advances, or what an insurer paid ahead ---


@open_to(Role.CONTROLLER)
@require_http_methods(["GET", "HEAD", "POST"])
def propose_advances_page(request: WorkingRequest) -> HttpResponseBase:
    """Ask for which month, and which part of what is expected."""
    network = network_of(request.workplace)
    form = AdvancesForm(request.POST or None, initial={"month": f"{timezone.localdate():%Y-%m}"})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        part = typed["percent"]
        share = int(part * (PPM // 100)) if part is not None else None
        look = look_at_advances(network, typed["month"], timezone.now(), share)
        if not isinstance(look, Rejected):
            kept = {"month": typed["month"], "share": share, "note": typed["note"]}
            return _to_check(request, look, kept)
        form.reject(Rejected(look.reason, {"share_ppm": "percent"}.get(look.field, look.field)))
    terms = terms_on(network, timezone.localdate())
    context = {
        "form": form,
        "terms": terms_shown(terms, network) if terms else [],
        "tabs": tabs_for(request.workplace),
    }
    status = 422 if form.errors else 200
    return render(request, "payments/propose_advances.html", context, status=status)


def _divide(request: WorkingRequest) -> HttpResponse:
    asked = request.POST.get("voorschot", "")
    found = insurer_advances_for(request.workplace)
    advance = found.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 10 else None
    if advance is None:
        raise Http404
    look = look_at_division(advance)
    if isinstance(look, Rejected):
        messages.error(request, str(look.reason))
        return redirect("advances")
    return _to_check(request, look, {"advance": advance.pk, "name": advance.insurer.name})


def _to_check(request: WorkingRequest, look: AdvanceLook, kept: dict[str, Any]) -> HttpResponse:
    request.session[LOOKED] = kept | {
        "hash": look.content_hash,
        "month": look.month,
        "ppm": look.share_ppm,
        "cents": look.cents,
        "lender": look.lender.name if look.lender else "",
        "limit": look.limit_cents,
        "room": look.room_cents,
        "lines": [
            [one.organisation_id, one.expected_cents, one.cents, one.stopped] for one in look.given
        ],
    }
    return redirect("check_advances")


@open_to(Role.CONTROLLER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def check_advances(request: WorkingRequest) -> HttpResponseBase:
    """Show once more who would get which advance, and propose it."""
    looked = request.session.get(LOOKED)
    if not looked:
        return redirect("advances")
    purpose = f"propose-advances:{request.workplace.position_id}"
    if request.method == "POST":
        answers = confirmed(request, purpose)
        return _propose(request, answers) if answers is not None else redirect("check_advances")
    names = Organisation.objects.in_bulk([row[0] for row in looked["lines"]])
    is_division = "advance" in looked
    back = reverse("advances") if is_division else reverse("propose_advances")
    rows = [
        (_("Maand"), month_name(looked["month"]), "" if is_division else back),
        (_("Deel van de verwachte inkomsten"), percent(looked["ppm"]), "" if is_division else back),
        (_("Samen"), euro(looked["cents"]), ""),
        (_("Geldgever"), looked["lender"] or _("de IGO zelf"), ""),
    ]
    if is_division:
        rows[1] = (_("Verdeeld wordt"), _("het voorschot van %(name)s") % looked, "")
    if looked["limit"] is not None:
        rows.append((_("Blijft over onder de grens"), euro(looked["room"]), ""))
    kept = {key: value for key, value in looked.items() if key != "lines"}
    context = {
        "heading": _("Controleer: voorschotten voorstellen"),
        "answers": rows,
        "lines": [
            (names[pk].name, expected, cents, STOPPED.get(stopped, stopped))
            for pk, expected, cents, stopped in looked["lines"]
        ],
        "action": _("Ter goedkeuring aanbieden"),
        "token": sign_answers(kept, purpose=purpose),
        "back_address": back,
        "warning": _("Een ander keurt ze goed; dan gaan ze mee in de volgende betaalrun."),
    }
    return render(request, "payments/check_advances.html", context)


def _propose(request: WorkingRequest, kept: dict[str, Any]) -> HttpResponse:
    here, now = request.workplace, timezone.now()
    made: AdvanceRun | Rejected
    if "advance" in kept:
        advance = insurer_advances_for(here).get(pk=kept["advance"])
        made = divide_insurer_advance(here, advance, now, seen=kept["hash"])
    else:
        made = propose_advances(
            here,
            network_of(here),
            kept["month"],
            now,
            share_ppm=kept["share"],
            note=kept["note"],
            seen=kept["hash"],
        )
    request.session.pop(LOOKED, None)
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
        return redirect("advances")
    note_step(request, made, "prepared")
    messages.success(request, _("De voorschotten liggen klaar voor wie goedkeurt."))
    return redirect("advance_run", made.pk)
