"""The tables of a month that leave as a file too: income per partner, and corrections."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ooievaar.settlement.models import ClosedProduct
from ooievaar.settlement.queries import MonthOverview, PartnerIncome
from ooievaar.ui.columns import Column
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import language
from ooievaar.web import words

MOST_PARTNERS = 200
"""Partners on one page: the river points at their lines, so they stand there together."""


@dataclass(frozen=True, slots=True)
class IncomeLine:
    """What somebody gets of a month; `width` is its percentage of the widest line.

    An organisation may stand here under two disciplines: only its first line has an `anchor`.
    """

    name: str
    discipline: str
    cents: int
    width: int
    anchor: str


def income_table(request: HttpRequest, overview: MonthOverview) -> Table:
    """Return who gets what of a month, overhead and reserve included: together all of it."""
    lines = partner_lines(overview.income)
    some = (("supplier", overview.suppliers_cents), ("surcharge", overview.surcharges_cents))
    for key, cents in (
        *(("overhead", overview.overhead_cents), ("reserve", overview.reserve_cents)),
        *((key, cents) for key, cents in some if cents),
    ):
        lines.append(IncomeLine(words.words(words.SHARES, key), "", cents, 0, key))
    return partners_table(request, f"inkomen-{overview.month}", lines)


def partners_table(request: HttpRequest, name: str, lines: Sequence[IncomeLine]) -> Table:
    """Return lines of income as a table."""
    columns = [
        Column("partner", _("Partner"), lambda line: line.name, sort="name", show=_with_bar),
        Column("discipline", _("Discipline"), lambda line: line.discipline, sort="discipline"),
        Column("bedrag", _("Bedrag"), lambda line: line.cents, kind="euro", sort="cents"),
    ]
    return Table(
        name,
        columns,
        lines,
        request,
        page_size=MOST_PARTNERS,
        caption=_("Inkomen per partner"),
        prefix="inkomen_",
        empty_heading=_("In deze maand is niets verdeeld."),
    )


def partner_lines(income: Sequence[PartnerIncome]) -> list[IncomeLine]:
    """Return the partners, who gets most first."""
    widest = max((row.cents for row in income), default=0)
    seen: set[int] = set()
    lines = []
    for row in sorted(income, key=lambda row: -row.cents):
        lines.append(
            IncomeLine(
                name=row.name,
                discipline=words.words(words.DISCIPLINES, row.discipline),
                cents=row.cents,
                width=max(row.cents, 0) * 100 // widest if widest > 0 else 0,
                anchor="" if row.organisation_id in seen else f"partner-{row.organisation_id}",
            )
        )
        seen.add(row.organisation_id)
    return lines


def _with_bar(line: IncomeLine) -> SafeString:
    """Write a name with a bar as wide as its income, and the place the river points at."""
    name = format_html('<span id="{}">{}</span>', line.anchor, line.name)
    if not line.anchor:
        name = format_html("{}", line.name)
    if not line.width:
        return name
    bar = '{}<span class="thin-bar" aria-hidden="true" style="width: {}%"></span>'
    return format_html(bar, name, line.width)


def corrections_table(request: HttpRequest, rows: QuerySet[ClosedProduct]) -> Table:
    """Return the differences on earlier months; of a woman only the reference of her pregnancy."""
    columns = [
        Column(
            "zwangere",
            _("Zwangere"),
            lambda row: row.pregnancy.reference,
            sort="pregnancy__reference",
            link=lambda row: reverse("pregnancy", args=[row.pregnancy_id]),
        ),
        Column(
            "product",
            _("Product"),
            lambda row: words.product_name(row.product, language()),
            sort=("phase", "product"),
        ),
        Column("verzekeraar", _("Verzekeraar"), lambda row: row.insurer.name, sort="insurer__name"),
        Column(
            "declarabel",
            _("Declarabel"),
            lambda row: row.claimable_on,
            kind="day",
            sort="claimable_on",
        ),
        Column("is_nu", _("Is nu"), lambda row: row.total_cents, kind="euro", sort="total_cents"),
        Column("verschil", _("Verschil"), lambda row: row.cents, kind="euro", sort="cents"),
    ]
    direction = Filter(
        "verschil",
        _("Verschil"),
        [("erbij", _("erbij")), ("eraf", _("eraf"))],
        lambda rows, chosen: (
            rows.filter(cents__gt=0) if chosen == "erbij" else rows.filter(cents__lt=0)
        ),
    )
    return Table(
        "correcties",
        columns,
        rows,
        request,
        search_label=_("Zoek op verwijzing"),
        search=lambda rows, text: rows.filter(pregnancy__reference__icontains=text),
        filters=[direction],
        caption=_("Correcties op eerdere maanden"),
        empty_heading=_("Geen correcties"),
        empty_text=_("Over eerdere maanden werd deze maand niets anders bekend."),
    )
