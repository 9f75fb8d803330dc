"""Payment runs: the list, a look at what is payable now, and a proposal that another approves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Organisation
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.words import HELD
from ooievaar.settlement.payments.models import PaymentLine, PaymentRun, RunStep
from ooievaar.settlement.payments.pages import words
from ooievaar.settlement.payments.pages.forms import LookForm, OfferForm, next_working_day
from ooievaar.settlement.payments.pages.reading import (
    UNPAYABLE,
    bank_news,
    network_of,
    standing_runs,
)
from ooievaar.settlement.payments.proposing import is_pay_day, open_runs, propose_run, rule_on
from ooievaar.settlement.payments.queries import runs_for
from ooievaar.settlement.payments.rules.netting import held_still
from ooievaar.settlement.payments.words import FLAGS
from ooievaar.settlement.tabs import tabs_for
from ooievaar.ui.check_answers import FIELD, read_answers, sign_answers
from ooievaar.ui.columns import Column
from ooievaar.ui.jobs import start_job
from ooievaar.ui.models import Job
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import day, euro, number

State = RunStep.State
LOOKING = gettext_noop("Bekijken wat er te betalen is")
NOTED = "payment-run-note"


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def payment_runs(request: WorkingRequest) -> HttpResponseBase:
    """List the runs, the newest first, with how far the bank is."""
    table = Table(
        "betaalruns",
        [
            Column("nummer", _("Nummer"), lambda run: run.number, sort="number",
                   link=lambda run: reverse("payment_run", args=[run.pk])),
            Column("dag", _("Betaaldag"), lambda run: run.pay_on, "day", sort="pay_on"),
            Column("regels", _("Regels"), lambda run: run.lines_count, "number",
                   sort="lines_count"),
            Column("bedrag", _("Bedrag"), lambda run: run.cents, "euro", sort="cents"),
            Column("stand", _("Stand"), lambda run: str(State(run.state).label), sort="state",
                   show=lambda run: words.run_tag(run.state)),
            Column("uitgevoerd", _("Uitgevoerd"), lambda run: _of_bank(run, "confirmed"), "euro"),
            Column("terug", _("Teruggekomen"), lambda run: _of_bank(run, "returned"), "euro"),
            Column("wie", _("Voorbereid door"), lambda run: run.prepared_by.name),
            Column("sinds", _("Sinds"), lambda run: run.since, "moment", sort="since",
                   is_default=False),
        ],
        standing_runs(runs_for(request.workplace)),
        request,
        filters=[
            Filter("stand", _("Stand"), State.choices, lambda rows, s: rows.filter(state=s)),
        ],
        prepare=_with_news,
        caption=_("Betaalruns"),
        empty_heading=_("Nog geen betaalruns"),
        empty_text=_(
            "Hier komt elke betaling aan de partners: de controller stelt haar voor, een ander "
            "keurt haar goed."
        ),
    )  # fmt: skip
    if table.wants_export:
        note(request, Kind.EXPORT, "payment_run", controls=NO_RELATION, rows=table.count)
        return table.export(table.wants_export)
    context = {
        "table": table,
        "tabs": tabs_for(request.workplace),
        "may_propose": request.workplace.role is Role.CONTROLLER,
    }
    return render(request, "payments/runs.html", context)


def _with_news(runs: Sequence[PaymentRun]) -> Sequence[PaymentRun]:
    news = bank_news(runs)
    for run in runs:
        run.news = news.get(run.pk, {})  # type: ignore[attr-defined]
    return runs


def _of_bank(run: Any, state: str) -> int | None:
    told = run.news.get(state)
    return told["cents"] if told else None


# --- What is payable now, and a proposal of it ---


@dataclass(frozen=True, slots=True)
class LookedLine:
    """What one organisation would get, as the books stood when somebody looked."""

    name: str
    outcome: str
    due_cents: int
    held_cents: int
    held_why: list[list[Any]]
    advance_cents: int
    carried_cents: int
    cents: int
    flags: list[str]


@open_to(Role.CONTROLLER)
@require_http_methods(["GET", "HEAD", "POST"])
def propose_payment_run(request: WorkingRequest) -> HttpResponseBase:
    """Show what a run would pay now, and take it on to the check of the answers."""
    network = network_of(request.workplace)
    today = timezone.localdate()
    agreed = rule_on(network, today)
    first = {"pay_on": next_working_day(today), "rule": agreed}
    looking = LookForm(initial=first)
    newest = newest_look(request)
    looked = newest.result if newest is not None and newest.state == Job.State.DONE else None
    deviates = looked is not None and looked["rule"] != looked["agreed"]
    offering = OfferForm(initial=request.session.get(NOTED, {}), deviates=deviates)
    if request.method == "POST" and request.POST.get("doe") == "kijken":
        looking = LookForm(request.POST)
        if looking.is_valid() and not is_pay_day(looking.cleaned_data["pay_on"], today):
            looking.add_error("pay_on", _("Kies een werkdag: vandaag of later, binnen 31 dagen."))
        if looking.is_valid():
            chosen = looking.cleaned_data
            asked = {"pay_on": chosen["pay_on"].isoformat(), "rule": chosen["rule"]}
            return redirect("job", start_job("look_at_payments", request, LOOKING, asked).pk)
    elif request.method == "POST" and looked is not None:
        offering = OfferForm(request.POST, deviates=deviates)
        if offering.is_valid():
            request.session[NOTED] = offering.cleaned_data
            return redirect("check_payment_run")
    waiting = standing_runs(open_runs(network)).first()
    context: dict[str, Any] = {
        "looking": looking,
        "offering": offering,
        "newest": newest,
        "agreed": words.RULES[agreed],
        "waiting": waiting,
        "tabs": tabs_for(request.workplace),
    }
    if waiting is None and looked is not None:
        context |= look_shown(looked, request) | {"deviates": deviates}
    failed = looking.errors or offering.errors
    return render(request, "payments/propose.html", context, status=422 if failed else 200)


def newest_look(request: WorkingRequest) -> Job | None:
    """Return the last time that somebody here looked at what is payable, of today."""
    found = Job.objects.filter(
        kind="look_at_payments", network_id=request.workplace.network_id
    ).order_by("-created_at")
    newest = found.first()
    if newest is None or timezone.localdate(newest.created_at) != timezone.localdate():
        return None
    return newest


def look_shown(looked: dict[str, Any], request: WorkingRequest) -> dict[str, Any]:
    """Return what somebody saw, with names, those that must be looked at first."""
    names = Organisation.objects.in_bulk([row[0] for row in looked["lines"]])
    lines = [LookedLine(names[row[0]].name, *row[1:]) for row in looked["lines"]]
    lines.sort(key=lambda line: (not line.flags, line.outcome not in UNPAYABLE, -line.cents))
    sums = {
        "pay_on": date.fromisoformat(looked["pay_on"]),
        "rule": words.RULES[looked["rule"]],
        "moves": looked["moves"],
        "cents": looked["cents"],
        "paid": sum(1 for line in lines if line.cents),
        "due_cents": sum(line.due_cents for line in lines),
        "held_cents": sum(line.held_cents for line in lines),
        "held": _held(lines, looked["rule"]),
        "negative": [line for line in lines if line.carried_cents],
        "carried_cents": sum(line.carried_cents for line in lines),
        "unpayable": [line for line in lines if line.outcome in UNPAYABLE],
        "flagged": sum(1 for line in lines if line.flags),
    }
    return {"look": sums, "table": looked_table(lines, looked["rule"], request)}


def _held(lines: Sequence[LookedLine], rule: str) -> list[tuple[str, int]]:
    by_reason: dict[str, int] = {}
    for line in lines:
        for reason, cents in held_still(line.held_why, rule):
            by_reason[reason] = by_reason.get(reason, 0) + cents
    rows = [(str(HELD.get(reason, reason)), cents) for reason, cents in by_reason.items()]
    return sorted(((name, cents) for name, cents in rows if cents), key=lambda row: -row[1])


def looked_table(lines: list[LookedLine], rule: str, request: WorkingRequest) -> Table:
    """Return what each organisation would get, in a table."""
    return Table(
        "te-betalen",
        [
            Column("partner", _("Partner"), lambda line: line.name, sort="name",
                   show=lambda line: words.explained(line.name, line, rule)),
            Column("uitkomst", _("Uitkomst"),
                   lambda line: str(PaymentLine.Outcome(line.outcome).label), sort="outcome",
                   show=lambda line: words.outcome_tag(line.outcome)),
            Column("bedrag", _("Wordt overgemaakt"), lambda line: line.cents, "euro",
                   sort="cents"),
            Column("tegoed", _("Te betalen"), lambda line: line.due_cents, "euro", sort="due"),
            Column("vast", _("Vastgehouden"), lambda line: line.held_cents, "euro", sort="held"),
            Column("voor", _("Had als voorschot"), lambda line: line.advance_cents, "euro",
                   sort="advance", is_default=any(line.advance_cents for line in lines)),
        ],
        lines,
        request,
        search_label=_("Zoek op naam"),
        search=lambda rows, text: [row for row in rows if text.casefold() in row.name.casefold()],
        filters=[outcome_filter(lambda rows, o: [row for row in rows if row.outcome == o])],
        caption=_("Wat er te betalen is"),
        exports=False,
    )  # fmt: skip


def outcome_filter(apply: Any) -> Filter:
    """Return the choice of what a line comes to."""
    return Filter("uitkomst", _("Uitkomst"), PaymentLine.Outcome.choices, apply)


def flags_text(flags: list[str]) -> str:
    """Say in a file what must be looked at."""
    return "; ".join(str(FLAGS[flag]) for flag in flags)


@open_to(Role.CONTROLLER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def check_payment_run(request: WorkingRequest) -> HttpResponseBase:
    """Show once more what is proposed, line by line, and propose it."""
    newest = newest_look(request)
    if newest is None or newest.state != Job.State.DONE or NOTED not in request.session:
        return redirect("propose_payment_run")
    looked, noted = newest.result, request.session[NOTED]
    purpose = f"propose-run:{request.workplace.position_id}:{looked['hash']}"
    if request.method == "POST":
        answers = read_answers(request.POST.get(FIELD, ""), purpose=purpose)
        if answers is None:
            messages.warning(request, _("Er is intussen iets veranderd. Kijk het nog eens na."))
            return redirect("check_payment_run")
        return _propose(request, answers)
    back = reverse("propose_payment_run")
    shown = look_shown(looked, request)
    look = shown["look"]
    rows = [
        (_("Betaaldag"), day(look["pay_on"]), back),
        (_("Wat wordt betaald"), look["rule"], back),
        (_("Betalingen"), number(look["paid"]), ""),
        (_("Samen"), euro(look["cents"]), ""),
        (_("Vastgehouden"), euro(look["held_cents"]), ""),
        (_("Toelichting"), noted.get("note") or "–", back),
    ]
    if noted.get("deviates"):
        rows.insert(2, (_("Waarom anders dan afgesproken"), noted["deviates"], back))
    context = {
        **shown,
        "heading": _("Controleer: betaalrun voorstellen"),
        "answers": rows,
        "action": _("Ter goedkeuring aanbieden"),
        "token": sign_answers({"look": looked | {"lines": []}, **noted}, purpose=purpose),
        "back_address": back,
        "warning": _("Een ander keurt de run goed voordat er iets naar de bank gaat."),
    }
    return render(request, "payments/check_run.html", context)


def _propose(request: WorkingRequest, answers: dict[str, Any]) -> HttpResponse:
    looked = answers["look"]
    made = propose_run(
        request.workplace,
        network_of(request.workplace),
        pay_on=date.fromisoformat(looked["pay_on"]),
        now=timezone.now(),
        rule=looked["rule"],
        note=str(answers.get("note", "")),
        deviates=str(answers.get("deviates", "")),
        seen=looked["hash"],
    )
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
        return redirect("propose_payment_run")
    request.session.pop(NOTED, None)
    note(request, Kind.MONEY, "payment_run", made.pk, controls=NO_RELATION, step="prepared")
    messages.success(request, _("De betaalrun ligt klaar voor wie goedkeurt."))
    return redirect("payment_run", made.pk)
