"""Our money: what an organisation got, per month and per product, and why each amount."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from ooievaar.bundles.permissions import products_for
from ooievaar.contracts.agreements.words import PRODUCTS
from ooievaar.contracts.rules.agreement import ANY_PRODUCT
from ooievaar.kernel.period import month_period
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Network
from ooievaar.network.roles import Role
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.permissions import pregnancies_for
from ooievaar.settlement.models import Share
from ooievaar.settlement.permissions import closings_for, shares_for
from ooievaar.settlement.queries import (
    OwnIncome,
    months_by_network,
    own_income,
    own_shares,
    product_share,
)
from ooievaar.settlement.statements.queries import pseudonym
from ooievaar.settlement.tabs import our_tabs_for
from ooievaar.ui.columns import Column
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import language, month_name
from ooievaar.web import words
from ooievaar.web.division import own_sums
from ooievaar.web.network_choice import chosen_network, nothing_derived
from ooievaar.web.our_money.choice import network_of

PSEUDONYM = re.compile(r"P-[0-9A-Z]{4}-[0-9A-Z]{4}")


@dataclass(frozen=True, slots=True)
class MonthLine:
    """What a month gave our organisation; `running_cents` is the year up to and including it."""

    month: str
    new_cents: int
    corrections_cents: int
    running_cents: int

    @property
    def cents(self) -> int:
        """New and corrections together."""
        return self.new_cents + self.corrections_cents


@dataclass(frozen=True, slots=True)
class ProductLine:
    """What a product in a phase gave our organisation in the year."""

    product: str
    phase: str
    count: int
    new_cents: int
    corrections_cents: int

    @property
    def cents(self) -> int:
        """New and corrections together."""
        return self.new_cents + self.corrections_cents


@open_to(Role.PRACTICE_ADMINISTRATOR, is_care=True)
def statement(request: WorkingRequest) -> HttpResponseBase:
    """Show a year of our organisation's income, and the lines of one month or of all of them."""
    workplace = request.workplace
    months = months_by_network(closings_for(workplace))
    network = network_of(months, request.GET.get("netwerk", "") if months else "")
    if network is None:
        note(request, Kind.LIST, "share", workplace.organisation_id)
        return _nothing_yet(request)
    years = sorted({month[:4] for month in months[network]}, reverse=True)
    asked = request.GET.get("maand", "")[:4] or request.GET.get("jaar", "")
    year = asked if asked in years else years[0]
    of_year = [month for month in months[network] if month.startswith(year)]
    table = lines_table(request, network, of_year)
    if table.wants_export:
        women = table.take("product__pregnancy__woman_id")
        note(request, Kind.EXPORT, "share", workplace.organisation_id, women=women)
        return table.export(table.wants_export)
    seen = [row.product.pregnancy.woman_id for row in table.rows]
    kind = Kind.SEARCH if table.search else Kind.LIST
    note(request, kind, "share", workplace.organisation_id, women=seen)
    income = own_income(shares_for(workplace), network, year)
    lines = month_lines(income, of_year)
    context = {
        "network": network,
        "networks": list(months),
        "years": years,
        "year": year,
        "chosen_month": table.chosen["maand"],
        "months": lines[::-1],
        "products": product_lines(income),
        "tiles": tiles(request, network, months[network][0], year, lines),
        "cents": lines[-1].running_cents,
        "table": table,
        "tabs": our_tabs_for(workplace),
    }
    return render(request, "web/statement.html", context)


def _nothing_yet(request: WorkingRequest) -> HttpResponse:
    """Say what will stand here once a month was closed in which our organisation has a part."""
    network, _networks = chosen_network(request)
    if network is None:
        return nothing_derived(request)
    context = {"network": network, "is_own": True, "tabs": our_tabs_for(request.workplace)}
    return render(request, "web/nothing_closed.html", context)


def month_lines(income: Sequence[OwnIncome], months: Sequence[str]) -> list[MonthLine]:
    """Sum a year by month, the first month first; a month without income is a line too."""
    lines: list[MonthLine] = []
    running = 0
    for month in sorted(months):
        new = sum(row.cents for row in income if row.month == month and not row.is_correction)
        corrected = sum(row.cents for row in income if row.month == month and row.is_correction)
        running += new + corrected
        lines.append(MonthLine(month, new, corrected, running))
    return lines


def product_lines(income: Sequence[OwnIncome]) -> list[ProductLine]:
    """Sum a year by phase and product."""
    grouped: dict[tuple[int, str], list[OwnIncome]] = defaultdict(list)
    for row in income:
        grouped[row.phase, row.product].append(row)
    return [
        ProductLine(
            product=words.product_name(product, language()),
            phase=str(words.PHASES.get(phase, phase)),
            count=sum(row.count for row in rows if not row.is_correction),
            new_cents=sum(row.cents for row in rows if not row.is_correction),
            corrections_cents=sum(row.cents for row in rows if row.is_correction),
        )
        for (phase, product), rows in sorted(grouped.items())
    ]


