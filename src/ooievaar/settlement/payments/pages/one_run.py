"""One payment run: its lines, who did what with it, what another decides, and its file."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.relations import Rejected
from ooievaar.settlement.payments.deciding import (
    approve_run,
    fail_run,
    refuse_run,
    report_failure,
    withdraw_run,
)
from ooievaar.settlement.payments.models import LineStatus, PaymentRun, RunStep
from ooievaar.settlement.payments.pages import words
from ooievaar.settlement.payments.pages.forms import APPROVE, DecisionForm, ReasonForm
from ooievaar.settlement.payments.pages.reading import (
    bank_news,
    lines_of,
    previous_run,
    standing_runs,
    sums_of,
    with_previous_iban,
)
from ooievaar.settlement.payments.pages.runs import flags_text, outcome_filter
from ooievaar.settlement.payments.queries import runs_for
from ooievaar.settlement.tabs import tabs_for
from ooievaar.ui.check_answers import confirmed, sign_answers
from ooievaar.ui.columns import Column
from ooievaar.ui.jobs import start_job
from ooievaar.ui.tables import Filter, Table, with_note
from ooievaar.ui.templatetags.ooievaar import day, euro, number

State = RunStep.State
SENDING = gettext_noop("Betaalrun %(number)s klaarzetten voor de bank")
REPORTERS = (Role.CONTROLLER, Role.APPROVER)


def run_of(request: WorkingRequest, run_id: int) -> Any:
    """Return a run of this workplace's network, with how it stands; None when it is not there."""
    runs = runs_for(request.workplace).select_related("account", "prepared_by", "network")
    return standing_runs(runs).filter(pk=run_id).first()


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def payment_run(request: WorkingRequest, run_id: int) -> HttpResponseBase:
    """Show one run: what it pays to whom, how it stands, and what this person may do with it."""
    here, run = request.workplace, run_of(request, run_id)
    if run is None:
        return refuse(request, "row", Door(frozenset(WHOLE_NETWORK_ROLES)))
    form = DecisionForm(initial=decision_of(request, run))
    if request.method == "POST":
        match request.POST.get("doe"), here.role:
            case "intrekken", Role.CONTROLLER:
                return _withdraw(request, run)
            case "besluiten", Role.APPROVER:
                form = DecisionForm(request.POST)
                if form.is_valid():
                    request.session[_key(run)] = form.cleaned_data
                    return redirect("decide_payment_run", run.pk)
    previous = previous_run(run)
    table = lines_table(request, run, previous)
    if table.wants_export:
        note(request, Kind.EXPORT, "payment_run", run.pk, controls=NO_RELATION, rows=table.count)
        return table.export(table.wants_export)
    if not table.is_filtered:
        # The run says itself how many there are.
        table.count = run.lines_count
    is_own = run.prepared_by_id == here.person_id
    waits = run.state == State.PREPARED
    steps = list(run.steps.select_related("person").order_by("pk"))
    reported = [step for step in steps if step.state == State.FAILURE_REPORTED]
    context = {
        "run": run,
        "tag": words.run_tag(run.state),
        "rule": words.RULES[run.rule],
        "agreed": words.RULES[run.agreed_rule],
        "own_iban": words.shown_iban(run.account.iban, here),
        "sums": sums_of(run),
        "previous": previous,
        "difference_cents": run.cents - previous.cents if previous else 0,
        "steps": [step_shown(step) for step in steps],
        "news": bank_news([run]).get(run.pk, {}),
        "table": table,
        "form": form,
        "tabs": tabs_for(here),
        "may_decide": here.role is Role.APPROVER and waits and not is_own,
        "waits_for_another": here.role is Role.APPROVER and waits and is_own,
        "may_withdraw": here.role is Role.CONTROLLER
        and run.state in (State.PREPARED, State.APPROVED),
        "may_send": here.role is Role.CONTROLLER and run.state in (State.APPROVED, State.SENDING),
        "may_save_file": here.role is Role.CONTROLLER and run.has_file,
        "may_report": here.role in REPORTERS
        and run.has_file
        and run.state in (State.SENT, State.FAILURE_REPORTED),
        "is_reported": bool(reported),
        "is_own_report": bool(reported) and reported[0].person_id == here.person_id,
    }
    return render(request, "payments/run.html", context, status=422 if form.errors else 200)


def step_shown(step: RunStep) -> dict[str, Any]:
    """Return what was done with a run, by whom."""
    who = step.person.name if step.person else _("Ooievaar zelf")
    return {"at": step.at, "done": words.DONE[step.state], "who": who, "reason": step.reason}


