"""The list of pregnancies: which rows, columns and filters a role has.

Every row is a pregnancy that the permissions let through. Counting, filtering and paging work on
that set alone; what the columns need is fetched afterwards, for the rows of one page.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.bundles.models import Breaker, Derivation, Product, Route
from ooievaar.bundles.permissions import sees_euros
from ooievaar.network.workplace import Workplace
from ooievaar.record.banner import LATEST_GESTATION_DAYS, gestation_on
from ooievaar.record.models import (
    CareActivity,
    Pregnancy,
    PregnancyVersion,
    TreatmentRelation,
)
from ooievaar.record.permissions import known, pregnancies_for, sees_identity
from ooievaar.record.versions import newest_first, newest_versions
from ooievaar.record.women.records import her_records
from ooievaar.record.women.who import completed
from ooievaar.settlement.permissions import shares_for
from ooievaar.ui.columns import Column, with_note
from ooievaar.ui.tables import Filter
from ooievaar.web import words

Rows = QuerySet[Pregnancy]
ROUTES = ("integral", "old_way")
ONGOING = PregnancyVersion.EndKind.ONGOING
SOON = timedelta(days=21)
"""How long before the due date it is soon."""
NEW = timedelta(days=14)
"""How long somebody who came into care is new."""
BORN = timedelta(days=14)
"""How long a birth is one of these days."""
LATEST = timedelta(days=LATEST_GESTATION_DAYS - 280)
"""How long after the due date a pregnancy can still run; later its end was not written down."""


@dataclass(frozen=True, slots=True)
class ListedPregnancy:
    """A row as the columns read it; the route is empty while nothing was derived of her yet."""

    pregnancy: Pregnancy
    route: str
    reason: str
    due_on: date | None
    end_kind: str
    ended_on: date | None
    breakers: int
    name: str = ""
    last_contact: date | None = None
    open_products: int = 0
    closed_products: int = 0
    cents: int | None = None


def listed_pregnancies(
    workplace: Workplace, at: datetime, found: Sequence[int] | None = None
) -> Rows:
    """Return the pregnancies that a workplace may see, the newest first.

    With `found` those: ids that were read among them in this same request.
    """
    rows = pregnancies_for(workplace, at)
    if found is not None:
        rows = Pregnancy.objects.filter(pk__in=found)
    return rows.alias(**_sorted_by(workplace, at)).order_by("-pk")


def prepared_for(
    workplace: Workplace, at: datetime
) -> Callable[[Sequence[Pregnancy]], list[ListedPregnancy]]:
    """Return what fetches, in one query, what stands beside the pregnancies of a page."""

    def prepare(rows: Sequence[Pregnancy]) -> list[ListedPregnancy]:
        beside = _fetched([row.pk for row in rows], workplace, at)
        return [ListedPregnancy(row, **beside[row.pk]) for row in rows]

    return prepare


def _fetched(ids: Sequence[int], workplace: Workplace, at: datetime) -> dict[int, dict[str, Any]]:
    """Return what stands beside each of these pregnancies, as the network that funds her tells."""
    today = timezone.localdate(at)
    known_last = {name: _known_last(name, today) for name in ("due_on", "end_kind", "ended_on")}
    found: Iterable[Any] = (
        Pregnancy.objects.filter(pk__in=ids)
        .order_by()
        .annotate(
            of_route=F("route__route"),
            of_reason=F("route__reason"),
            of_derivation=F("route__derivation_id"),
            of_network=F("route__derivation__network_id"),
            breakers=_number(Breaker.objects.all()),
            **known_last,
            **_of_role(workplace, today),
            **_her_name(workplace),
        )
        .values()
    )
    by_pregnancy: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in found:
        by_pregnancy[row["id"]].append(row)
    return {key: _told(rows, workplace) for key, rows in by_pregnancy.items()}


def _told(rows: list[dict[str, Any]], workplace: Workplace) -> dict[str, Any]:
    """Choose the network that tells: the role's own, else the one that funds her."""
    own = [row for row in rows if row["of_network"] == workplace.network_id]
    candidates = own if workplace.network_id is not None else rows
    # `integral` sorts before `old_way`; without a route there is one row, with nothing in it.
    chosen = min(
        candidates or [rows[0] | {"of_route": None, "of_reason": None, "breakers": 0}],
        key=lambda row: (row["of_route"] or "", -(row["of_derivation"] or 0)),
    )
    names = ("due_on", "end_kind", "ended_on", "breakers", *_of_role(workplace, date.min))
    told = {name: chosen[name] for name in names} | {"name": chosen.get("her_name") or ""}
    return told | {"route": chosen["of_route"] or "", "reason": chosen["of_reason"] or ""}


def _her_name(workplace: Workplace) -> dict[str, Any]:
    """Return her name by all her records, for who may know it."""
    return {"her_name": completed("name", "woman")} if sees_identity(workplace) else {}


