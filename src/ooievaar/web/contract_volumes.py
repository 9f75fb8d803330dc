"""An insurer's own contract: its terms, and how much of what was delivered; no woman, no split."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from ooievaar.contracts.models import Contract
from ooievaar.contracts.permissions import contracts_for
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import Role
from ooievaar.settlement.permissions import closed_products_for
from ooievaar.settlement.volumes import (
    LEAST,
    BreakerVolume,
    Volume,
    breaker_volumes,
    summed,
    volumes,
)
from ooievaar.ui.columns import Column, write
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import language, month_name
from ooievaar.web import words
from ooievaar.web.month_river import product_place

HIDDEN = f"<{LEAST}"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract says, as its insurer reads it."""

    contract: Contract
    regime: str
    tariffs: tuple[tuple[str, int, Any, Any], ...]


@open_to(Role.PURCHASER)
def contract_volumes(request: WorkingRequest) -> HttpResponseBase:
    """Show the terms of the insurer's own contracts, volumes by product and month, and breakers."""
    workplace = request.workplace
    contracts = list(
        contracts_for(workplace)
        .select_related("network", "insurer")
        .prefetch_related("tariffs")
        .order_by("-valid_from", "id")
    )
    chosen, wanted = contracts[:1], request.GET.get("contract", "")
    if wanted:
        chosen = [contract for contract in contracts if str(contract.pk) == wanted]
        if not chosen:
            return refuse(request, "row", Door(frozenset({Role.PURCHASER})))
    counted = volumes(closed_products_for(workplace))
    table = volumes_table(request, counted)
    if table.wants_export:
        return table.export(table.wants_export)
    context = {
        "place": workplace.place_name,
        "network": chosen[0].network if chosen else None,
        "contracts": contracts,
        "terms": terms(chosen[0]) if chosen else None,
        "table": table,
        "told": summed(table.matching),
        "breakers": breaker_lines(breaker_volumes(workplace)),
        "least": LEAST,
    }
    return render(request, "web/contract_volumes.html", context)


def terms(contract: Contract) -> Terms:
    """Return the terms of a contract, tariffs in the order of the phases."""
    tariffs = sorted(
        contract.tariffs.all(), key=lambda row: (product_place(row.product), row.valid_from)
    )
    return Terms(
        contract=contract,
        regime=words.words(words.REGIMES, contract.regime),
        tariffs=tuple(
            (
                words.product_name(row.product, language()),
                row.cents,
                row.valid_from,
                row.valid_until,
            )
            for row in tariffs
        ),
    )


def volumes_table(request: WorkingRequest, counted: Sequence[Volume]) -> Table:
    """Return the volumes as a table; what is below five says so, on the page and in a file."""
    months = sorted({row.month for row in counted}, reverse=True)
    products = sorted({row.product for row in counted}, key=product_place)
    columns = [
        Column("maand", _("Maand"), lambda row: row.month, kind="month", sort="month"),
        Column(
            "product",
            _("Product"),
            lambda row: words.product_name(row.product, language()),
            sort="product",
        ),
        Column("soort", _("Soort"), _kind, sort="is_correction"),
        Column(
            "aantal",
            _("Aantal"),
            lambda row: HIDDEN if row.count is None else row.count,
            kind="number",
        ),
        Column(
            "bedrag",
            _("Bedrag"),
            lambda row: row.cents,
            kind="euro",
        ),
    ]
    filters = [
        Filter(
            "maand",
            _("Maand"),
            [(month, month_name(month)) for month in months],
            lambda rows, month: [row for row in rows if row.month == month],
        ),
        Filter(
            "product",
            _("Product"),
            [(code, words.product_name(code, language())) for code in products],
            lambda rows, code: [row for row in rows if row.product == code],
        ),
        Filter(
            "soort",
            _("Soort"),
            [("nieuw", _("nieuw")), ("correctie", _("correctie"))],
            lambda rows, kind: [row for row in rows if row.is_correction == (kind != "nieuw")],
        ),
    ]
    return Table(
        "volumes",
        columns,
        counted,
        request,
        filters=filters,
        caption=_("Volumes per product en maand"),
        empty_heading=_("Nog geen maand afgesloten"),
        empty_text=_("Hier komen per maand de producten die voor uw verzekerden zijn afgerond."),
    )


def _kind(row: Volume) -> str:
    return _("correctie") if row.is_correction else _("nieuw")


def breaker_lines(counted: Iterable[BreakerVolume]) -> list[tuple[str, str]]:
    """Return the kinds of breakers with how many pregnancies had one."""
    return [
        (
            words.words(words.BREAKERS, row.kind),
            HIDDEN if row.count is None else write("number", row.count),
        )
        for row in counted
    ]
