"""Statements of the bank: taken in, held beside the books, and what on them is not ours."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from ooievaar.kernel.faults import Fault
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.relations import Rejected
from ooievaar.settlement.payments.bank import bank_proof
from ooievaar.settlement.payments.models import BankEntry
from ooievaar.settlement.payments.pages import words
from ooievaar.settlement.payments.pages.forms import StatementForm
from ooievaar.settlement.payments.pages.reading import network_of
from ooievaar.settlement.payments.queries import entries_for
from ooievaar.settlement.payments.statements_in import take_statements
from ooievaar.settlement.tabs import tabs_for
from ooievaar.ui.columns import Column
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import number

LARGEST_UPLOAD = 1_000_000
"""Bytes that the page takes: so much is read at once, and kept in memory only."""
TOO_LARGE = gettext_lazy(
    "Dit bestand is groter dan 1 MB. Vraag de bank om een afschrift per dag of week, of laat de "
    "beheerder het inlezen met `ooievaar payments status BESTAND`."
)
Match = BankEntry.Match


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_statements(request: WorkingRequest) -> HttpResponseBase:
    """List what moved on our own accounts, and take in the next statement of the bank."""
    form = StatementForm()
    if request.method == "POST":
        if request.workplace.role is not Role.CONTROLLER:
            return refuse(request, "role", Door(frozenset({Role.CONTROLLER})))
        form = StatementForm(request.POST, request.FILES)
        if form.is_valid() and (answer := _taken(request, form)) is not None:
            return answer
    network = network_of(request.workplace)
    table = entries_table(request)
    if table.wants_export:
        note(request, Kind.EXPORT, "bank_statement", controls=NO_RELATION, rows=table.count)
        return table.export(table.wants_export)
    context = {
        "table": table,
        "proof": bank_proof(network),
        "form": form,
        "may_read": request.workplace.role is Role.CONTROLLER,
        "tabs": tabs_for(request.workplace),
    }
    return render(request, "payments/statements.html", context, status=422 if form.errors else 200)


def _taken(request: WorkingRequest, form: StatementForm) -> HttpResponse | None:
    """Take in what was sent; None: not, and the form says why."""
    file = form.cleaned_data["file"]
    if file.size > LARGEST_UPLOAD:
        form.add_error("file", str(TOO_LARGE))
        return None
    network = network_of(request.workplace)
    taken = take_statements(network, file.name, file.read(), timezone.now(), request.workplace)
    if isinstance(taken, Fault):
        form.add_error("file", str(taken))
        return None
    if isinstance(taken, Rejected):
        form.add_error("file", str(taken.reason))
        return None
    for statement in taken:
        note(request, Kind.MONEY, "bank_statement", statement.pk, controls=NO_RELATION, step="read")
    counted = BankEntry.objects.filter(statement__in=taken).aggregate(
        all=Count("pk"), **{match: Count("pk", filter=Q(match=match)) for match in Match.values}
    )
    messages.success(request, _told(counted))
    for match, level in ((Match.RETURN, messages.warning), (Match.MISMATCH, messages.error)):
        if counted[match]:
            said = {"count": number(counted[match]), "what": Match(match).label}
            level(request, _("%(what)s: %(count)s. Kijk ernaar in de lijst.") % said)
    return redirect(reverse("bank_statements"))


def _told(counted: dict[str, int]) -> str:
    executed = counted[Match.PAYMENT] + counted[Match.BATCH]
    text = ngettext(
        "Ingelezen: %(all)s beweging; %(done)s uitgevoerd, %(other)s niet van een betaalrun.",
        "Ingelezen: %(all)s bewegingen; %(done)s uitgevoerd, %(other)s niet van een betaalrun.",
        counted["all"],
    )
    figures = {"all": counted["all"], "done": executed, "other": counted[Match.OTHER]}
    return text % {name: number(count) for name, count in figures.items()}


def entries_table(request: WorkingRequest) -> Table:
    """Return every movement on a statement, newest first, with what it is of ours."""
    return Table(
        "afschriften",
        [
            Column("dag", _("Dag"), lambda entry: entry.booked_on, "day", sort="booked_on"),
            Column("bedrag", _("Bij of af"), lambda entry: entry.cents, "euro", sort="cents"),
            Column("soort", _("Wat het is"), lambda entry: entry.get_match_display(), sort="match",
                   show=lambda entry: words.match_tag(entry.match)),
            Column("run", _("Betaalrun"), lambda entry: entry.run.number if entry.run else "",
                   sort="run__number", link=_run_address),
            Column("partner", _("Partner"), _partner, sort="line__organisation__name"),
            Column("kenmerk", _("Kenmerk van de bank"), lambda entry: entry.bank_reference,
                   sort="bank_reference"),
            Column("afschrift", _("Afschrift"), lambda entry: entry.statement.reference,
                   sort="statement__reference"),
        ],
        entries_for(request.workplace),
        request,
        search_label=_("Zoek op kenmerk"),
        search=lambda rows, text: rows.filter(
            Q(bank_reference__icontains=text) | Q(end_to_end__icontains=text)
        ),
        filters=[
            Filter("soort", _("Wat het is"), Match.choices,
                   lambda rows, match: rows.filter(match=match)),
        ],
        caption=_("Bewegingen op afschriften"),
        empty_heading=_("Nog geen afschriften"),
        empty_text=_("Hier komt wat de bank zegt dat er gebeurde, zodra er een is ingelezen."),
    )  # fmt: skip


def _run_address(entry: Any) -> str:
    with suppress(AttributeError):
        return reverse("payment_run", args=[entry.run.pk])
    return ""


def _partner(entry: BankEntry) -> str:
    return entry.line.organisation.name if entry.line else ""
