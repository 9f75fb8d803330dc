"""The month: what was divided, that nothing remained, and where it went."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from ooievaar.kernel.money import format_euro
from ooievaar.settlement.models import ClosedProduct, Closing
from ooievaar.settlement.queries import MonthOverview, PartnerIncome, RiverLink, month_overview
from ooievaar.settlement.rules.proof import Balance
from ooievaar.ui.templatetags.ooievaar import language
from ooievaar.web import words
from ooievaar.web.network_choice import chosen_network

CORRECTIONS_PER_PAGE = 25
PATTERNS = {"breaks_bundle": "striped", "monodisciplinary": "dotted", "reserve": "dotted"}
"""Parts of a bar that have a pattern too, so that no two neighbours differ by colour alone."""
TONES = {
    "partner": "partners",
    "closing": "partners",
    "earlier": "overhead",
    "placed": "in_product",
}


def newest_month(request: HttpRequest) -> HttpResponse:
    """Go to the newest closed month; without one, say how to close it."""
    network, networks = chosen_network(request)
    newest = Closing.objects.filter(network=network).order_by("-month").first() if network else None
    if newest is None:
        template = "web/nothing_closed.html" if network else "web/nothing_derived.html"
        return render(request, template, {"network": network, "networks": networks})
    address = reverse("month_page", args=[newest.month])
    query = f"?netwerk={newest.network_id}" if request.GET.get("netwerk") else ""
    return redirect(address + query)


def month_page(request: HttpRequest, month: str) -> HttpResponse:
    """Show one closed month."""
    network, networks = chosen_network(request)
    months = list(
        Closing.objects.filter(network=network).order_by("month").values_list("month", flat=True)
    )
    if month not in months:
        raise Http404
    closing = Closing.objects.select_related("network").get(network=network, month=month)
    overview = month_overview(closing)
    corrected = (
        ClosedProduct.objects.filter(closing=closing, is_correction=True)
        .select_related("pregnancy", "insurer")
        .order_by("claimable_on", "key")
    )
    page = Paginator(corrected, CORRECTIONS_PER_PAGE).get_page(request.GET.get("correcties"))
    at = months.index(month)
    flows = river(overview.river)
    context = {
        "network": network,
        "networks": networks,
        "closing": closing,
        "overview": overview,
        "previous_month": months[at - 1] if at else None,
        "next_month": months[at + 1] if at + 1 < len(months) else None,
        "months": months[::-1],
        "bars": [bar(balance) for balance in overview.proof.balances if len(balance.parts) > 2],
        "checks": [bar(balance) for balance in overview.proof.balances if len(balance.parts) <= 2],
        "tiles": tiles(overview),
        "activities": activity_lines(overview),
        "breakers": [
            (row, words.words(words.BREAKERS, row.kind))
            for row in overview.breakers
            if row.total_count
        ],
        "income": income_lines(overview),
        "river": flows,
        "river_rem": max(20, round(1.75 * flows.tallest, 1)),
        "products": product_lines(overview.river),
        "corrections": page,
        "correction_rows": [
            (row, words.product_name(row.product, language())) for row in page.object_list
        ],
    }
    return render(request, "web/month.html", context)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar; `grow` is its width beside the others."""

    name: str
    size: int
    tone: str
    pattern: str

    @property
    def grow(self) -> int:
        """A part below zero has no width, only a figure."""
        return max(self.size, 0)


@dataclass(frozen=True, slots=True)
class Bar:
    """A whole with its parts; closes when nothing remains."""

    name: str
    explanation: str
    whole: int
    remainder: int
    is_money: bool
    parts: tuple[Part, ...]


def bar(balance: Balance) -> Bar:
    """Draw a balance of the proof."""
    names = {
        "dispositions": (_("Activiteiten"), _("tot het einde van deze maand, elk op één plaats")),
        "placed_once": (_("Activiteiten met een bestemming"), ""),
        "closing": (_("Deze afsluiting"), _("wat er nu wordt verdeeld")),
        "so_far": (_("Alle afsluitingen samen"), _("tot en met deze")),
        "owed": (_("Declarabele producten"), _("zoals zij nu zijn")),
    }
    parts_named: words.Words = {
        **words.DISPOSITIONS,
        **words.SHARES,
        "placed": _("met een bestemming"),
        "earlier": _("eerder verdeeld"),
        "closing": _("nu verdeeld"),
    }
    order = {key: place for place, key in enumerate(words.DISPOSITIONS)}
    name, explanation = names.get(balance.name, (balance.name, ""))
    return Bar(
        name=name,
        explanation=explanation,
        whole=balance.whole,
        remainder=balance.remainder,
        is_money=balance.unit == "cents",
        parts=tuple(
            Part(words.words(parts_named, key), size, TONES.get(key, key), PATTERNS.get(key, ""))
            for key, size in sorted(balance.parts, key=lambda part: order.get(part[0], len(order)))
        ),
    )