def lines_table(request: WorkingRequest, run: PaymentRun, previous: PaymentRun | None) -> Table:
    """Return the lines of a run, what must be looked at first; of an account what one may see."""

    def account(line: Any) -> str:
        return words.shown_iban(line.account.iban, request.workplace) if line.account else ""

    def account_shown(line: Any) -> str:
        shown = words.unbroken(account(line) or "–")
        if not line.account or not line.previous_iban:
            return shown
        before = words.shown_iban(line.previous_iban, request.workplace)
        return with_note(shown, words.unbroken(_("was %(iban)s") % {"iban": before}))

    was_sent = run.state not in (State.PREPARED, State.APPROVED)  # type: ignore[attr-defined]
    return Table(
        "regels",
        [
            Column("partner", _("Partner"), lambda line: line.organisation.name,
                   sort="organisation__name",
                   show=lambda line: words.explained(line.organisation.name, line, run.rule)),
            Column("uitkomst", _("Uitkomst"), lambda line: line.get_outcome_display(),
                   sort="outcome", show=lambda line: words.outcome_tag(line.outcome),
                   is_default=not was_sent),
            Column("bedrag", _("Wordt overgemaakt"), lambda line: line.cents, "euro",
                   sort="cents"),
            Column("vorige", _("Vorige run"), lambda line: line.before_cents, "euro",
                   sort="before_cents"),
            Column("rekening", _("Rekening"), account, show=account_shown),
            Column("bank", _("Bank"),
                   lambda line: LineStatus.State(line.said).label if line.said else "",
                   sort="said", show=lambda line: words.bank_tag(line.said), is_default=was_sent),
            Column("tegoed", _("Te betalen"), lambda line: line.due_cents, "euro",
                   sort="due_cents"),
            Column("vast", _("Vastgehouden"), lambda line: line.held_cents, "euro",
                   sort="held_cents", is_default=not was_sent),
            Column("voor", _("Had als voorschot"), lambda line: line.advance_cents, "euro",
                   sort="advance_cents", is_default=False),
            Column("schuld", _("Schuld gaat mee"), lambda line: line.carried_cents or None, "euro",
                   sort="carried_cents", is_default=False),
            Column("let-op", _("Let op"), lambda line: flags_text(line.flags), is_default=False),
            Column("afschrift", _("Afschriftnummer"), lambda line: line.statement_number,
                   sort="number", is_default=False),
        ],
        lines_of(run, previous),
        request,
        search_label=_("Zoek op naam of afschriftnummer"),
        search=lambda rows, text: rows.filter(organisation__name__icontains=text)
        | rows.filter(statement_number__icontains=text),
        filters=[
            outcome_filter(lambda rows, outcome: rows.filter(outcome=outcome)),
            Filter("let-op", _("Let op"), [("ja", _("alleen wat een mens moet zien"))],
                   lambda rows, _yes: rows.exclude(flags=[])),
            Filter("bank", _("Bank"), LineStatus.State.choices,
                   lambda rows, said: rows.filter(said=said)),
        ],
        prepare=lambda lines: with_previous_iban(run, lines),
        caption=_("Regels in deze run"),
    )  # fmt: skip


def _withdraw(request: WorkingRequest, run: PaymentRun) -> HttpResponse:
    made = withdraw_run(request.workplace, run, timezone.now())
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
    else:
        note_step(request, run, "withdrawn")
        messages.success(request, _("De betaalrun is ingetrokken. Er is niets betaald."))
    return redirect("payment_run", run.pk)


def note_step(request: WorkingRequest, run: PaymentRun, step: str) -> None:
    """Note what a person did with a run."""
    note(request, Kind.MONEY, "payment_run", run.pk, controls=NO_RELATION, step=step)


def _key(run: PaymentRun) -> str:
    return f"payment-run-{run.pk}"


def decision_of(request: WorkingRequest, run: PaymentRun) -> dict[str, Any]:
    """Return what was chosen before."""
    return dict(request.session.get(_key(run), {}))


def run_answers(run: PaymentRun) -> list[tuple[str, str, str]]:
    """Return what a run is, for every check of it."""
    sums = sums_of(run)
    answers = [
        (_("Betaalrun"), run.number, ""),
        (_("Betaaldag"), day(run.pay_on), ""),
        (_("Wat wordt betaald"), str(words.RULES[run.rule]), ""),
        (_("Betalingen"), number(sums["paid"]), ""),
        (_("Samen"), euro(run.cents), ""),
        (_("Verrekend met voorschotten"), euro(sums["offset_cents"]), ""),
        (_("Nieuwe voorschotten"), euro(sums["advance_cents"]), ""),
        (_("Voorbereid door"), run.prepared_by.name, ""),
    ]
    if run.deviates:
        answers.insert(3, (_("Waarom anders dan afgesproken"), run.deviates, ""))
    if sums["flagged"]:
        answers.append((_("Rekeningen om naar te kijken"), number(sums["flagged"]), ""))
    return answers


