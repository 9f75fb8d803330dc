"""Four eyes on a file: the controller has it made, an approver decides, each looking twice."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, Sum, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods

from ooievaar.claims.models import Batch, BatchStep
from ooievaar.claims.pages.forms import PrepareForm
from ooievaar.claims.permissions import batches_for, proposals_for
from ooievaar.claims.preparing import approve, can_claim, withdraw
from ooievaar.claims.reconciling import ACTIONABLE
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.relations import Rejected
from ooievaar.ui.check_answers import FIELD, confirmed, read_answers, sign_answers
from ooievaar.ui.jobs import start_job
from ooievaar.ui.templatetags.ooievaar import euro, month_name, number

APPROVE, REFUSE = "goedkeuren", "terug"
MONTHS = 13
PREPARING = gettext_noop("Declaraties tot en met %(month)s klaarzetten")
COMPARING = gettext_noop("Declaraties opnieuw vergelijken")


class DecisionForm(forms.Form):
    """Yes, or no and why."""

    doe = forms.CharField(widget=forms.HiddenInput, initial="besluiten", required=False)
    decision = forms.ChoiceField(
        label=gettext_lazy("Uw besluit"),
        choices=[
            (APPROVE, gettext_lazy("Goedkeuren: het bestand mag worden verzonden")),
            (REFUSE, gettext_lazy("Terugsturen: het bestand wordt ingetrokken")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Waarom stuurt u het terug?"),
        help_text=gettext_lazy("Geen namen of gegevens van cliënten."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask why, of who sends it back."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == REFUSE and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Zeg waarom u het terugstuurt."))
        return cleaned


def remember_decision(request: WorkingRequest, batch: Batch, cleaned: dict[str, Any]) -> None:
    """Keep what was chosen until it is confirmed."""
    request.session[_key(batch)] = {
        "decision": cleaned["decision"],
        "reason": cleaned["reason"] if cleaned["decision"] == REFUSE else "",
    }


def decision_of(request: WorkingRequest, batch: Batch) -> dict[str, Any]:
    """Return what was chosen before."""
    return dict(request.session.get(_key(batch), {}))


def _key(batch: Batch) -> str:
    return f"claims-batch-{batch.pk}"


@open_to(Role.APPROVER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def decide_batch(request: WorkingRequest, batch_id: int) -> HttpResponseBase:
    """Show once more what is approved or sent back, and do it."""
    here = request.workplace
    batch = (
        batches_for(here, timezone.now())
        .filter(pk=batch_id)
        .select_related("insurer", "prepared_by")
        .first()
    )
    if batch is None:
        return refuse(request, "row", Door(frozenset({Role.APPROVER})))
    back, decision = reverse("claim_batch", args=[batch.pk]), decision_of(request, batch)
    if not decision:
        return redirect(back)
    purpose = f"decide-batch:{here.position_id}:{batch.pk}:{batch.content_hash}"
    if request.method == "POST":
        answers = confirmed(request, purpose)
        return (
            _decide(request, batch, answers)
            if answers is not None
            else redirect("decide_batch", batch.pk)
        )
    is_approval = decision["decision"] == APPROVE
    shown = [
        (_("Verzekeraar"), batch.insurer.name, ""),
        (_("Factuurnummer"), batch.invoice_number, ""),
        (_("Producten tot en met"), month_name(batch.month), ""),
        (_("Regels"), number(batch.lines), ""),
        (_("Nieuw"), euro(batch.debit_cents), ""),
        (_("Credits"), euro(-batch.credit_cents), ""),
        (_("Samen"), euro(batch.debit_cents - batch.credit_cents), ""),
        (_("Klaargezet door"), batch.prepared_by.name if batch.prepared_by else "Ooievaar", ""),
    ]
    if not is_approval:
        shown.append((_("Reden"), decision["reason"], back))
    warning = ""
    if is_approval:
        warning = _(
            "Wat is verzonden, komt niet terug: verbeteren kan daarna alleen met een credit."
        )
        if batch.is_test:
            warning = _("Dit is een testbericht: de verzekeraar betaalt er niets op.")
    context = {
        "heading": _("Controleer: bestand goedkeuren")
        if is_approval
        else _("Controleer: bestand terugsturen"),
        "answers": shown,
        "action": _("Goedkeuren") if is_approval else _("Terugsturen"),
        "token": sign_answers(decision, purpose=purpose),
        "back_address": back,
        "warning": warning,
    }
    return render(request, "ooievaar/check_answers.html", context)


def _decide(request: WorkingRequest, batch: Batch, answers: dict[str, Any]) -> HttpResponse:
    here, now = request.workplace, timezone.now()
    made: BatchStep | Rejected
    if answers["decision"] == APPROVE:
        made, said = approve(batch, here, now), _("Het bestand is goedgekeurd.")
    else:
        made = withdraw(batch, here, now, str(answers["reason"]))
        said = _("Het bestand is teruggestuurd; de controller ziet waarom.")
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
        return redirect("claim_batch", batch.pk)
    request.session.pop(_key(batch), None)
    note(request, Kind.MONEY, "claim_batch", batch.pk, controls=NO_RELATION, step=made.state)
    messages.success(request, said)
    return redirect("claim_batch", batch.pk)


# --- Making files ---


@open_to(Role.CONTROLLER)
@require_http_methods(["GET", "HEAD", "POST"])
def prepare_claims(request: WorkingRequest) -> HttpResponseBase:
    """Show what would go out up to a month, and take it on to the check of the answers."""
    months = _months()
    data = request.POST if request.method == "POST" else None
    if data is not None and data.get("doe") == "vergelijken":
        job = start_job("compare_claims", request, COMPARING, {})
        return redirect("job", job.pk)
    chosen = request.GET.get("tot", "")
    month = chosen if chosen in dict(months) else months[1][0]
    form = PrepareForm(months, data, initial={"until": month})
    if data is not None and form.is_valid():
        return redirect("check_prepare", form.cleaned_data["until"])
    lines = going_out(request, month)
    context = {
        "form": form,
        "month": month,
        "months": months,
        "lines": lines,
        "count": sum(line["new"] + line["credits"] for line in lines),
        "cents": sum(line["cents"] for line in lines),
        "has_agb": can_claim(_network_agb(request)),
    }
    return render(request, "claims/prepare.html", context, status=422 if form.errors else 200)


def _network_agb(request: WorkingRequest) -> str:
    from ooievaar.network.permissions import networks_for

    return str(networks_for(request.workplace).values_list("agb", flat=True).first() or "")


def _months() -> list[tuple[str, str]]:
    """Return the months one can choose, this one first."""
    day, found = timezone.localdate().replace(day=1), []
    for _each in range(MONTHS):
        month = month_of(day)
        found.append((month, month_name(month)))
        day = (day - timedelta(days=1)).replace(day=1)
    return found


def going_out(request: WorkingRequest, month: str) -> list[dict[str, Any]]:
    """Return per insurer what would go out now of products that ended in a month or before it."""
    before = month_period(month).until.isoformat()
    # As text: a lookup on the key itself would compare JSON.
    ends_on = Cast(KT("content__owed__ends_on"), TextField())
    rows = (
        proposals_for(request.workplace, timezone.now())
        .filter(action__in=ACTIONABLE)
        .alias(ends_on=ends_on)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__lt=before))
        .order_by()
        .values("insurer__name", "insurer__uzovi", "action", "line__is_credit")
        .annotate(count=Count("pk"), sum=Sum("cents"))
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        name = row["insurer__name"]
        line = found.setdefault(
            name,
            {"name": name, "uzovi": row["insurer__uzovi"], "new": 0, "credits": 0, "cents": 0},
        )
        is_credit = row["action"] == "credit" or (
            row["action"] == "resend" and row["line__is_credit"]
        )
        line["credits" if is_credit else "new"] += row["count"]
        line["cents"] += -row["sum"] if is_credit else row["sum"]
    return sorted(found.values(), key=lambda line: -line["cents"])


@open_to(Role.CONTROLLER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def check_prepare(request: WorkingRequest, month: str) -> HttpResponseBase:
    """Show once more what will be made, and put it in the queue."""
    if month not in dict(_months()):
        raise Http404
    lines, back = going_out(request, month), f"{reverse('prepare_claims')}?tot={month}"
    if not lines:
        messages.warning(request, _("Er is niets om klaar te zetten tot en met deze maand."))
        return redirect(back)
    purpose = f"prepare-claims:{request.workplace.position_id}:{month}"
    if request.method == "POST":
        answers = read_answers(request.POST.get(FIELD, ""), purpose=purpose)
        if answers is None or answers["lines"] != lines:
            messages.warning(request, _("Er is intussen iets veranderd. Kijk het nog eens na."))
            return redirect("check_prepare", month)
        job = start_job("prepare_claims", request, PREPARING, {"month": month})
        note(request, Kind.MONEY, "claim_batch", controls=NO_RELATION, month=month, step="prepare")
        return redirect("job", job.pk)
    told = [
        (
            line["name"],
            _("%(new)s nieuw, %(credits)s credits, samen %(cents)s")
            % {
                "new": number(line["new"]),
                "credits": number(line["credits"]),
                "cents": euro(line["cents"]),
            },
            "",
        )
        for line in lines
    ]
    context = {
        "heading": _("Controleer: declaraties klaarzetten"),
        "answers": [
            (_("Producten tot en met"), month_name(month), back),
            *told,
            (_("Samen"), euro(sum(line["cents"] for line in lines)), ""),
        ],
        "action": _("Klaarzetten ter goedkeuring"),
        "token": sign_answers({"lines": lines}, purpose=purpose),
        "back_address": back,
        "warning": _("Een ander keurt elk bestand goed voordat het wordt verzonden."),
    }
    return render(request, "ooievaar/check_answers.html", context)
