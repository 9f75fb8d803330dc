"""The pages of pregnancies: the list, and one pregnancy with its line."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ooievaar.bundles import queries as bundles
from ooievaar.bundles.queries import ActivityMark, BreakerSpot, PregnancyPicture, ProductSpan
from ooievaar.kernel.gestation import gestation_days
from ooievaar.kernel.money import format_euro
from ooievaar.rulebook import load
from ooievaar.ui.templatetags.ooievaar import day, language
from ooievaar.web import words
from ooievaar.web.network_choice import chosen_network, nothing_derived
from ooievaar.web.pregnancy_line import pregnancy_line

ROWS_PER_PAGE = 25


def pregnancy_list(request: HttpRequest) -> HttpResponse:
    """Show the pregnancies of a network, 25 at a time; the filters stand in the address."""
    network, networks = chosen_network(request)
    derivation = bundles.newest_derivation(network) if network else None
    if derivation is None:
        return nothing_derived(request, network)
    filters = {
        "zoek": request.GET.get("zoek", "").strip()[:80],
        "stand": _one_of(request.GET.get("stand", ""), bundles.STATES),
        "route": _one_of(request.GET.get("route", ""), bundles.ROUTES),
    }
    listing = bundles.pregnancy_listing(
        derivation, filters["zoek"], filters["stand"], filters["route"]
    )
    page = Paginator(listing, ROWS_PER_PAGE).get_page(request.GET.get("pagina"))
    rows = bundles.pregnancy_rows(derivation, page.object_list)
    context = {
        "network": network,
        "networks": networks,
        "derivation": derivation,
        "filters": filters,
        "is_filtered": any(filters.values()),
        "page": page,
        "rows": [_list_row(row, derivation.until) for row in rows],
        "states": [
            ("open", _("Loopt nog")),
            ("closed", _("Alles declarabel")),
            ("breaker", _("Met een breker")),
        ],
        "routes": [(key, words.words(words.ROUTES, key)) for key in bundles.ROUTES],
    }
    return render(request, "web/pregnancies.html", context)


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    return text if text in allowed else ""


def _list_row(row: bundles.PregnancyRow, until: Any) -> dict[str, Any]:
    ended = row.ended_on is not None
    return {
        "row": row,
        "gestation": gestation_days(row.due_on, row.ended_on or until),
        "end": words.words(words.END_KINDS, row.end_kind),
        "is_ended": ended,
        "route": words.words(words.ROUTES, row.route),
        "reason": words.words(words.REASONS, row.route_reason),
    }


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """A row of the table behind the line."""

    mark: ActivityMark
    name: str
    amount: str
    disposition: str
    reason: str
    style: str

    @property
    def spoken(self) -> str:
        """The activity in one sentence, for who hears the line instead of seeing it."""
        what = f"{day(self.mark.performed_on)}, {self.mark.organisation}: {self.name}"
        return f"{what}. {self.disposition}, {self.reason}"


def pregnancy_page(request: HttpRequest, pregnancy_id: int) -> HttpResponse:
    """Show one pregnancy: banner, line, products and breakers, and every activity in a table."""
    picture = bundles.pregnancy_picture(pregnancy_id)
    if picture is None:
        raise Http404
    now = picture.ended_on or picture.until
    lines = {mark.activity_id: _activity_line(mark) for mark in picture.activities}
    texts = {product.product_no: _bracket_texts(product) for product in picture.products}
    names = {
        breaker.breaker_id: words.words(words.BREAKERS, breaker.kind)
        for breaker in picture.breakers
    }
    line = pregnancy_line(picture, texts, names, [str(MONTHS_3[m]) for m in range(1, 13)])
    context = {
        "network": {"name": picture.network},
        "picture": picture,
        "line": line,
        "marks": [(mark, lines[mark.activity.activity_id]) for mark in line.marks],
        "lanes": [(lane, words.words(words.DISCIPLINES, lane.discipline)) for lane in line.lanes],
        "bands": [(band, words.PHASES[band.phase]) for band in line.bands],
        "legend": [(style, _style_name(style)) for style in line.disposition_styles],
        "description": _description(picture),
        "activity_lines": list(lines.values()),
        "products": _product_lines(picture),
        "breakers": [_breaker_line(breaker) for breaker in picture.breakers],
        "route": words.words(words.ROUTES, picture.route),
        "route_reason": words.words(words.REASONS, picture.route_reason),
        "end": words.words(words.END_KINDS, picture.end_kind),
        "gestation": gestation_days(picture.due_on, now),
    }
    return render(request, "web/pregnancy.html", context)


def _activity_line(mark: ActivityMark) -> ActivityLine:
    entry = load().catalogue_entry(mark.code, mark.performed_on)
    if entry is None:
        name = _("onbekende code")
    else:
        name = entry.name_en if language() == "en" else entry.name_nl
    if mark.duration_minutes:
        hours, minutes = divmod(mark.duration_minutes, 60)
        amount = f"{hours}:{minutes:02d} {_('uur')}"
    else:
        amount = f"{mark.quantity}×" if mark.quantity != 1 else ""
    return ActivityLine(
        mark=mark,
        name=name,
        amount=amount,
        disposition=words.words(words.DISPOSITIONS, mark.disposition),
        reason=words.words(words.REASONS, mark.reason),
        style=f"{mark.disposition}-open" if mark.is_open else mark.disposition,
    )


def _style_name(style: str) -> str:
    disposition, _dash, is_open = style.partition("-")
    name = words.words(words.DISPOSITIONS, disposition)
    return f"{name} ({_('fase loopt nog')})" if is_open else name


def _bracket_texts(product: ProductSpan) -> tuple[str, str]:
    name = words.product_name(product.product, language())
    return name, f"{format_euro(product.cents, language())} · {_state(product)}"


def _state(product: ProductSpan) -> str:
    if product.is_open:
        return _("loopt nog")
    return _("declarabel sinds %(day)s") % {"day": day(product.claimable_on)}


@dataclass(frozen=True, slots=True)
class BreakerLine:
    """A row of the table of breakers."""

    breaker: BreakerSpot
    name: str
    phase: str
    regime: str

    @property
    def has_consequence(self) -> bool:
        """Tell whether the contract attaches a consequence to it."""
        return self.breaker.regime != "none"


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A row of the table of products; without `product` it is a phase that breakers left empty."""

    product: ProductSpan | None
    name: str
    state: str
    hours: str
    breakers: tuple[BreakerLine, ...]


