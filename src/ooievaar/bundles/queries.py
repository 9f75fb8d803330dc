"""What other rooms read of the engine's conclusions: a list of pregnancies, one whole picture."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from ooievaar.bundles.models import Breaker, Derivation, Disposition, PhasePeriod, Product, Route
from ooievaar.network.models import Network
from ooievaar.record.models import Pregnancy, PregnancyVersion


@dataclass(frozen=True, slots=True)
class ActivityMark:
    """An activity with the one place where it ended; `phase` 0 is none."""

    activity_id: int
    performed_on: date
    performed_minute: int | None
    organisation_id: int
    organisation: str
    discipline: str
    code: str
    quantity: int
    duration_minutes: int
    child_number: int
    source: str
    phase: int
    disposition: str
    reason: str
    product_no: int | None
    twin_id: int | None

    @property
    def is_open(self) -> bool:
        """Tell whether it sits in a product whose phase still runs."""
        return self.disposition == "in_product" and self.reason == "open"


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A phase `[starts_on, until)` with the terms that its start fixed, if there are any."""

    phase: int
    starts_on: date
    until: date
    is_open: bool
    contract: str
    insurer: str


@dataclass(frozen=True, slots=True)
class ProductSpan:
    """A product with its euros in cents; claimable from `claimable_on`, unless it is open."""

    product_no: int
    key: str
    phase: int
    product: str
    insurer: str
    starts_on: date
    claimable_on: date
    is_open: bool
    minutes: int
    tariff_cents: int
    deduction_cents: int
    cents: int


@dataclass(frozen=True, slots=True)
class BreakerSpot:
    """A breaker on its day; `loss_cents` None is unknown."""

    breaker_id: int
    phase: int
    kind: str
    happened_on: date
    regime: str
    counts_loss: bool
    loss_cents: int | None


@dataclass(frozen=True, slots=True)
class PregnancyPicture:
    """Everything the page of one pregnancy shows, as the newest derivation of its network saw it.

    `until` is the first day the derivation did not look at. An end on or after it has not happened.
    """

    pregnancy_id: int
    reference: str
    woman_reference: str
    woman_name: str
    birth_date: date | None
    bsn: str
    network: str
    until: date
    edition: str
    due_on: date
    due_precision_days: int
    first_intake_on: date
    first_intake_organisation: str
    end_kind: str
    ended_on: date | None
    birth_on: date | None
    children: int
    entered_on: date | None
    exempt_reason: str
    route: str
    route_reason: str
    contract: str
    insurer: str
    phases: tuple[PhaseSpan, ...]
    products: tuple[ProductSpan, ...]
    breakers: tuple[BreakerSpot, ...]
    activities: tuple[ActivityMark, ...]


@dataclass(frozen=True, slots=True)
class PregnancyRow:
    """A line in the list of pregnancies; `cents` sums its products, open ones included."""

    pregnancy_id: int
    reference: str
    woman_name: str
    due_on: date
    end_kind: str
    ended_on: date | None
    route: str
    route_reason: str
    open_products: int
    closed_products: int
    cents: int
    breakers: int


STATES = ("open", "closed", "breaker")
ROUTES = ("integral", "old_way")


def newest_derivation(network: Network) -> Derivation | None:
    """Return the last conclusion of the engine on a network, or None before the first."""
    return (
        Derivation.objects.select_related("network").filter(network=network).order_by("-id").first()
    )


def pregnancy_listing(
    derivation: Derivation, words: str = "", state: str = "", route: str = ""
) -> QuerySet[Route]:
    """Return the routes of the pregnancies that fit the filters, the newest pregnancy first.

    `words` is sought in the references and the name; an unknown `state` or `route` filters nothing.
    """
    listing = Route.objects.filter(derivation=derivation).order_by("-pregnancy_id")
    for word in words.split():
        listing = listing.filter(
            Q(pregnancy__reference__icontains=word)
            | Q(pregnancy__woman__reference__icontains=word)
            | Q(pregnancy__woman__name__icontains=word)
        )
    if route in ROUTES:
        listing = listing.filter(route=route)
    # Not EXISTS: SQLite then walks all rows of the derivation again for every pregnancy.
    products = Product.objects.filter(derivation=derivation)
    still_open = products.filter(is_open=True).values("pregnancy_id")
    if state == "open":
        listing = listing.filter(pregnancy_id__in=still_open)
    elif state == "closed":
        made = products.values("pregnancy_id")
        listing = listing.filter(pregnancy_id__in=made).exclude(pregnancy_id__in=still_open)
    elif state == "breaker":
        broken = Breaker.objects.filter(derivation=derivation).values("pregnancy_id")
        listing = listing.filter(pregnancy_id__in=broken)
    return listing


