"""What other rooms read of the engine's conclusions: one whole picture, one outcome.

With a workplace everything starts from the sets of `bundles.permissions`: what it may not see is
never read, so that no page can show it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from ooievaar.bundles.conclusions import Conclusion, conclusions_on
from ooievaar.bundles.models import Breaker, Derivation, Disposition, Product
from ooievaar.bundles.permissions import breakers_for, dispositions_for, products_for
from ooievaar.network.models import Network
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import PregnancyVersion
from ooievaar.record.women.records import her_records

Told = TypeVar("Told", Disposition, Product)


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
    """A product with its euros in cents; claimable from `claimable_on`, unless it is open.

    The euros, and the minutes they come from, are None for who may not see them.
    """

    product_no: int
    key: str
    phase: int
    product: str
    insurer: str
    starts_on: date
    claimable_on: date
    is_open: bool
    minutes: int | None
    tariff_cents: int | None
    deduction_cents: int | None
    cents: int | None


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
    `hidden_activities` are there but not for this reader.
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
    hidden_activities: int = 0


def newest_derivation(network: Network) -> Derivation | None:
    """Return the last conclusion of the engine on a network, or None before the first."""
    return (
        Derivation.objects.select_related("network").filter(network=network).order_by("-id").first()
    )


def pregnancy_picture(
    pregnancy_id: int,
    workplace: Workplace | None = None,
    at: datetime | None = None,
    *,
    version: PregnancyVersion | None = None,
) -> PregnancyPicture | None:
    """Return one pregnancy as its newest derivation sees it, or None when none knows it.

    With a workplace, as far as it may be seen there at `at`. A page that already has the newest
    `version`, with its pregnancy and woman, hands it over and saves a query.
    """
    rows = home_conclusions(conclusions_on(pregnancy_id, workplace, at))
    route = next((row for row in rows if row.kind == "route"), None)
    if route is None or route.starts_on is None or route.until is None:
        return None
    until, known_until = route.starts_on, route.until
    version = version or _newest_version(pregnancy_id, known_until)
    if version is None:
        return None
    woman = version.pregnancy.woman
    ended_on = _before(version.ended_on, until)
    activities = _activities(route.derivation_id, pregnancy_id, woman.pk, workplace, at)
    known = next((row.amount or 0 for row in rows if row.kind == "activities"), 0)
    return PregnancyPicture(
        pregnancy_id=pregnancy_id,
        reference=version.pregnancy.reference,
        woman_reference=woman.reference,
        woman_name=woman.name,
        birth_date=woman.birth_date,
        bsn=woman.bsn or "",
        network=route.network,
        until=until,
        edition=route.key,
        due_on=version.due_on,
        due_precision_days=version.due_precision_days,
        first_intake_on=version.first_intake_on,
        first_intake_organisation=version.first_intake_organisation.name,
        end_kind=version.end_kind if ended_on else PregnancyVersion.EndKind.ONGOING,
        ended_on=ended_on,
        birth_on=_before(version.birth_on, until),
        children=version.children,
        entered_on=_before(version.entered_on, until),
        exempt_reason=version.exempt_reason,
        route=route.word,
        route_reason=route.reason,
        contract=route.contract,
        insurer=route.insurer,
        phases=tuple(_phases(rows)),
        products=tuple(_products(rows)),
        breakers=tuple(_breakers(rows)),
        activities=activities,
        hidden_activities=max(known - len(activities), 0),
    )


def home_conclusions(rows: Iterable[Conclusion]) -> list[Conclusion]:
    """Return what the derivation says by which a pregnancy is told when two networks look at it."""
    rows = list(rows)
    routes = [row for row in rows if row.kind == "route"]
    if not routes:
        return []
    # `integral` sorts before `old_way`: the network that funds her comes first.
    home = min(routes, key=lambda row: (row.word, -row.derivation_id))
    return [row for row in rows if row.derivation_id == home.derivation_id]


def _phases(rows: list[Conclusion]) -> Iterable[PhaseSpan]:
    found = sorted((row for row in rows if row.kind == "phase"), key=lambda row: row.phase)
    for row in found:
        if row.starts_on and row.until:
            yield PhaseSpan(
                phase=row.phase,
                starts_on=row.starts_on,
                until=row.until,
                is_open=bool(row.flag),
                contract=row.contract,
                insurer=row.insurer,
            )


def _products(rows: list[Conclusion]) -> Iterable[ProductSpan]:
    found = [row for row in rows if row.kind == "product"]
    for row in sorted(found, key=lambda row: (row.starts_on or date.min, row.number)):
        if row.starts_on and row.until:
            yield ProductSpan(
                product_no=row.number,
                key=row.key,
                phase=row.phase,
                product=row.word,
                insurer=row.insurer,
                starts_on=row.starts_on,
                claimable_on=row.until,
                is_open=bool(row.flag),
                minutes=row.minutes,
                tariff_cents=row.tariff_cents,
                deduction_cents=row.deduction_cents,
                cents=row.amount,
            )


def _breakers(rows: list[Conclusion]) -> Iterable[BreakerSpot]:
    found = [row for row in rows if row.kind == "breaker"]
    for row in sorted(found, key=lambda row: (row.starts_on or date.min, row.number)):
        if row.starts_on:
            yield BreakerSpot(
                breaker_id=row.number,
                phase=row.phase,
                kind=row.word,
                happened_on=row.starts_on,
                regime=row.reason,
                counts_loss=bool(row.flag),
                loss_cents=row.amount,
            )


def disposition_of(
    activity_id: int, workplace: Workplace | None = None, at: datetime | None = None
) -> Disposition | None:
    """Return where an activity ended; of two networks, in the one that funds the pregnancy.

    With a workplace None too when it may not see the activity.
    """
    rows = Disposition.objects.all()
    if workplace and at:
        rows = dispositions_for(workplace, at)
    found = list(
        rows.filter(activity_id=activity_id)
        .select_related("derivation", "activity__organisation", "activity__woman", "pregnancy")
        .order_by("-derivation_id")
    )
    return _of_home(found)


def product_by_number(
    product_no: int, workplace: Workplace | None = None, at: datetime | None = None
) -> Product | None:
    """Return a product by the number the engine gave it, as its funding network sees it.

    With a workplace None too when it may not see the product.
    """
    rows = products_for(workplace, at) if workplace and at else Product.objects.all()
    found = list(
        rows.filter(product_no=product_no)
        .select_related("derivation__network", "contract", "insurer", "pregnancy")
        .order_by("-derivation_id")
    )
    return _of_home(found)


def breaker_by_id(
    breaker_id: int, workplace: Workplace | None = None, at: datetime | None = None
) -> Breaker | None:
    """Return a breaker; None when a newer derivation has replaced it, or it may not be seen."""
    rows = breakers_for(workplace, at) if workplace and at else Breaker.objects.all()
    return rows.select_related("derivation", "contract", "pregnancy").filter(pk=breaker_id).first()


def _of_home(found: list[Told]) -> Told | None:
    """Return the outcome of the network that funds the pregnancy, when two networks have one."""
    if len(found) > 1:
        pregnancy_id = next((row.pregnancy_id for row in found if row.pregnancy_id), None)
        if pregnancy_id is not None:
            home = home_conclusions(conclusions_on(pregnancy_id, only=("route",)))
            at_home = {row.derivation_id for row in home}
            return next((row for row in found if row.derivation_id in at_home), found[0])
    return found[0] if found else None


def _activities(
    derivation_id: int,
    pregnancy_id: int,
    woman_id: int,
    workplace: Workplace | None,
    at: datetime | None,
) -> tuple[ActivityMark, ...]:
    seen = Disposition.objects.all()
    if workplace and at:
        seen = dispositions_for(workplace, at, pregnancy_id)
    # Through the woman's activities: both sides of the join have an index, the derivation has none.
    rows = (
        seen.filter(
            activity__woman_id__in=her_records(woman_id),
            derivation_id=derivation_id,
            pregnancy_id=pregnancy_id,
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


def _newest_version(pregnancy_id: int, known_until: date) -> PregnancyVersion | None:
    return (
        PregnancyVersion.objects.filter(pregnancy_id=pregnancy_id, recorded_on__lt=known_until)
        .select_related("pregnancy__woman", "first_intake_organisation")
        .order_by("-recorded_on", "-id")
        .first()
    )


def _before(day: date | None, until: date) -> date | None:
    return day if day is not None and day < until else None