def tiles(overview: MonthOverview) -> list[dict[str, Any]]:
    """Return the figures on top of the page."""
    corrections = sum(row.corrections for row in overview.insurers)
    corrections_cents = sum(row.corrections_cents for row in overview.insurers)
    unknown = sum(row.unknown for row in overview.breakers)
    return [
        {
            "name": _("Nieuwe producten"),
            "count": sum(row.count for row in overview.insurers),
            "note": _("fasen die deze maand eindigden"),
        },
        {"name": _("Verdeeld"), "cents": overview.cents, "note": _("nieuw en correcties samen")},
        {
            "name": _("Correcties"),
            "count": corrections,
            "note": _("samen %(amount)s") % {"amount": format_euro(corrections_cents, language())},
        },
        {
            "name": _("Brekers deze maand"),
            "count": sum(row.count for row in overview.breakers),
            "note": _("%(count)s in totaal")
            % {"count": sum(row.total_count for row in overview.breakers)},
        },
        {
            "name": _("Verlies door brekers"),
            "cents": sum(row.loss_cents for row in overview.breakers),
            "note": _("van %(count)s brekers onbekend") % {"count": unknown}
            if unknown
            else _("van deze maand"),
        },
    ]


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """Activities with one disposition, and the reasons under it."""

    name: str
    tone: str
    pattern: str
    month: int
    total: int
    reasons: tuple[tuple[str, int, int], ...]


def activity_lines(overview: MonthOverview) -> list[ActivityLine]:
    """Group the activities by disposition, in the order people read them."""
    lines = []
    for disposition in words.DISPOSITIONS:
        rows = [row for row in overview.activities if row.disposition == disposition]
        if not rows:
            continue
        rows.sort(key=lambda row: -row.total)
        lines.append(
            ActivityLine(
                name=words.words(words.DISPOSITIONS, disposition),
                tone=disposition,
                pattern=PATTERNS.get(disposition, ""),
                month=sum(row.month for row in rows),
                total=sum(row.total for row in rows),
                reasons=tuple(
                    (words.words(words.REASONS, row.reason), row.month, row.total) for row in rows
                ),
            )
        )
    return lines


@dataclass(frozen=True, slots=True)
class IncomeLine:
    """What a partner gets in a discipline; `width` is its percentage of the widest line.

    An organisation may stand here under two disciplines: only its first line has an `anchor`.
    """

    row: PartnerIncome
    discipline: str
    width: int
    anchor: str


def income_lines(overview: MonthOverview) -> list[IncomeLine]:
    """Return the partners, who gets most first."""
    widest = max((row.cents for row in overview.income), default=0)
    seen: set[int] = set()
    lines = []
    for row in sorted(overview.income, key=lambda row: -row.cents):
        lines.append(
            IncomeLine(
                row=row,
                discipline=words.words(words.DISCIPLINES, row.discipline),
                width=max(row.cents, 0) * 100 // widest if widest > 0 else 0,
                anchor="" if row.organisation_id in seen else f"partner-{row.organisation_id}",
            )
        )
        seen.add(row.organisation_id)
    return lines


def product_lines(links: Iterable[RiverLink]) -> list[dict[str, Any]]:
    """Sum the river by product."""
    sums: dict[str, int] = defaultdict(int)
    for link in links:
        sums[link.product] += link.cents
    return [
        {"code": code, "name": words.product_name(code, language()), "cents": cents}
        for code, cents in sorted(sums.items(), key=lambda item: -item[1])
    ]


@dataclass(frozen=True, slots=True)
class River:
    """Nodes and links of the money river, and the same as a table."""

    chart: dict[str, Any]
    rows: tuple[tuple[str, str, int], ...]
    tallest: int


def river(links: Iterable[RiverLink]) -> River:
    """Fold the links of the overview into two stretches: insurer to product, product to partner."""
    names: dict[str, tuple[int, str, str]] = {}
    flows: dict[tuple[str, str], int] = defaultdict(int)
    for link in links:
        insurer, product = f"i{link.insurer_id}", f"p{link.product}"
        names[insurer] = (0, link.insurer, f"verzekeraar-{link.insurer_id}")
        names[product] = (
            1,
            words.product_name(link.product, language()),
            f"product-{link.product}",
        )
        if link.kind == "partner":
            end = f"o{link.organisation_id}"
            names[end] = (2, link.partner, f"partner-{link.organisation_id}")
        else:
            end = link.kind
            names[end] = (2, words.words(words.SHARES, link.kind), link.kind)
        flows[insurer, product] += link.cents
        flows[product, end] += link.cents
    columns = [column for column, _name, _anchor in names.values()]
    ordered = sorted(flows.items(), key=lambda flow: (names[flow[0][0]][0], -flow[1]))
    return River(
        chart={
            "nodes": [
                {"id": key, "name": name, "column": column, "anchor": anchor}
                for key, (column, name, anchor) in names.items()
            ],
            "links": [
                {"source": source, "target": target, "cents": cents}
                for (source, target), cents in ordered
            ],
            "description": _description(names, ordered),
        },
        rows=tuple(
            (names[source][1], names[target][1], cents) for (source, target), cents in ordered
        ),
        tallest=max((columns.count(column) for column in (0, 1, 2)), default=0),
    )


def _description(
    names: dict[str, tuple[int, str, str]], flows: list[tuple[tuple[str, str], int]]
) -> str:
    """Tell the river in words: how much flows, and its three widest arms."""
    arms = [(s, t, cents) for (s, t), cents in flows if names[s][0] == 0]
    widest = sorted(arms, key=lambda arm: -arm[2])[:3]
    told = "; ".join(
        f"{names[s][1]} → {names[t][1]} {format_euro(cents, language())}" for s, t, cents in widest
    )
    total = format_euro(sum(cents for *_ends, cents in arms), language())
    return _(
        "Geldstroom van verzekeraars via producten naar partners, samen %(total)s. "
        "De breedste: %(told)s."
    ) % {
        "total": total,
        "told": told,
    }
