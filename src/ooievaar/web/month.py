"""The month: what was divided, that nothing remained, and where it went."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.bundles.queries import newest_derivation
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.permissions import networks_for
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.settlement.models import ClosingStep
from ooievaar.settlement.permissions import closed_products_for, closings_for, shares_for
from ooievaar.settlement.queries import (
    BreakerCount,
    MonthOverview,
    OpenedMonth,
    RiverLink,
    corrections_of,
    month_overview,
    newest_closed_month,
    opened_month,
)
from ooievaar.settlement.requests import open_requests, requests_for
from ooievaar.settlement.rules.proof import Balance
from ooievaar.ui.templatetags.ooievaar import euro, language, number
from ooievaar.web import words
from ooievaar.web.month_of_discipline import month_of_discipline
from ooievaar.web.month_river import month_river
from ooievaar.web.month_tables import corrections_table, income_table
from ooievaar.web.network_choice import nothing_derived

MONTH_ROLES = WHOLE_NETWORK_ROLES | {Role.REPRESENTATIVE}
PATTERNS = {
    "breaks_bundle": "striped",
    "monodisciplinary": "dotted",
    "reserve": "dotted",
    "supplier": "striped",
    "surcharge": "dotted",
}
"""Parts of a bar that have a pattern too, so that no two neighbours differ by colour alone."""
TONES = {
    "partner": "partners",
    "closing": "partners",
    "earlier": "overhead",
    "placed": "in_product",
}


@open_to(*MONTH_ROLES)
def newest_month(request: WorkingRequest) -> HttpResponse:
    """Go to the newest closed month; without one, say how to close it."""
    month = newest_closed_month(closings_for(request.workplace))
    if not month:
        return _nothing_closed(request)
    return redirect("month_page", month)


@open_to(*MONTH_ROLES, is_care=True)
def month_page(request: WorkingRequest, month: str) -> HttpResponseBase:
    """Show one closed month; of a month that is not closed, say what can be done."""
    if not is_month(month):
        raise Http404
    opened = opened_month(closings_for(request.workplace), month)
    if opened is None:
        note(request, Kind.LIST, "closing", month)
        return _nothing_closed(request, month)
    if request.workplace.role is Role.REPRESENTATIVE:
        return month_of_discipline(request, opened)
    return _whole_month(request, opened)


def _whole_month(request: WorkingRequest, opened: OpenedMonth) -> HttpResponseBase:
    """Show all the money of a month; whom it concerns only by reference, where it was corrected."""
    closing, workplace = opened.closing, request.workplace
    products = closed_products_for(workplace)
    overview = month_overview(closing, products, shares_for(workplace))
    income = income_table(request, overview)
    corrections = corrections_table(request, corrections_of(closing, products))
    if income.wants_export:
        note(request, Kind.EXPORT, "closing", closing.pk)
        return income.export(income.wants_export)
    if corrections.wants_export:
        women = corrections.take("pregnancy__woman_id")
        note(request, Kind.EXPORT, "closed_product", closing.pk, women=women)
        return corrections.export(corrections.wants_export)
    if not corrections.is_filtered:
        # The insurers' lines counted them already.
        corrections.count = sum(row.corrections for row in overview.insurers)
    seen = [row.pregnancy.woman_id for row in corrections.rows]
    kind = Kind.SEARCH if corrections.search else Kind.LIST
    note(request, kind, "closed_product", closing.pk, women=seen)
    shows_everybody = request.GET.get("partners") == "alle"
    river = month_river(overview.river, fold=not shows_everybody)
    context = {
        "network": closing.network,
        "closing": closing,
        "overview": overview,
        "previous_month": opened.previous_month,
        "next_month": opened.next_month,
        "months": opened.months,
        "month_to_close": month_to_close(request, opened),
        "waiting": waiting_requests(request),
        "bars": [bar(balance) for balance in overview.proof.balances if len(balance.parts) > 2],
        "checks": [bar(balance) for balance in overview.proof.balances if len(balance.parts) <= 2],
        "tiles": tiles(overview),
        "activities": activity_lines(overview),
        "breakers": [
            (row, words.words(words.BREAKERS, row.kind))
            for row in overview.breakers
            if row.total_count
        ],
        "income": income,
        "river": river,
        "river_shows_everybody": shows_everybody,
        "river_missing_cents": river.cents - overview.cents,
        "products": product_lines(overview.river),
        "corrections": corrections,
    }
    return render(request, "web/month.html", context)


def month_to_close(request: WorkingRequest, opened: OpenedMonth) -> str:
    """Return the month after the newest closed one, for who closes it and once it is over."""
    if request.workplace.role is not Role.CONTROLLER or opened.next_month:
        return ""
    following = month_period(month_of(month_period(opened.closing.month).until))
    return month_of(following.start) if following.until <= timezone.localdate() else ""


def waiting_requests(request: WorkingRequest) -> int:
    """Return how many prepared months wait for who may approve them."""
    if request.workplace.role is not Role.APPROVER:
        return 0
    prepared = open_requests(requests_for(request.workplace)).exclude(
        steps__state=ClosingStep.State.APPROVED
    )
    return prepared.exclude(prepared_by_id=request.workplace.person_id).count()


def _nothing_closed(request: WorkingRequest, month: str = "") -> HttpResponse:
    """Say who closes `month`, or the last one that was over when the network was derived.

    A month before the newest closed one can no longer be closed; a month that was asked for by its
    own address is not found.
    """
    network = networks_for(request.workplace).first()
    newest = newest_closed_month(closings_for(request.workplace)) if month else ""
    derivation = newest_derivation(network) if network else None
    if derivation is None and not newest:
        return nothing_derived(request, network, status=404 if month else 200)
    last_over = month_of(derivation.until - timedelta(days=1)) if derivation else ""
    context = {
        "network": network,
        "month": month,
        "newest": newest,
        "is_too_late": bool(month) and bool(newest) and month < newest,
        "month_to_close": month or last_over,
        "may_close": request.workplace.role is Role.CONTROLLER,
        "waiting": waiting_requests(request),
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


def product_lines(links: Iterable[RiverLink]) -> list[dict[str, Any]]:
    """Sum the river by product."""
    sums: dict[str, int] = defaultdict(int)
    for link in links:
        sums[link.product] += link.cents
    return [
        {"code": code, "name": words.product_name(code, language()), "cents": cents}
        for code, cents in sorted(sums.items(), key=lambda item: -item[1])
    ]
