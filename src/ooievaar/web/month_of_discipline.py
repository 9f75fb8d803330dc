"""The month of one discipline: what its members got, for who speaks for them."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from ooievaar.network.doors import WorkingRequest
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.settlement.permissions import shares_for
from ooievaar.settlement.queries import (
    OpenedMonth,
    money_flows,
    partner_income,
    partner_products,
)
from ooievaar.ui.templatetags.ooievaar import language
from ooievaar.web import words
from ooievaar.web.month_tables import partner_lines, partners_table


def month_of_discipline(request: WorkingRequest, opened: OpenedMonth) -> HttpResponseBase:
    """Show the lines of income of a discipline and their sum; nothing of others, no woman."""
    closing = opened.closing
    flows = money_flows(closing, shares_for(request.workplace))
    income = partner_income(flows)
    table = partners_table(request, f"inkomen-{closing.month}", partner_lines(income))
    note(request, Kind.EXPORT if table.wants_export else Kind.LIST, "closing", closing.pk)
    if table.wants_export:
        return table.export(table.wants_export)
    reserve_cents = sum(link.cents for link in flows if link.kind == "reserve")
    cents = sum(row.cents for row in income)
    context = {
        "network": closing.network,
        "closing": closing,
        "discipline": words.words(words.DISCIPLINES, request.workplace.discipline),
        "previous_month": opened.previous_month,
        "next_month": opened.next_month,
        "months": opened.months,
        "tiles": [
            {"name": _("Voor de leden"), "cents": cents, "note": _("nieuw en correcties samen")},
            {
                "name": _("Naar de reserve"),
                "cents": reserve_cents,
                "note": _("deel van uw discipline zonder rechthebbende"),
            },
            {"name": _("Leden"), "count": len(income), "note": _("met inkomen in deze maand")},
        ],
        "income": table,
        "cents": cents,
        "products": [
            (words.product_name(product, language()), amount)
            for product, amount in partner_products(flows)
        ],
    }
    return render(request, "web/month_of_discipline.html", context)