def _of_role(workplace: Workplace, today: date) -> dict[str, Any]:
    """Return what only some roles see beside a pregnancy."""
    if workplace.gives_care:
        # Plus nothing: of her own few rows, not of the thousands of the organisation each time.
        own = CareActivity.objects.alias(by=F("organisation_id") + 0).filter(
            woman_id__in=her_records(OuterRef("woman_id")),
            by=known(workplace.organisation_id),
            performed_on__lte=today,
        )
        return {"last_contact": Subquery(own.order_by("-performed_on").values("performed_on")[:1])}
    return {
        "open_products": _number(Product.objects.filter(is_open=True)),
        "closed_products": _number(Product.objects.filter(is_open=False)),
        "cents": _cents(workplace),
    }


def _cents(workplace: Workplace) -> Subquery:
    """Return the value of the products, or for a partner what it got of them."""
    if sees_euros(workplace):
        of_row = _of_row(Product.objects.all()).values("pregnancy_id")
        return Subquery(of_row.annotate(sum=Sum("cents")).values("sum"))
    shares = shares_for(workplace).filter(product__pregnancy_id=OuterRef("pk"))
    own_sum = shares.order_by().values("product__pregnancy_id").annotate(sum=Sum("cents"))
    return Subquery(own_sum.values("sum"))


def _of_row(rows: QuerySet[Any]) -> QuerySet[Any]:
    # Plus nothing: SQLite else picks the index of the derivation and walks all its rows each time.
    return rows.order_by().annotate(of=F("derivation_id") + 0).filter(
        of=OuterRef("of_derivation"), pregnancy_id=OuterRef("pk")
    )  # fmt: skip


def _number(rows: QuerySet[Any]) -> Coalesce:
    counted = _of_row(rows).values("pregnancy_id").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def _known_last(name: str, today: date) -> Subquery:
    versions = newest_first(today).filter(pregnancy_id=OuterRef("pk"))
    return Subquery(versions.values(name)[:1])


def _sorted_by(workplace: Workplace, at: datetime) -> dict[str, Any]:
    """Return what the list may be sorted on beside columns of its own; unused it costs nothing."""
    routes = _derived(Route, workplace).filter(pregnancy_id=OuterRef("pk"))
    sums = _derived(Product, workplace).filter(pregnancy_id=OuterRef("pk")).order_by()
    value = sums.values("pregnancy_id").annotate(sum=Sum("cents")).values("sum")
    found: dict[str, Any] = {
        "due_on": _known_last("due_on", timezone.localdate(at)),
        "route_name": Subquery(routes.order_by("route").values("route")[:1]),
        **_her_name(workplace),
    }
    if workplace.gives_care:
        return found | _of_role(workplace, timezone.localdate(at))
    return found | {"cents": Subquery(value) if sees_euros(workplace) else _cents(workplace)}


def _derived(model: Any, workplace: Workplace) -> QuerySet[Any]:
    """Return conclusions of a role's own network; who works in an organisation has them of all."""
    rows: QuerySet[Any] = model.objects.order_by()
    if workplace.network_id is None:
        return rows
    # Older derivations are removed with their rows: what stands is the newest.
    derivations = Derivation.objects.filter(network_id=workplace.network_id)
    return rows.filter(derivation_id__in=derivations.values("pk"))


# --- Columns ---


def columns_for(workplace: Workplace, at: datetime) -> list[Column]:
    """Return the columns of a role; none shows what the role may not see."""
    today = timezone.localdate(at)
    reference = Column(
        "referentie",
        _("Zwangere"),
        lambda row: row.pregnancy.reference,
        sort="reference",
        link=lambda row: reverse("pregnancy", args=[row.pregnancy.pk]),
    )
    name = Column("naam", _("Naam"), lambda row: row.name, sort="her_name")
    gestation = Column(
        "duur",
        _("Duur"),
        lambda row: _gestation(row, today),
        kind="gestation",
        show=lambda row: _gestation_shown(row, today),
    )
    due = Column("uitgerekend", _("Uitgerekend"), lambda row: row.due_on, "day", "due_on")
    route = Column(
        "route",
        _("Route"),
        _route,
        sort="route_name",
        show=lambda row: with_note(_route(row), _reason(row)) if row.route else "–",
    )
    reason = Column("reden", _("Reden van de route"), _reason, is_default=False)
    broken = Column("brekers", _("Brekers"), lambda row: row.breakers, "number")
    if workplace.gives_care:
        contact = Column(
            "contact",
            _("Ons laatste contact"),
            lambda row: row.last_contact,
            "day",
            "last_contact",
        )
        return [reference, name, gestation, due, route, reason, broken, contact]
    products = [
        Column("lopend", _("Lopend"), lambda row: row.open_products, "number"),
        Column("declarabel", _("Declarabel"), lambda row: row.closed_products, "number"),
    ]
    if sees_euros(workplace):
        value = Column("waarde", _("Waarde"), lambda row: row.cents or 0, "euro", "cents")
        return [reference, route, reason, *products, value, broken]
    share = Column("aandeel", _("Ons aandeel"), lambda row: row.cents, "euro", "cents")
    return [reference, name, route, reason, *products, share, broken]


def _route(row: ListedPregnancy) -> str:
    return words.words(words.ROUTES, row.route) if row.route else ""


