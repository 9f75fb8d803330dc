"""The pages of pregnancies: the list, and one pregnancy with its line.

What a role may not see is not read, so neither the drawing nor the table nor what is spoken of
them can tell it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ooievaar.bundles.banner import funding_parts
from ooievaar.bundles.permissions import sees_euros
from ooievaar.bundles.queries import (
    ActivityMark,
    BreakerSpot,
    PregnancyPicture,
    ProductSpan,
    pregnancy_picture,
)
from ooievaar.kernel.money import format_euro
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.pathways.words import DISCIPLINES, STATUSES, said
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import BannerPart, banner_for
from ooievaar.record.handover.queries import duties_of, parts_of
from ooievaar.record.permissions import sees_identity
from ooievaar.record.rules.elements import codes_seen_by
from ooievaar.rulebook import load
from ooievaar.settlement.permissions import shares_for
from ooievaar.ui.tables import Filter, Table
from ooievaar.ui.templatetags.ooievaar import day, language
from ooievaar.web import words
from ooievaar.web.finding import FindingTable, Rows, address_of, by_reference
from ooievaar.web.planned_line import STATUSES as PLANNED_STATUSES
from ooievaar.web.planned_line import Transfer
from ooievaar.web.pregnancy_line import Lane, pregnancy_line
from ooievaar.web.pregnancy_list import (
    columns_for,
    filters_for,
    listed_pregnancies,
    prepared_for,
    women_in,
)
from ooievaar.web.pregnancy_plan import (
    RECORDED,
    PlanRow,
    plan_rows,
    quick_actions,
    recorded_picture,
    transfers,
)
from ooievaar.web.pregnancy_roles import PREGNANCY_ROLES, no_relation


@open_to(*PREGNANCY_ROLES, is_care=True)
@require_http_methods(["GET", "HEAD", "POST"])
def pregnancy_list(request: WorkingRequest) -> HttpResponseBase:
    """Show the pregnancies that this workplace may see; the filters stand in the address.

    A search is sent, so that no address tells whom somebody looked for.
    """
    workplace, at = request.workplace, timezone.now()
    knows_names, filters = sees_identity(workplace), filters_for(workplace, at)
    if request.method == "POST":
        # The address is made here: of what was sent only the choices of the filters are in it.
        return redirect(address_of(request, filters) if knows_names else request.path)
    table = _list_table(request, filters, at)
    controls = _list_controls(workplace)
    if table.wants_export:
        women = table.take("woman_id")
        note(
            request,
            Kind.EXPORT,
            "pregnancy",
            women=women,
            controls=controls,
            format=table.wants_export,
            rows=len(women),
            columns=",".join(column.key for column in table.columns)[:64],
        )
        return table.export(table.wants_export)
    kind = Kind.SEARCH if table.search else Kind.LIST
    note(
        request,
        kind,
        "pregnancy",
        women=women_in(table.rows),
        controls=controls,
        found=table.count,
    )
    return render(request, "web/pregnancies.html", {"table": table, "knows_names": knows_names})


def _list_table(request: WorkingRequest, filters: list[Filter], at: datetime) -> Table:
    """Return the table of a role: who knows names looks for them without telling the address."""
    workplace = request.workplace
    columns, rows = columns_for(workplace, at), listed_pregnancies(workplace, at)
    shared: dict[str, Any] = {
        "prepare": prepared_for(workplace, at),
        "caption": _("Zwangeren"),
        "empty_heading": _("Nog geen zwangeren"),
        "empty_text": _empty_text(workplace),
    }
    if sees_identity(workplace):
        today = timezone.localdate(at)

        def again(ids: list[int]) -> Rows:
            return listed_pregnancies(workplace, at, ids)

        return FindingTable("zwangeren", columns, rows, request, filters, today, again, **shared)
    return Table(
        "zwangeren",
        columns,
        rows,
        request,
        search_label=_("Referentie"),
        search=by_reference,
        filters=filters,
        **shared,
    )


def _empty_text(workplace: Workplace) -> str:
    if workplace.sees_whole_network:
        return _("Hier verschijnt iedere zwangere van het netwerk, na de eerste afleiding.")
    return _(
        "Hier verschijnt iedere zwangere die uw organisatie behandelt, na de eerstvolgende "
        "afleiding van haar zorg."
    )


def _list_controls(workplace: Workplace) -> str:
    """Return which checks of NEN 7513 a list rests on: every row has what gives access to it."""
    if workplace.gives_care:
        return "TTTF"
    return "TFFF" if workplace.sees_whole_network else "TTFF"


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
        return f"{what}. {', '.join(filter(None, (self.disposition, self.reason)))}"

    @property
    def is_derived(self) -> bool:
        """Tell whether the engine told where it ended, so that one can ask why."""
        return self.mark.disposition != RECORDED


@open_to(*PREGNANCY_ROLES, is_care=True)
def pregnancy_page(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show one pregnancy: banner, line, products and breakers, and every activity in a table."""
    workplace, at = request.workplace, timezone.now()
    # The parts of the banner follow from the picture, and who leads from the duties; both are read
    # anyway, and this page has the plan to read too.
    banner = banner_for(workplace, pregnancy_id, at, parts=(), leaders=())
    if banner is None:
        return no_relation(request)
    note(
        request,
        Kind.READ,
        "pregnancy",
        pregnancy_id,
        women=[banner.woman_id],
        controls=banner.access.controls,
    )
    derived = pregnancy_picture(pregnancy_id, workplace, at, version=banner.version)
    picture = derived or recorded_picture(banner, workplace, at)
    rows = plan_rows(workplace, pregnancy_id, at)
    duties = duties_of(pregnancy_id, at) if sees_identity(workplace) else None
    leaders = parts_of(duties, at) if duties else []
    handed_over = transfers(duties, at) if workplace.gives_care else []
    context = {
        "banner": replace(banner, parts=(*leaders, *_funding(derived))),
        "network": {"name": picture.network} if derived else None,
        "picture": picture,
        "is_derived": derived is not None,
        "hidden": _hidden_text(workplace, picture.hidden_activities, at),
        "plan_rows": rows,
        "actions": quick_actions(workplace, banner, rows, timezone.localdate(at)),
        "shows_products": not workplace.gives_care and derived is not None,
        "shows_euros": sees_euros(workplace),
        "products": _product_lines(picture, _own_shares(workplace, pregnancy_id)),
        "breakers": [_breaker_line(breaker) for breaker in picture.breakers],
        **_drawn(workplace, picture, rows, handed_over, at),
    }
    return render(request, "web/pregnancy.html", context)