def tiles(
    request: WorkingRequest, network: Network, newest: str, year: str, lines: Sequence[MonthLine]
) -> list[dict[str, Any]]:
    """Return the figures on top: what was divided, and how many products are still to come.

    Of what is to come only the number: our part of it is known once the month is closed.
    """
    to_come = (
        products_for(request.workplace, timezone.now())
        .filter(derivation__network=network)
        .aggregate(
            running=Count("pk", filter=Q(is_open=True)),
            waiting=Count(
                "pk", filter=Q(is_open=False, claimable_on__gt=month_period(newest).until)
            ),
        )
    )
    return [
        {"name": _("Voor ons in %(year)s") % {"year": year}, "cents": lines[-1].running_cents},
        {
            "name": month_name(lines[-1].month).capitalize(),
            "cents": lines[-1].cents,
            "note": _("de nieuwste afgesloten maand van dit jaar"),
        },
        {
            "name": _("Correcties"),
            "cents": sum(line.corrections_cents for line in lines),
            "note": _("verschillen op eerdere maanden"),
        },
        {
            "name": _("Wacht op een afsluiting"),
            "count": to_come["waiting"],
            "note": _("producten van onze zwangeren, fase geëindigd"),
        },
        {
            "name": _("Loopt nog"),
            "count": to_come["running"],
            "note": _("producten van onze zwangeren, fase niet geëindigd"),
        },
    ]


def lines_table(request: WorkingRequest, network: Network, months: Sequence[str]) -> Table:
    """Return our own shares in these months, each with its sum in words."""
    shares = own_shares(shares_for(request.workplace), network).filter(
        product__closing__month__in=months
    )
    columns = [
        Column(
            "zwangere",
            _("Zwangere"),
            _name,
            sort="shown_reference",
        ),
        Column(
            "product",
            _("Product"),
            lambda row: words.product_name(row.product.product, language()),
            sort=("product__phase", "product__product"),
            link=_why_address,
        ),
        Column(
            "fase",
            _("Fase"),
            lambda row: str(words.PHASES.get(row.product.phase, row.product.phase)),
            sort="product__phase",
            is_default=False,
        ),
        Column(
            "maand",
            _("Maand"),
            lambda row: row.product.closing.month,
            kind="month",
            sort="product__closing__month",
        ),
        Column("soort", _("Soort"), _kind, sort="product__is_correction"),
        Column(
            "bedrag",
            _("Bedrag"),
            lambda row: row.cents,
            kind="euro",
            sort="cents",
            link=lambda row: reverse("our_money_line", args=[row.pk]),
        ),
        Column("waarom", _("Waarom dit bedrag"), _sentence, show=_sums),
    ]
    filters = [
        Filter(
            "maand",
            _("Maand"),
            [(month, month_name(month)) for month in months],
            lambda rows, month: rows.filter(product__closing__month=month),
        ),
        Filter(
            "fase",
            _("Fase"),
            [(str(phase), name) for phase, name in words.PHASES.items() if phase],
            lambda rows, phase: rows.filter(product__phase=int(phase)),
        ),
        Filter(
            "product",
            _("Product"),
            [
                (code, words.product_name(code, language()))
                for code in PRODUCTS
                if code != ANY_PRODUCT
            ],
            lambda rows, code: rows.filter(product__product=code),
        ),
        Filter(
            "soort",
            _("Soort"),
            [("nieuw", _("nieuw")), ("correctie", _("correctie"))],
            lambda rows, kind: rows.filter(product__is_correction=kind == "correctie"),
        ),
    ]
    return Table(
        "regels",
        columns,
        _with_why(shares, request, network),
        request,
        search_label=_("Zoek op verwijzing"),
        filters=filters,
        search=lambda rows, text: _searched(request, rows, text),
        default_sort="-maand",
        caption=_("Onze regels"),
        empty_heading=_("Geen regels"),
        empty_text=_("In deze periode kreeg uw organisatie geen deel van een product."),
    )


def _searched(request: WorkingRequest, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Return the lines of whom this workplace calls so: by reference, or by her pseudonym whole."""
    found = Q(is_treated=True, product__pregnancy__reference__icontains=text)
    organisation = request.workplace.organisation
    if organisation is not None and PSEUDONYM.fullmatch(text.upper()):
        others = rows.filter(is_treated=False).order_by().values_list("product__pregnancy_id")
        ids = [pk for (pk,) in others.distinct() if pseudonym(organisation, pk) == text.upper()]
        found |= Q(product__pregnancy_id__in=ids)
    return rows.filter(found)


def _name(row: Any) -> str:
    """Return what she is called here: for whom had no part in her care a pseudonym."""
    if row.is_treated or row.organisation is None:
        return str(row.product.pregnancy.reference)
    return pseudonym(row.organisation, row.product.pregnancy_id)


def _with_why(
    shares: QuerySet[Share], request: WorkingRequest, network: Network
) -> QuerySet[Share]:
    """Add whether she was treated here, and the number under which a product explains itself."""
    at = timezone.now()
    treated = pregnancies_for(request.workplace, at).filter(pk=OuterRef("product__pregnancy_id"))
    explained = (
        products_for(request.workplace, at)
        .filter(
            derivation__network=network,
            pregnancy_id=OuterRef("product__pregnancy_id"),
            key=OuterRef("product__key"),
        )
        .values("product_no")[:1]
    )
    return shares.select_related("organisation", "product__closing", "product__pregnancy").annotate(
        product_no=Subquery(explained),
        is_treated=Exists(treated),
        # What is sorted on says no more of whom was not treated than what is shown.
        shown_reference=Case(
            When(is_treated=True, then=F("product__pregnancy__reference")), default=Value("")
        ),
    )


def _why_address(row: Any) -> str:
    return reverse("why_product", args=[row.product_no]) if row.product_no else ""


def _kind(row: Share) -> str:
    return _("correctie") if row.product.is_correction else _("nieuw")


def _sentence(row: Share) -> str:
    return "; ".join(own_sums(product_share(row), row.product.product))


def _sums(row: Share) -> str:
    items = ((sentence,) for sentence in own_sums(product_share(row), row.product.product))
    return format_html('<ul class="sums">{}</ul>', format_html_join("", "<li>{}</li>", items))
