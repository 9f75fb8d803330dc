"""Full wards: who says so, who knows it at once, and which births are due there that week."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.network.models import Discipline, Membership, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.handover.models import FullWard, FullWardEnd, Phase
from ooievaar.record.handover.queries import duties_for
from ooievaar.record.handover.warnings import WARD_COSTS, ExpectedBirth, WardCost
from ooievaar.record.models import PregnancyVersion, TreatmentRelation
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected
from ooievaar.record.versions import newest_versions

REPORTING_ROLES = frozenset({Role.GYNAECOLOGIST, Role.CLINICAL_CARER})
"""Who may say that a ward is full, and that it is not any more."""
LONGEST = timedelta(days=7)
"""A ward that is full for longer says so again."""
WEEK = timedelta(days=7)
PAST_DUE = timedelta(days=14)
"""Who is past the due date and not delivered counts as due this week."""


@dataclass(frozen=True, slots=True)
class FullNow:
    """A ward that takes nobody now, as everybody sees it."""

    full_ward_id: int
    organisation_id: int
    organisation: str
    city: str
    ward: str
    reason: str
    note: str
    since: datetime
    until: datetime


def full_wards(at: datetime) -> list[FullNow]:
    """Return which wards are full at a moment, in one query."""
    rows = (
        FullWard.objects.filter(starts_at__lte=at, full_until__gt=at)
        .filter(Q(end__isnull=True) | Q(end__ended_at__gt=at))
        .select_related("organisation")
        .order_by("organisation__name", "ward", "pk")
    )
    return [
        FullNow(
            full_ward_id=row.pk,
            organisation_id=row.organisation_id,
            organisation=row.organisation.name,
            city=row.organisation.city,
            ward=str(FullWard.Ward(row.ward).label),
            reason=str(FullWard.Reason(row.reason).label),
            note=row.note,
            since=row.starts_at,
            until=row.full_until,
        )
        for row in rows
    ]


def hospitals_of(by: Workplace, today: date) -> QuerySet[Organisation]:
    """Return the hospitals of which somebody may say that a ward is full.

    A hospital's carer their own; gynaecologists the hospitals of the networks they take part in.
    """
    hospitals = Organisation.objects.filter(discipline=Discipline.HOSPITAL).order_by("name")
    if by.role not in REPORTING_ROLES:
        return hospitals.none()
    own = hospitals.filter(pk=known(by.organisation_id))
    if own.exists():
        return own
    in_force = {"valid_from__lte": today, "valid_until__gt": today}
    networks = Membership.objects.filter(organisation_id=known(by.organisation_id), **in_force)
    members = Membership.objects.filter(network_id__in=networks.values("network_id"), **in_force)
    return hospitals.filter(pk__in=members.values("organisation_id"))


def report_full(
    by: Workplace,
    organisation: Organisation,
    *,
    ward: str,
    reason: str,
    full_until: datetime,
    at: datetime,
    note: str = "",
) -> FullWard | Rejected:
    """Say that a ward is full from now until a moment; everybody knows it with the next page.

    What was said of that ward before ends here.
    """
    if not hospitals_of(by, timezone.localdate(at)).filter(pk=organisation.pk).exists():
        return Rejected(_("Van dit ziekenhuis meldt u geen volle afdeling."), "organisation")
    if not at < full_until <= at + LONGEST:
        return Rejected(_("Kies een moment binnen zeven dagen van nu."), "until_on")
    if reason == FullWard.Reason.OTHER and not note.strip():
        return Rejected(_("Zeg erbij wat er aan de hand is."), "note")
    with transaction.atomic():
        _end_running(by, organisation.pk, ward, at)
        return FullWard.objects.create(
            organisation=organisation,
            ward=ward,
            reason=reason,
            note=note.strip(),
            starts_at=at,
            full_until=full_until,
            person_id=by.person_id,
            role=by.role,
        )


def end_full(by: Workplace, full_ward: FullWard, *, at: datetime) -> int | Rejected:
    """Say that a ward takes women again, before the moment it had named."""
    if not hospitals_of(by, timezone.localdate(at)).filter(pk=full_ward.organisation_id).exists():
        return Rejected(_("Van dit ziekenhuis meldt u geen volle afdeling."))
    with transaction.atomic():
        ended = _end_running(by, full_ward.organisation_id, full_ward.ward, at)
        return ended or Rejected(_("Deze volmelding was al beëindigd."))


def _end_running(by: Workplace, organisation_id: int, ward: str, at: datetime) -> int:
    """End what was said of a ward and still holds; two people who do so at once end it once."""
    Organisation.objects.select_for_update().get(pk=organisation_id)
    running = FullWard.objects.filter(
        organisation_id=organisation_id, ward=ward, full_until__gt=at, end__isnull=True
    )
    ends = [
        FullWardEnd(full_ward=row, ended_at=at, person_id=by.person_id, role=by.role)
        for row in running
    ]
    return len(FullWardEnd.objects.bulk_create(ends))


def expected_births(organisation_id: int, at: datetime) -> list[ExpectedBirth]:
    """Return the births due within a week at a hospital, by what is known now.

    Of whom it or its gynaecologists (of the same place) treat, unless another hospital is agreed
    for the birth. Who is two weeks past the due date at most is due too.
    """
    today = timezone.localdate(at)
    ours, others = _houses(organisation_id)
    treated = TreatmentRelation.objects.filter(
        organisation_id__in=ours, valid_from__lte=today, valid_until__gt=today
    )
    due = (
        newest_versions(today)
        .filter(
            end_kind=PregnancyVersion.EndKind.ONGOING,
            due_on__range=(today - PAST_DUE, today + WEEK - timedelta(days=1)),
            pregnancy_id__in=treated.values("pregnancy_id"),
        )
        .order_by("due_on", "pregnancy_id")
        .values_list("pregnancy_id", "pregnancy__woman_id", "due_on")
    )
    rows = list(due)
    duties = duties_for([row[0] for row in rows], at)
    found = []
    for pregnancy_id, woman_id, due_on in rows:
        leads = duties[pregnancy_id].responsible(at, Phase.NATAL).organisation_id
        if leads not in others:
            found.append(ExpectedBirth(pregnancy_id, woman_id, due_on, leads))
    return found


def _houses(organisation_id: int) -> tuple[set[int], set[int]]:
    """Return a hospital with its gynaecologists, and every other hospital with theirs.

    Gynaecologists belong to the hospital of their place; where no place is known, to none.
    """
    houses = {
        row.pk: row
        for row in Organisation.objects.filter(
            discipline__in=(Discipline.HOSPITAL, Discipline.GYNAECOLOGISTS)
        )
    }
    city = houses[organisation_id].city if organisation_id in houses else ""
    ours = {organisation_id} | {
        pk
        for pk, row in houses.items()
        if city and row.city == city and row.discipline == Discipline.GYNAECOLOGISTS
    }
    others = {pk for pk, row in houses.items() if row.city or row.discipline == Discipline.HOSPITAL}
    return ours, others - ours


def costs_of(births: list[ExpectedBirth], network_id: int | None) -> dict[int, WardCost]:
    """Return what births going elsewhere would cost a network, by pregnancy."""
    found: dict[int, WardCost] = {}
    for ask in WARD_COSTS:
        found.update(ask(births, known(network_id)))
    return found


@dataclass(frozen=True, slots=True)
class WardTotal:
    """What all births of a ward going elsewhere cost: the known euros, and how many are not."""

    births: int
    funded: int
    breaking: int
    loss_cents: int
    unknown: int


def total_of(births: list[ExpectedBirth], costs: Iterable[WardCost]) -> WardTotal:
    """Add up what births cost; a loss that is not known is counted, never taken as 0."""
    rows = list(costs)
    return WardTotal(
        births=len(births),
        funded=len(rows),
        breaking=sum(row.is_breaker for row in rows),
        loss_cents=sum(row.loss_cents or 0 for row in rows),
        unknown=sum(row.loss_cents is None for row in rows),
    )