def _funding(picture: PregnancyPicture | None) -> list[BannerPart]:
    """Return how she is funded, for the banner."""
    if picture is None:
        return [BannerPart(_("Route"), _("nog niet afgeleid"))]
    running = [phase.phase for phase in picture.phases if phase.is_open]
    return funding_parts(picture.route_reason, running, len(picture.breakers))


def _drawn(
    workplace: Workplace,
    picture: PregnancyPicture,
    rows: list[PlanRow],
    handed_over: list[Transfer],
    at: datetime,
) -> dict[str, Any]:
    """Return the line, with in words what stands on it."""
    lines = {mark.activity_id: _activity_line(mark) for mark in picture.activities}
    texts = {product.product_no: _bracket_texts(product) for product in picture.products}
    names = {
        breaker.breaker_id: words.words(words.BREAKERS, breaker.kind)
        for breaker in picture.breakers
    }
    # Who sees no plan looks at the money: for them the line ends where the engine looked to.
    today = timezone.localdate(at) if workplace.gives_care else picture.until
    line = pregnancy_line(
        picture,
        texts,
        names,
        [str(MONTHS_3[m]) for m in range(1, 13)],
        planned=[row.planned for row in rows],
        transfers=handed_over,
        today=today,
    )
    return {
        "line": line,
        "today": today,
        "marks": [(mark, lines[mark.activity.activity_id]) for mark in line.marks],
        "lanes": [(lane, *_lane_names(lane)) for lane in line.lanes],
        "bands": [(band, words.PHASES[band.phase]) for band in line.bands],
        "legend": [(style, _style_name(style)) for style in line.disposition_styles],
        "plan_legend": [
            (f"plan-{status}", _("gepland, %(status)s") % {"status": said(STATUSES, status)})
            for status in line.plan_styles
        ],
        "description": _description(picture, rows, handed_over),
        "activity_lines": list(lines.values()),
    }


