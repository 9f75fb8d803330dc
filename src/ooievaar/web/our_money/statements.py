"""The statements of our organisation: one a closed month, as a document and as a spreadsheet."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ooievaar.exchange.statements.drawing import as_pdf
from ooievaar.exchange.statements.workbook import as_workbook
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import Role
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.settlement.permissions import shares_for
from ooievaar.settlement.statements.models import Statement
from ooievaar.settlement.statements.queries import Own, statements_for
from ooievaar.settlement.tabs import our_tabs_for
from ooievaar.ui.columns import Column
from ooievaar.ui.tables import Table
from ooievaar.ui.templatetags.ooievaar import icon, language, month_name
from ooievaar.web.pregnancy_roles import no_relation

TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What a statement can be saved as, and how a browser knows it."""


@open_to(Role.PRACTICE_ADMINISTRATOR)
@require_safe
def our_statements(request: WorkingRequest) -> HttpResponseBase:
    """List the statements that were made for our organisation, the newest first."""
    table = Table(
        "afschriften",
        [
            Column("maand", _("Maand"), lambda row: row.month, "month", sort="month"),
            Column("nummer", _("Nummer"), lambda row: row.number, sort="number"),
            Column("bedrag", _("Deze maand"), lambda row: row.figures["income_cents"], "euro"),
            Column(
                "uitbetalen",
                _("Mag worden uitbetaald"),
                lambda row: row.figures["payable_cents"],
                "euro",
            ),
            Column("dag", _("Boeken op"), lambda row: row.day, "day", sort="day"),
            Column("bestand", _("Bestand"), lambda row: row.number, show=_files),
        ],
        statements_for(request.workplace),
        request,
        caption=_("Afschriften"),
        empty_heading=_("Nog geen afschrift"),
        empty_text=_(
            "Van elke maand die is afgesloten en geboekt, maakt het netwerk een afschrift. "
            "U slaat het hier op als document of als rekenblad."
        ),
        exports=False,
    )
    context = {"table": table, "tabs": our_tabs_for(request.workplace)}
    return render(request, "web/our_money/statements.html", context)


def _files(row: Any) -> str:
    """Draw the two links to save a statement with, each with its month for who hears it."""
    month = month_name(row.month)
    links = [
        format_html(
            '<a href="{}" class="text-nowrap">{}{}<span class="visually-hidden"> {}</span></a>',
            reverse("our_statement_file", args=[row.pk, kind]),
            icon("download"),
            kind.upper(),
            month,
        )
        for kind in TYPES
    ]
    return format_html("{} {}", *links)


@open_to(Role.PRACTICE_ADMINISTRATOR, is_care=True)
@require_safe
def our_statement_file(request: WorkingRequest, statement_id: int, kind: str) -> HttpResponse:
    """Give a statement as a file; what leaves is noted first, with whoever is in it."""
    statement = statements_for(request.workplace).filter(pk=statement_id).first()
    if statement is None or kind not in TYPES:
        return no_relation(request)
    own = Own(statement.network, statement.organisation, shares_for(request.workplace))
    if kind == "xlsx":
        content = as_workbook(statement, timezone.now(), language(), own)
        women = _women(own, statement)
    else:
        # Sums only: no pregnancy stands in the document.
        content, women = as_pdf(statement, language()), []
    note(request, Kind.EXPORT, "money_statement", statement.pk, women=women, file=kind)
    name = f"afschrift-{statement.month}-{statement.number}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=TYPES[kind], headers=headers)


def _women(own: Own, statement: Statement) -> list[int]:
    lines = own.gained().filter(product__closing__month=statement.month).order_by()
    return list(lines.values_list("product__pregnancy__woman_id", flat=True).distinct())