def _breaker_line(breaker: BreakerSpot) -> BreakerLine:
    return BreakerLine(
        breaker=breaker,
        name=words.words(words.BREAKERS, breaker.kind),
        phase=str(words.PHASES[breaker.phase]),
        regime=words.words(words.REGIMES, breaker.regime),
    )


def _product_lines(picture: PregnancyPicture) -> list[ProductLine]:
    """Return a row per product, and one per phase that breakers left without a product."""
    breakers = [_breaker_line(breaker) for breaker in picture.breakers]

    def of_phase(phase: int) -> tuple[BreakerLine, ...]:
        return tuple(line for line in breakers if line.breaker.phase == phase)

    lines = [
        (
            product.phase,
            ProductLine(
                product=product,
                name=words.product_name(product.product, language()),
                state=_state(product),
                hours=f"{product.minutes // 60}:{product.minutes % 60:02d}"
                if product.minutes
                else "",
                breakers=of_phase(product.phase),
            ),
        )
        for product in picture.products
    ]
    made = {phase for phase, _line in lines}
    for phase in sorted({line.breaker.phase for line in breakers} - made):
        name = words.PHASES[phase]
        lines.append((phase, ProductLine(None, str(name), "", "", of_phase(phase))))
    return [line for _phase, line in sorted(lines, key=lambda row: row[0])]


def _description(picture: PregnancyPicture) -> str:
    """Tell the line in words: phases with their days, and how many of everything."""
    parts = [
        _("%(phase)s van %(start)s tot %(until)s")
        % {
            "phase": words.PHASES[phase.phase],
            "start": day(phase.starts_on),
            "until": day(phase.until),
        }
        for phase in picture.phases
    ]
    by_place = groupby(sorted(act.disposition for act in picture.activities))
    parts += [
        f"{len(list(group))} × {words.words(words.DISPOSITIONS, place)}"
        for place, group in by_place
    ]
    for count, text in (
        (
            len(picture.products),
            ngettext("%(n)s product", "%(n)s producten", len(picture.products)),
        ),
        (len(picture.breakers), ngettext("%(n)s breker", "%(n)s brekers", len(picture.breakers))),
    ):
        parts.append(text % {"n": count})
    return "; ".join(parts) + "."
