"""The month: what was divided, that nothing remained, and where it went."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from ooievaar.bundles.queries import newest_derivation
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.models import Network
from ooievaar.settlement.models import ClosedProduct, Closing
from ooievaar.settlement.queries import (
    BreakerCount,
    MonthOverview,
    PartnerIncome,
    RiverLink,
    closed_months,
    month_overview,
)
from ooievaar.settlement.rules.proof import Balance
from ooievaar.ui.templatetags.ooievaar import euro, language, number
from ooievaar.web import words
from ooievaar.web.month_river import month_river
from ooievaar.web.network_choice import chosen_network, nothing_derived

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
    if network is None:
        return nothing_derived(request)
    months = closed_months(network)
    if not months:
        return _nothing_closed(request, network, networks)
    address = reverse("month_page", args=[months[0].month])
    query = f"?netwerk={network.pk}" if request.GET.get("netwerk") else ""
    return redirect(address + query)


def month_page(request: HttpRequest, month: str) -> HttpResponse:
    """Show one closed month; of a month that is not closed, say what can be done."""
    network, networks = chosen_network(request)
    closed = closed_months(network) if network else []
    months = [row.month for row in closed]
    if network is None or month not in months:
        if network is None or not is_month(month):
            raise Http404
        return _nothing_closed(request, network, networks, month, months)
    at = months.index(month)
    closing = Closing.objects.select_related("network").get(pk=closed[at].closing_id)
    overview = month_overview(closing)
    corrected = (
        ClosedProduct.objects.filter(closing=closing, is_correction=True)
        .select_related("pregnancy", "insurer")
        .order_by("claimable_on", "key")
    )
    page = Paginator(corrected, CORRECTIONS_PER_PAGE).get_page(request.GET.get("correcties"))
    shows_everybody = request.GET.get("partners") == "alle"
    river = month_river(overview.river, fold=not shows_everybody)
    context = {
        "network": network,
        "networks": networks,
        "closing": closing,
        "overview": overview,
        "previous_month": months[at + 1] if at + 1 < len(months) else None,
        "next_month": months[at - 1] if at else None,
        "months": months,
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
        "river": river,
        "river_shows_everybody": shows_everybody,
        "river_missing_cents": river.cents - overview.cents,
        "products": product_lines(overview.river),
        "corrections": page,
        "correction_rows": [
            (row, words.product_name(row.product, language())) for row in page.object_list
        ],
    }
    return render(request, "web/month.html", context)


def _nothing_closed(
    request: HttpRequest,
    network: Network,
    networks: list[Network],
    month: str = "",
    months: Sequence[str] = (),
) -> HttpResponse:
    """Say how to close `month`, or the last one that was over when the network was derived.

    A month before the newest closed one can no longer be closed; a month that was asked for by its
    own address is not found.
    """
    derivation = newest_derivation(network)
    last_over = month_of(derivation.until - timedelta(days=1)) if derivation else ""
    context = {
        "network": network,
        "networks": networks,
        "month": month,
        "newest": months[0] if months else None,
        "is_too_late": bool(months) and bool(month) and month < months[0],
        "month_to_close": month or last_over or "2026-10",
    }
    return render(request, "web/nothing_closed.html", context, status=404 if month else 200)


def is_month(text: str) -> bool:
    """Tell whether an address names a month, as `2026-10`."""
    try:
        month_period(text)
    except ValueError:
        return False
    return True


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
            "note": _("samen %(amount)s") % {"amount": euro(corrections_cents)},
        },
        {
            "name": _("Brekers deze maand"),
            "count": sum(row.count for row in overview.breakers),
            "note": _("%(count)s in totaal")
            % {"count": number(sum(row.total_count for row in overview.breakers))},
        },
        loss_tile(overview.breakers),
    ]


def loss_tile(breakers: Sequence[BreakerCount]) -> dict[str, Any]:
    """Return what breaking cost this month, in words: kinds that gained are an advantage."""
    lost = sum(row.loss_cents for row in breakers if row.loss_cents > 0)
    gained = -sum(row.loss_cents for row in breakers if row.loss_cents < 0)
    unknown = sum(row.unknown for row in breakers)
    notes = []
    if gained > lost:
        name, cents = _("Voordeel door brekers"), gained - lost
        if lost:
            notes.append(_("na aftrek van %(amount)s verlies") % {"amount": euro(lost)})
    else:
        name, cents = _("Verlies door brekers"), lost - gained
        if gained:
            notes.append(_("na aftrek van %(amount)s voordeel") % {"amount": euro(gained)})
    if unknown:
        notes.append(_("%(count)s onbekend") % {"count": number(unknown)})
    return {"name": name, "cents": cents, "note": " · ".join(notes) or _("van deze maand")}


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