def _reason(row: ListedPregnancy) -> str:
    return words.words(words.REASONS, row.reason) if row.reason else ""


def _gestation(row: ListedPregnancy, today: date) -> int | None:
    ended_on = row.ended_on if row.ended_on and row.ended_on <= today else None
    return gestation_on(row.due_on, ended_on, today) if row.due_on else None


def _gestation_shown(row: ListedPregnancy, today: date) -> str:
    days = _gestation(row, today)
    text = f"{days // 7}+{days % 7}" if days is not None else "–"
    if not row.ended_on or row.ended_on > today:
        return text if days is not None else str(_("einde niet vastgelegd"))
    return with_note(text, f"{words.words(words.END_KINDS, row.end_kind)} {row.ended_on:%d-%m-%Y}")


# --- Narrowing ---


def filters_for(workplace: Workplace, at: datetime) -> list[Filter]:
    """Return the filters of a role."""
    today = timezone.localdate(at)

    def by_state(rows: Rows, state: str) -> Rows:
        if state == "breaker":
            return rows.filter(pk__in=_ids(_derived(Breaker, workplace)))
        products = _derived(Product, workplace)
        still_open = _ids(products.filter(is_open=True))
        if state == "open":
            return rows.filter(pk__in=still_open)
        return rows.filter(pk__in=_ids(products)).exclude(pk__in=still_open)

    def by_route(rows: Rows, route: str) -> Rows:
        routes = _derived(Route, workplace)
        integral = _ids(routes.filter(route="integral"))
        if route == "integral":
            return rows.filter(pk__in=integral)
        # Of two networks the one that funds her tells: the old way is what none makes integral.
        return rows.filter(pk__in=_ids(routes.filter(route=route))).exclude(pk__in=integral)

    def by_end(rows: Rows, chosen: str) -> Rows:
        now = _ids(due_versions("nu", today))
        return rows.filter(pk__in=now) if chosen == "nu" else rows.exclude(pk__in=now)

    states: list[tuple[str, Any]] = [("breaker", _("Met een breker"))]
    if not workplace.gives_care:
        states = [("open", _("Loopt nog")), ("closed", _("Alles declarabel")), *states]
    route = Filter(
        "route",
        _("Route"),
        [(key, words.ROUTES[key]) for key in ROUTES],
        by_route,
    )
    pregnant = Filter("zwanger", _("Zwanger"), [("nu", _("Nu")), ("voorbij", _("Voorbij"))], by_end)
    found = [pregnant, Filter("stand", _("Bundel"), states, by_state), route]
    if not workplace.gives_care:
        return found
    return [*_care_filters(workplace, today), *found]


def _care_filters(workplace: Workplace, today: date) -> list[Filter]:
    def by_due(rows: Rows, chosen: str) -> Rows:
        return rows.filter(pk__in=_ids(due_versions(chosen, today)))

    def new_here(rows: Rows, _chosen: str) -> Rows:
        return rows.filter(pk__in=_ids(new_relations(workplace, today)))

    def born(rows: Rows, _chosen: str) -> Rows:
        lately = newest_versions(today).filter(
            end_kind=PregnancyVersion.EndKind.BIRTH, birth_on__range=(today - BORN, today)
        )
        return rows.filter(pk__in=_ids(lately))

    return [
        Filter(
            "uitgerekend",
            _("Uitgerekend"),
            [
                ("binnenkort", _("Binnen drie weken")),
                ("voorbij", _("Datum voorbij")),
                ("zonder-einde", _("Einde niet vastgelegd")),
            ],
            by_due,
        ),
        Filter("geboren", _("Bevallen"), [("kort", _("Laatste twee weken"))], born),
        Filter("zorg", _("In zorg"), [("nieuw", _("Sinds twee weken"))], new_here),
    ]


def due_versions(which: str, today: date) -> QuerySet[PregnancyVersion]:
    """Return ongoing pregnancies: of now, due soon, past due, or whose end nobody wrote down."""
    ongoing = newest_versions(today).filter(end_kind=ONGOING)
    match which:
        case "nu":
            return ongoing.filter(due_on__gte=today - LATEST)
        case "binnenkort":
            return ongoing.filter(due_on__range=(today, today + SOON))
        case "voorbij":
            return ongoing.filter(due_on__range=(today - LATEST, today - timedelta(days=1)))
    return ongoing.filter(due_on__lt=today - LATEST)


def new_relations(workplace: Workplace, today: date) -> QuerySet[TreatmentRelation]:
    """Return since when the organisation treats whom it treats only since shortly."""
    return TreatmentRelation.objects.filter(
        organisation_id=known(workplace.organisation_id),
        basis=TreatmentRelation.Basis.CARE,
        valid_from__range=(today - NEW, today),
        valid_until__gt=today,
    )


def women_in(rows: Iterable[ListedPregnancy]) -> list[int]:
    """Return whom a page of the list is about, for the access log."""
    return [row.pregnancy.woman_id for row in rows]


def _ids(rows: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    return rows.order_by().values("pregnancy_id")