@open_to(Role.APPROVER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def decide_payment_run(request: WorkingRequest, run_id: int) -> HttpResponseBase:
    """Show once more what is approved or refused, and do it."""
    here, run = request.workplace, run_of(request, run_id)
    if run is None:
        return refuse(request, "row", Door(frozenset({Role.APPROVER})))
    back, decision = reverse("payment_run", args=[run.pk]), decision_of(request, run)
    purpose = f"decide-run:{here.position_id}:{run.pk}:{run.content_hash}"
    if request.method == "POST":
        answers = confirmed(request, purpose)
        return (
            _decide(request, run, answers)
            if answers is not None
            else redirect("decide_payment_run", run.pk)
        )
    if not decision or run.state != State.PREPARED:
        return redirect(back)
    is_approval = decision["decision"] == APPROVE
    shown = run_answers(run)
    if not is_approval:
        shown.append((_("Reden"), decision["reason"], back))
    context = {
        "heading": _("Controleer: betaalrun goedkeuren")
        if is_approval
        else _("Controleer: betaalrun afkeuren"),
        "answers": shown,
        "action": _("Goedkeuren") if is_approval else _("Afkeuren"),
        "token": sign_answers(decision, purpose=purpose),
        "back_address": back,
        "warning": _("Na uw goedkeuring kan de controller deze run naar de bank sturen.")
        if is_approval
        else "",
    }
    return render(request, "ooievaar/check_answers.html", context)


def _decide(request: WorkingRequest, run: PaymentRun, answers: dict[str, Any]) -> HttpResponse:
    here, now = request.workplace, timezone.now()
    if answers["decision"] == APPROVE:
        made, said = approve_run(here, run, now), _("De betaalrun is goedgekeurd.")
    else:
        made = refuse_run(here, run, str(answers["reason"]), now)
        said = _("De betaalrun is afgekeurd; de controller ziet waarom.")
    request.session.pop(_key(run), None)
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
    else:
        note_step(request, run, made.state)
        messages.success(request, said)
    return redirect("payment_run", run.pk)


@open_to(Role.CONTROLLER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def send_payment_run(request: WorkingRequest, run_id: int) -> HttpResponseBase:
    """Show once more what goes to the bank, and let the work begin that hands it over."""
    here, run = request.workplace, run_of(request, run_id)
    if run is None:
        return refuse(request, "row", Door(frozenset({Role.CONTROLLER})))
    back = reverse("payment_run", args=[run.pk])
    if run.state not in (State.APPROVED, State.SENDING):
        return redirect(back)
    purpose = f"send-run:{here.position_id}:{run.pk}:{run.content_hash}"
    if request.method == "POST":
        if confirmed(request, purpose) is None:
            return redirect("send_payment_run", run.pk)
        asked = {"run": run.pk, "number": run.number}
        job = start_job("send_payment_run", request, SENDING, asked)
        note_step(request, run, "sending")
        return redirect("job", job.pk)
    context = {
        "heading": _("Controleer: klaarzetten voor de bank"),
        "answers": run_answers(run),
        "action": _("Boeken en klaarzetten voor de bank"),
        "token": sign_answers({"run": run.pk}, purpose=purpose),
        "back_address": back,
        "warning": _("Hierna is de run geboekt en staat het bestand klaar: terug kan niet meer."),
    }
    return render(request, "ooievaar/check_answers.html", context)


@open_to(Role.CONTROLLER)
@reauthenticated
@require_safe
def payment_file(request: WorkingRequest, run_id: int) -> HttpResponseBase:
    """Give the file exactly as it went to the bank: every account is in it, so it is noted."""
    run = runs_for(request.workplace).filter(pk=run_id, file__isnull=False).first()
    if run is None:
        return refuse(request, "row", Door(frozenset({Role.CONTROLLER})))
    note(request, Kind.EXPORT, "payment_file", run.pk, controls=NO_RELATION, rows=run.lines_count)
    response = HttpResponse(run.file.content.encode(), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{run.file.name}"'
    return response


@open_to(*REPORTERS)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def refused_payment_run(request: WorkingRequest, run_id: int) -> HttpResponseBase:
    """Report that the bank refused the file; once another reported it, book the run back."""
    here, run = request.workplace, run_of(request, run_id)
    if run is None or not run.has_file:
        return refuse(request, "row", Door(frozenset(REPORTERS)))
    reported = run.steps.filter(state=State.FAILURE_REPORTED).select_related("person").first()
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and reported is None and form.is_valid():
        made = report_failure(here, run, form.cleaned_data["reason"], timezone.now())
        said = _("Gemeld. Een ander boekt de run terug; dan is alles weer te betalen.")
        return _told(request, run, made, said)
    if request.method == "POST" and reported is not None:
        made = fail_run(here, run, timezone.now())
        return _told(request, run, made, _("De run is teruggeboekt. Alles is weer te betalen."))
    context = {
        "run": run,
        "form": form,
        "reported": reported,
        "answers": run_answers(run),
        "is_own": reported is not None and reported.person_id == here.person_id,
    }
    return render(request, "payments/refused.html", context, status=422 if form.errors else 200)


def _told(
    request: WorkingRequest, run: PaymentRun, made: RunStep | Rejected, said: str
) -> HttpResponse:
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
    else:
        note_step(request, run, made.state)
        messages.success(request, said)
    return redirect("payment_run", run.pk)