def pregnancy_rows(derivation: Derivation, routes: Iterable[Route]) -> list[PregnancyRow]:
    """Return the lines of one page of the list, in its order, in four queries."""
    routes = list(routes)
    ids = [route.pregnancy_id for route in routes]
    pregnancies = Pregnancy.objects.select_related("woman").in_bulk(ids)
    versions = _newest_versions(ids, derivation.known_until)
    of_these = {"derivation": derivation, "pregnancy_id__in": ids}
    products = {
        row["pregnancy_id"]: row
        for row in Product.objects.filter(**of_these)
        .values("pregnancy_id")
        .annotate(
            opened=Count("id", filter=Q(is_open=True)),
            closed=Count("id", filter=Q(is_open=False)),
            total_cents=Sum("cents"),
        )
    }
    breakers = dict(
        Breaker.objects.filter(**of_these)
        .values_list("pregnancy_id")
        .annotate(number=Count("id"))
        .order_by()
    )
    rows = []
    for route in routes:
        pregnancy, version = pregnancies[route.pregnancy_id], versions[route.pregnancy_id]
        made = products.get(route.pregnancy_id)
        ended_on = _before(version.ended_on, derivation.until)
        rows.append(
            PregnancyRow(
                pregnancy_id=pregnancy.pk,
                reference=pregnancy.reference,
                woman_name=pregnancy.woman.name,
                due_on=version.due_on,
                end_kind=version.end_kind if ended_on else PregnancyVersion.EndKind.ONGOING,
                ended_on=ended_on,
                route=route.route,
                route_reason=route.reason,
                open_products=made["opened"] if made else 0,
                closed_products=made["closed"] if made else 0,
                cents=made["total_cents"] if made else 0,
                breakers=breakers.get(pregnancy.pk, 0),
            )
        )
    return rows


def pregnancy_picture(pregnancy_id: int) -> PregnancyPicture | None:
    """Return one pregnancy as its newest derivation sees it, or None when none knows it."""
    route = _home_route(pregnancy_id)
    if route is None:
        return None
    derivation, pregnancy, woman = route.derivation, route.pregnancy, route.pregnancy.woman
    version = _newest_versions([pregnancy_id], derivation.known_until)[pregnancy_id]
    ended_on = _before(version.ended_on, derivation.until)
    of_this = {"derivation": derivation, "pregnancy_id": pregnancy_id}
    return PregnancyPicture(
        pregnancy_id=pregnancy_id,
        reference=pregnancy.reference,
        woman_reference=woman.reference,
        woman_name=woman.name,
        birth_date=woman.birth_date,
        bsn=woman.bsn or "",
        network=derivation.network.name,
        until=derivation.until,
        edition=derivation.edition,
        due_on=version.due_on,
        due_precision_days=version.due_precision_days,
        first_intake_on=version.first_intake_on,
        first_intake_organisation=version.first_intake_organisation.name,
        end_kind=version.end_kind if ended_on else PregnancyVersion.EndKind.ONGOING,
        ended_on=ended_on,
        birth_on=_before(version.birth_on, derivation.until),
        children=version.children,
        entered_on=_before(version.entered_on, derivation.until),
        exempt_reason=version.exempt_reason,
        route=route.route,
        route_reason=route.reason,
        contract=route.contract.reference if route.contract else "",
        insurer=route.insurer.name if route.insurer else "",
        phases=tuple(
            PhaseSpan(
                phase=row.phase,
                starts_on=row.starts_on,
                until=row.until,
                is_open=row.is_open,
                contract=row.contract.reference if row.contract else "",
                insurer=row.insurer.name if row.insurer else "",
            )
            for row in PhasePeriod.objects.filter(**of_this)
            .select_related("contract", "insurer")
            .order_by("phase")
        ),
        products=tuple(
            ProductSpan(
                product_no=row.product_no,
                key=row.key,
                phase=row.phase,
                product=row.product,
                insurer=row.insurer.name,
                starts_on=row.starts_on,
                claimable_on=row.claimable_on,
                is_open=row.is_open,
                minutes=row.minutes,
                tariff_cents=row.tariff_cents,
                deduction_cents=row.deduction_cents,
                cents=row.cents,
            )
            for row in Product.objects.filter(**of_this)
            .select_related("insurer")
            .order_by("starts_on", "product_no")
        ),
        breakers=tuple(
            BreakerSpot(
                breaker_id=row.pk,
                phase=row.phase,
                kind=row.kind,
                happened_on=row.happened_on,
                regime=row.regime,
                counts_loss=row.counts_loss,
                loss_cents=row.loss_cents,
            )
            for row in Breaker.objects.filter(**of_this).order_by("happened_on", "id")
        ),
        activities=_activities(derivation, pregnancy_id, woman.pk),
    )