def _lane_names(lane: Lane) -> tuple[str, str]:
    """Return the two lines of a lane's name; of who is to come only the discipline is known."""
    if not lane.discipline:
        return lane.organisation, _("verantwoordelijk")
    discipline = said(DISCIPLINES, lane.discipline)
    return (lane.organisation, discipline) if lane.organisation else (discipline, _("gepland"))


def _hidden_text(workplace: Workplace, hidden: int, at: Any) -> str:
    """Say that there is more than is shown, and why; never what it is."""
    if not hidden:
        return ""
    count = ngettext(
        "%(n)s verrichting van een andere organisatie is niet zichtbaar",
        "%(n)s verrichtingen van andere organisaties zijn niet zichtbaar",
        hidden,
    ) % {"n": hidden}
    if not workplace.gives_care:
        reason = _("de administratie ziet wat de eigen organisatie deed")
    elif (
        codes_seen_by(load(), workplace.role, workplace.discipline, timezone.localdate(at)) is None
    ):
        reason = _("zij gaf geen toestemming")
    else:
        reason = _("zij gaf geen toestemming, of uw functie heeft ze niet nodig")
    return f"{count}: {reason}."


def _own_shares(workplace: Workplace, pregnancy_id: int) -> dict[str, int]:
    """Return what a partner got of each product so far, by the product's key."""
    if workplace.role is not Role.PRACTICE_ADMINISTRATOR:
        return {}
    shares = shares_for(workplace).filter(product__pregnancy_id=pregnancy_id).order_by()
    return dict(shares.values_list("product__key").annotate(Sum("cents")))


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
    is_derived = mark.disposition != RECORDED
    return ActivityLine(
        mark=mark,
        name=name,
        amount=amount,
        disposition=_disposition(mark.disposition),
        reason=words.words(words.REASONS, mark.reason) if is_derived else "",
        style=f"{mark.disposition}-open" if mark.is_open else mark.disposition,
    )


def _disposition(disposition: str) -> str:
    if disposition == RECORDED:
        return _("Vastgelegd, nog niet afgeleid")
    return words.words(words.DISPOSITIONS, disposition)


def _style_name(style: str) -> str:
    disposition, _dash, is_open = style.partition("-")
    name = _disposition(disposition)
    return f"{name} ({_('fase loopt nog')})" if is_open else name


def _bracket_texts(product: ProductSpan) -> tuple[str, str]:
    name = words.product_name(product.product, language())
    if product.cents is None:
        return name, _state(product)
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
    """A row of the table of products; without `product` it is a phase that breakers left empty.

    `share_cents` is what a partner got of it, None where that is not told or nothing was divided.
    """

    product: ProductSpan | None
    name: str
    state: str
    hours: str
    breakers: tuple[BreakerLine, ...]
    share_cents: int | None = None


def _breaker_line(breaker: BreakerSpot) -> BreakerLine:
    return BreakerLine(
        breaker=breaker,
        name=words.words(words.BREAKERS, breaker.kind),
        phase=str(words.PHASES[breaker.phase]),
        regime=words.words(words.REGIMES, breaker.regime),
    )


def _product_lines(picture: PregnancyPicture, shares: dict[str, int]) -> list[ProductLine]:
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
                share_cents=shares.get(product.key),
            ),
        )
        for product in picture.products
    ]
    made = {phase for phase, _line in lines}
    for phase in sorted({line.breaker.phase for line in breakers} - made):
        name = words.PHASES[phase]
        lines.append((phase, ProductLine(None, str(name), "", "", of_phase(phase))))
    return [line for _phase, line in sorted(lines, key=lambda row: row[0])]


def _description(
    picture: PregnancyPicture, rows: list[PlanRow], handed_over: list[Transfer]
) -> str:
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
    parts += [f"{len(list(group))} × {_disposition(place)}" for place, group in by_place]
    for status in PLANNED_STATUSES:
        count = sum(row.planned.status == status for row in rows)
        if count:
            name = _("gepland, %(status)s") % {"status": said(STATUSES, status)}
            parts.append(f"{count} × {name}")
    parts += [one.spoken for one in handed_over]
    for count, text in (
        (
            len(picture.products),
            ngettext("%(n)s product", "%(n)s producten", len(picture.products)),
        ),
        (len(picture.breakers), ngettext("%(n)s breker", "%(n)s brekers", len(picture.breakers))),
    ):
        if count:
            parts.append(text % {"n": count})
    return "; ".join(parts) + "."
