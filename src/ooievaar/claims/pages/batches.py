"""Files to insurers: what is in them, who did what with them, and their bytes."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from ooievaar.claims.layouts import known_codes
from ooievaar.claims.messages.codes import RETURN_CODES, load_codes
from ooievaar.claims.models import Batch, BatchLine, BatchStep, ClaimFile, ReturnFile
from ooievaar.claims.pages import words
from ooievaar.claims.pages.deciding import DecisionForm, decision_of, remember_decision
from ooievaar.claims.permissions import batches_for
from ooievaar.claims.preparing import withdraw
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.relations import Rejected
from ooievaar.ui.columns import Column
from ooievaar.ui.jobs import start_job
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import language

State = BatchStep.State
FETCHING = gettext_noop("Antwoorden van verzekeraars ophalen")
SENDING = gettext_noop("Bestand %(number)s verzenden")
GOING_OUT = (State.PREPARED, State.APPROVED)


def standing_batches(batches: QuerySet[Batch]) -> QuerySet[Batch]:
    """Return batches with how they stand (`state`), since when, and whether there is a file."""
    steps = BatchStep.objects.filter(batch=OuterRef("pk")).order_by("-pk")
    granted = ReturnFile.objects.filter(batch=OuterRef("pk"), answered_by="insurer")
    return batches.annotate(
        state=Subquery(steps.values("state")[:1]),
        since=Subquery(steps.values("at")[:1]),
        granted_cents=Subquery(granted.values("granted_cents")[:1]),
        has_file=Exists(ClaimFile.objects.filter(batch=OuterRef("pk"))),
        net_cents=F("debit_cents") - F("credit_cents"),
    ).select_related("insurer", "prepared_by")


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def claim_batches(request: WorkingRequest) -> HttpResponseBase:
    """List the files, the newest first; the controller has answers fetched that lie ready."""
    if request.method == "POST":
        if request.workplace.role is not Role.CONTROLLER:
            return refuse(request, "role", Door(frozenset({Role.CONTROLLER})))
        note(request, Kind.MONEY, "claim_batch", controls=NO_RELATION, step="fetch")
        return redirect("job", start_job("fetch_claim_returns", request, FETCHING, {}).pk)
    batches = standing_batches(batches_for(request.workplace, timezone.now()))
    insurers = sorted(set(batches.order_by().values_list("insurer_id", "insurer__name")))
    table = Table(
        "bestanden",
        [
            Column("nummer", _("Factuurnummer"), lambda b: b.invoice_number, sort="invoice_number",
                   link=lambda b: reverse("claim_batch", args=[b.pk])),
            Column("verzekeraar", _("Verzekeraar"), lambda b: b.insurer.name, sort="insurer__name"),
            Column("maand", _("Tot en met"), lambda b: b.month, "month", sort="month"),
            Column("regels", _("Regels"), lambda b: b.lines, "number", sort="lines"),
            Column("bedrag", _("Bedrag"), lambda b: b.net_cents, "euro", sort="net_cents"),
            Column("toegekend", _("Toegekend"), lambda b: b.granted_cents, "euro",
                   sort="granted_cents"),
            Column("stand", _("Stand"), lambda b: str(State(b.state).label), sort="state",
                   show=lambda b: words.batch_tag(b.state)),
            Column("sinds", _("Sinds"), lambda b: b.since, "moment", sort="since"),
            Column("wie", _("Klaargezet door"), _prepared_by, sort="prepared_by__last_name",
                   is_default=False),
        ],
        batches.order_by("-pk"),
        request,
        search_label=_("Zoek op factuurnummer"),
        search=lambda rows, text: rows.filter(invoice_number__icontains=text),
        filters=[
            Filter("stand", _("Stand"), State.choices, lambda rows, s: rows.filter(state=s)),
            Filter(
                "verzekeraar", _("Verzekeraar"), [(str(pk), name) for pk, name in insurers],
                lambda rows, pk: rows.filter(insurer_id=pk),
            ),
        ],
        caption=_("Bestanden aan verzekeraars"),
        empty_heading=_("Nog geen bestanden"),
        empty_text=_("Hier komt elk bestand dat voor een verzekeraar wordt klaargezet."),
    )  # fmt: skip
    if table.wants_export:
        note(request, Kind.EXPORT, "claim_batch", controls=NO_RELATION, rows=table.count)
        return table.export(table.wants_export)
    context = {
        "table": table,
        "may_prepare": request.workplace.role is Role.CONTROLLER,
    }
    return render(request, "claims/batches.html", context)


def _prepared_by(batch: Batch) -> str:
    return batch.prepared_by.name if batch.prepared_by else _("Ooievaar zelf")


@open_to(*WHOLE_NETWORK_ROLES, is_care=True)
@require_http_methods(["GET", "HEAD", "POST"])
def claim_batch(request: WorkingRequest, batch_id: int) -> HttpResponseBase:
    """Show one file: what is in it, how it stands, and what this person may do with it."""
    workplace, at = request.workplace, timezone.now()
    batch = standing_batches(batches_for(workplace, at)).filter(pk=batch_id).first()
    if batch is None:
        return refuse(request, "row", Door(WHOLE_NETWORK_ROLES))
    form = DecisionForm(initial=decision_of(request, batch))
    if request.method == "POST":
        match request.POST.get("doe"), workplace.role:
            case "intrekken", Role.CONTROLLER:
                return _withdraw(request, batch)
            case "verzenden", Role.CONTROLLER:
                return _send(request, batch)
            case "besluiten", Role.APPROVER:
                form = DecisionForm(request.POST)
                if form.is_valid():
                    remember_decision(request, batch, form.cleaned_data)
                    return redirect("decide_batch", batch.pk)
    table = lines_table(request, batch)
    if table.wants_export:
        women = table.take("line__pregnancy__woman_id")
        note(request, Kind.EXPORT, "claim_batch", batch.pk, women=women, controls=NO_RELATION)
        return table.export(table.wants_export)
    if not table.is_filtered:
        # The file says itself how many there are.
        table.count = batch.lines
    women = [row.line.pregnancy.woman_id for row in table.rows]
    note(request, Kind.LIST, "claim_batch", batch.pk, women=women, controls=NO_RELATION)
    state = batch.state  # type: ignore[attr-defined]
    is_own = batch.prepared_by_id == workplace.person_id
    context = {
        "batch": batch,
        "tag": words.batch_tag(state),
        "credit_cents": -batch.credit_cents,
        "steps": [step_shown(step) for step in batch.steps.select_related("person").order_by("pk")],
        "content": contents(batch),
        "table": table,
        "returns": answers_shown(batch),
        "form": form,
        "is_own": is_own,
        "may_decide": workplace.role is Role.APPROVER and state == State.PREPARED and not is_own,
        "waits_for_another": workplace.role is Role.APPROVER and state == State.PREPARED and is_own,
        "may_withdraw": workplace.role is Role.CONTROLLER and state in GOING_OUT,
        "may_send": workplace.role is Role.CONTROLLER and state in (State.APPROVED, State.SENDING),
        "may_download": workplace.role is Role.CONTROLLER and batch.has_file,  # type: ignore[attr-defined]
    }
    return render(request, "claims/batch.html", context, status=422 if form.errors else 200)


DONE: words.Words = {
    State.PREPARED: gettext_lazy("Klaargezet"),
    State.APPROVED: gettext_lazy("Goedgekeurd"),
    State.WITHDRAWN: gettext_lazy("Ingetrokken"),
    State.SENDING: gettext_lazy("Bestand gemaakt"),
    State.SENT: gettext_lazy("Verzonden"),
    State.ANSWERED_BY_PORTAL: gettext_lazy("Afgekeurd door het portaal"),
    State.ANSWERED: gettext_lazy("Beantwoord door de verzekeraar"),
}


def step_shown(step: BatchStep) -> dict[str, Any]:
    """Return what was done with a file, by whom."""
    who = step.person.name if step.person else _("Ooievaar zelf")
    return {"at": step.at, "done": DONE[step.state], "who": who, "reason": step.reason}


def answers_shown(batch: Batch) -> list[dict[str, Any]]:
    """Return the answers to a file, each with what its codes say of the file as a whole."""
    answers = list(batch.returns.defer("content").order_by("pk"))
    book = known_codes() if any(one.codes for one in answers) else load_codes()
    return [
        {
            "name": one.name,
            "granted_cents": one.granted_cents,
            "who": one.get_answered_by_display(),
            "says": [
                (code, book.text(RETURN_CODES, code, language=language())) for code in one.codes
            ],
        }
        for one in answers
    ]


def contents(batch: Batch) -> list[dict[str, Any]]:
    """Return what is in a file per product, new lines and credits apart; in one query."""
    rows = (
        BatchLine.objects.filter(batch=batch)
        .order_by()
        .values("line__product", "line__is_credit")
        .annotate(count=Count("pk"), cents=Sum("line__cents"))
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        product = row["line__product"]
        line = found.setdefault(
            product,
            {"name": words.product_name(product), "new": 0, "new_cents": 0, "credits": 0,
             "credit_cents": 0},
        )  # fmt: skip
        kind, cents = (
            ("credits", "credit_cents") if row["line__is_credit"] else ("new", "new_cents")
        )
        line[kind], line[cents] = row["count"], row["cents"]
    return sorted(found.values(), key=lambda line: -line["new_cents"])


def lines_table(request: WorkingRequest, batch: Batch) -> Table:
    """Return the lines of a file in its order; of a woman only the reference."""
    return Table(
        "regels",
        [
            Column("nummer", _("Declaratienummer"), lambda row: row.line.reference,
                   sort="line__reference",
                   link=lambda row: reverse("claim_line", args=[row.line_id])),
            Column("zwangere", _("Zwangere"), lambda row: row.line.pregnancy.reference,
                   sort="line__pregnancy__reference",
                   link=lambda row: reverse("pregnancy", args=[row.line.pregnancy_id])),
            Column("product", _("Product"), lambda row: words.product_name(row.line.product),
                   sort="line__product"),
            Column("soort", _("Soort"), _kind, sort="line__is_credit"),
            Column("van", _("Van"), lambda row: row.line.starts_on, "day", sort="line__starts_on"),
            Column("tot", _("Tot en met"), lambda row: row.line.ends_on, "day",
                   sort="line__ends_on", is_default=False),
            Column("bedrag", _("Bedrag"), _signed, "euro", sort="line__cents"),
            Column("stand", _("Stand"), lambda row: row.line.standing.get_state_display(),
                   sort="line__standing__state",
                   show=lambda row: words.state_tag(row.line.standing.state)),
        ],
        batch.batch_lines.select_related("line__pregnancy", "line__standing").order_by(
            "detail_number"
        ),
        request,
        search_label=_("Zoek op declaratienummer"),
        search=lambda rows, text: rows.filter(line__reference__icontains=text),
        filters=[
            Filter("soort", _("Soort"), [("nieuw", _("nieuw")), ("credit", _("credit"))],
                   lambda rows, kind: rows.filter(line__is_credit=kind == "credit")),
        ],
        caption=_("Regels in dit bestand"),
    )  # fmt: skip


def _kind(row: BatchLine) -> str:
    return _("credit") if row.line.is_credit else _("nieuw")


def _signed(row: BatchLine) -> int:
    return -row.line.cents if row.line.is_credit else row.line.cents


def _withdraw(request: WorkingRequest, batch: Batch) -> HttpResponse:
    made = withdraw(batch, request.workplace, timezone.now())
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
    else:
        note_step(request, batch, "withdrawn")
        messages.success(
            request,
            _("Het bestand is ingetrokken. De volgende vergelijking stelt de regels weer voor."),
        )
    return redirect("claim_batch", batch.pk)


def _send(request: WorkingRequest, batch: Batch) -> HttpResponse:
    job = start_job(
        "send_claims",
        request,
        SENDING,
        {"batch": batch.pk, "number": batch.invoice_number},
    )
    note_step(request, batch, "sending")
    return redirect("job", job.pk)


def note_step(request: WorkingRequest, batch: Batch, step: str) -> None:
    """Note what a person did with a file."""
    note(request, Kind.MONEY, "claim_batch", batch.pk, controls=NO_RELATION, step=step)


@open_to(Role.CONTROLLER, is_care=True)
@reauthenticated
@require_safe
def claim_file(request: WorkingRequest, batch_id: int) -> HttpResponseBase:
    """Give the file exactly as it goes out: with citizen numbers, so everybody in it is noted."""
    batch = (
        batches_for(request.workplace, timezone.now())
        .filter(pk=batch_id, file__isnull=False)
        .select_related("file")
        .first()
    )
    if batch is None:
        return refuse(request, "row", Door(frozenset({Role.CONTROLLER})))
    women = batch.batch_lines.values_list("line__pregnancy__woman_id", flat=True)
    note(request, Kind.EXPORT, "claim_file", batch.pk, women=set(women), controls=NO_RELATION)
    return as_download(batch.file.name, batch.file.content)


def as_download(name: str, content: str) -> HttpResponse:
    """Answer with the bytes of a message, one for every character."""
    response = HttpResponse(content.encode("latin-1"), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
