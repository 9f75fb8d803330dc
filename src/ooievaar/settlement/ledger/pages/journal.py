"""The journal: every posting in the order of the books, to read, to search and to take along."""

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import WHOLE_NETWORK_ROLES
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.settlement.ledger.export_beancount import export_beancount
from ooievaar.settlement.ledger.models import Account, Posting
from ooievaar.settlement.ledger.pages.account import account_title, side, transaction_address
from ooievaar.settlement.ledger.pages.causes import cause_name, codes_called, said
from ooievaar.settlement.ledger.pages.overview import network_of
from ooievaar.settlement.ledger.permissions import journal_for, transactions_for
from ooievaar.settlement.ledger.words import reason_text
from ooievaar.settlement.tabs import tabs_for
from ooievaar.ui.columns import Column
from ooievaar.ui.exports import file_name
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import month_name


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def journal(request: WorkingRequest) -> HttpResponseBase:
    """List every posting, newest first; a file of it is noted as an export."""
    periods = transactions_for(request.workplace).order_by("-period")
    months = periods.values_list("period", flat=True).distinct()
    table = Table(
        "journaal",
        _columns(),
        _rows(journal_for(request.workplace)),
        request,
        search_label=_("Zoek op nummer of omschrijving"),
        search=_searched,
        filters=[
            Filter("maand", _("Periode"), [(month, month_name(month)) for month in months],
                   lambda rows, month: rows.filter(transaction__period=month)),
            Filter("soort", _("Rekening"), Account.Kind.choices,
                   lambda rows, kind: rows.filter(account__kind=kind)),
        ],
        caption=_("Journaal"),
        empty_heading=_("Nog niets geboekt"),
        empty_text=_("Hier komt elke boeking: uit antwoorden, betalingen en afsluitingen."),
    )  # fmt: skip
    if table.wants_export:
        note(request, Kind.EXPORT, "journal", controls=NO_RELATION, rows=table.count)
        return table.export(table.wants_export)
    kind = Kind.SEARCH if table.search else Kind.LIST
    note(request, kind, "journal", controls=NO_RELATION, found=table.count)
    return render(
        request, "ledger/journal.html", {"tabs": tabs_for(request.workplace), "table": table}
    )


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def journal_beancount(request: WorkingRequest) -> HttpResponseBase:
    """Give the books as a file of Beancount, line by line; noted as an export."""
    count = transactions_for(request.workplace).count()
    note(request, Kind.EXPORT, "journal", "beancount", controls=NO_RELATION, rows=count)
    lines = export_beancount(network_of(request.workplace))
    response = StreamingHttpResponse(
        (f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8"
    )
    name = file_name("grootboek", "beancount")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rows(postings: QuerySet[Posting]) -> QuerySet[Posting]:
    return postings.select_related(
        "transaction", "account__insurer", "account__organisation"
    ).order_by("-transaction__number", "pk")


def _searched(rows: QuerySet[Posting], text: str) -> QuerySet[Posting]:
    if text.isdecimal():
        return rows.filter(transaction__number=int(text[:18]))
    found = Q(transaction__text__icontains=text) | Q(transaction__text__in=codes_called(text))
    return rows.filter(found)


def _columns() -> list[Column]:
    return [
        Column("boeking", _("Boeking"), lambda p: p.transaction.number,
               link=transaction_address),
        Column("dag", _("Dag"), lambda p: p.transaction.day, "day"),
        Column("periode", _("Periode"), lambda p: p.transaction.period, is_default=False),
        Column("rekening", _("Rekening"), lambda p: account_title(p.account),
               link=lambda p: reverse("account", args=[p.account_id])),
        Column("debet", _("Debet"), lambda p: p.cents if p.cents > 0 else None, "euro",
               show=lambda p: side(p.cents)),
        Column("credit", _("Credit"), lambda p: -p.cents if p.cents < 0 else None, "euro",
               show=lambda p: side(-p.cents)),
        Column("reden", _("Reden"), lambda p: reason_text(p.transaction.reason)),
        Column("tekst", _("Omschrijving"), lambda p: said(p.transaction.text)),
        Column("oorzaak", _("Oorzaak"), lambda p: cause_name(p.transaction.cause_kind),
               is_default=False),
        Column("over", _("Gaat over"), lambda p: p.transaction.names_period, is_default=False),
        Column("hash", _("Hash"), lambda p: p.transaction.hash, is_default=False),
    ]  # fmt: skip