def disposition_of(activity_id: int) -> Disposition | None:
    """Return where an activity ended; of two networks, in the one that funds the pregnancy."""
    found = list(
        Disposition.objects.filter(activity_id=activity_id)
        .select_related("derivation", "activity__organisation", "activity__woman", "pregnancy")
        .order_by("-derivation_id")
    )
    home = _home_route(next((row.pregnancy_id for row in found if row.pregnancy_id), None))
    of_home = (row for row in found if home and row.derivation_id == home.derivation_id)
    return next(of_home, found[0] if found else None)


def product_by_number(product_no: int) -> Product | None:
    """Return a product by the number the engine gave it, as its funding network sees it."""
    found = list(
        Product.objects.filter(product_no=product_no)
        .select_related("derivation__network", "contract", "insurer", "pregnancy")
        .order_by("-derivation_id")
    )
    home = _home_route(found[0].pregnancy_id if found else None)
    of_home = (row for row in found if home and row.derivation_id == home.derivation_id)
    return next(of_home, found[0] if found else None)


def breaker_by_id(breaker_id: int) -> Breaker | None:
    """Return a breaker; None when a newer derivation has replaced it."""
    return (
        Breaker.objects.select_related("derivation", "contract", "pregnancy")
        .filter(pk=breaker_id)
        .first()
    )


def _home_route(pregnancy_id: int | None) -> Route | None:
    """Return the route by which a pregnancy is told when two networks look at it."""
    if pregnancy_id is None:
        return None
    return (
        Route.objects.select_related(
            "derivation__network", "pregnancy__woman", "contract", "insurer"
        )
        .filter(pregnancy_id=pregnancy_id)
        # `integral` sorts before `old_way`: the network that funds her comes first.
        .order_by("route", "-derivation_id")
        .first()
    )


def _activities(
    derivation: Derivation, pregnancy_id: int, woman_id: int
) -> tuple[ActivityMark, ...]:
    # Through the woman's activities: both sides of the join have an index, the derivation has none.
    rows = (
        Disposition.objects.filter(
            activity__woman_id=woman_id, derivation=derivation, pregnancy_id=pregnancy_id
        )
        .select_related("activity__organisation")
        .order_by("activity__performed_on", "activity__performed_minute", "activity_id")
    )
    return tuple(
        ActivityMark(
            activity_id=row.activity_id,
            performed_on=row.activity.performed_on,
            performed_minute=row.activity.performed_minute,
            organisation_id=row.activity.organisation_id,
            organisation=row.activity.organisation.name,
            discipline=row.activity.organisation.discipline,
            code=row.activity.code,
            quantity=row.activity.quantity,
            duration_minutes=row.activity.duration_minutes,
            child_number=row.activity.child_number,
            source=row.activity.source,
            phase=row.phase,
            disposition=row.disposition,
            reason=row.reason,
            product_no=row.product_no,
            twin_id=row.twin_id,
        )
        for row in rows
    )


def _newest_versions(ids: Sequence[int], known_until: date) -> dict[int, PregnancyVersion]:
    by_pregnancy: dict[int, list[PregnancyVersion]] = defaultdict(list)
    for version in (
        PregnancyVersion.objects.filter(pregnancy_id__in=ids, recorded_on__lt=known_until)
        .select_related("first_intake_organisation")
        .order_by("recorded_on", "id")
    ):
        by_pregnancy[version.pregnancy_id].append(version)
    return {pregnancy_id: versions[-1] for pregnancy_id, versions in by_pregnancy.items()}


def _before(day: date | None, until: date) -> date | None:
    return day if day is not None and day < until else None
