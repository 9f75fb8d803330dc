"""Fixing a gynaecologist to a midwife practice, and loosening it: the only code that does."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from ooievaar.network.models import Discipline, Membership, Organisation, Person, Position
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork.models import BuddyPair
from ooievaar.record.teamwork.permissions import BUDDY_ROLES


def partners(workplace: Workplace, today: date) -> QuerySet[Organisation]:
    """Return the organisations of the networks that somebody's organisation takes part in."""
    in_force = {"valid_from__lte": today, "valid_until__gt": today}
    own = Membership.objects.filter(organisation_id=known(workplace.organisation_id), **in_force)
    members = Membership.objects.filter(network_id__in=own.values("network_id"), **in_force)
    return Organisation.objects.filter(pk__in=members.values("organisation_id")).order_by("name")


def practices(workplace: Workplace, today: date) -> QuerySet[Organisation]:
    """Return the midwife practices to which this workplace may fix a buddy."""
    found = partners(workplace, today).filter(discipline=Discipline.MIDWIVES)
    if workplace.discipline == Discipline.MIDWIVES:
        return found.filter(pk=known(workplace.organisation_id))
    return found


def gynaecologists(workplace: Workplace, today: date) -> QuerySet[Position]:
    """Return the gynaecologists whom this workplace may fix to a practice."""
    found = Position.objects.filter(
        role=Role.GYNAECOLOGIST,
        organisation__in=partners(workplace, today),
        person__is_active=True,
        valid_from__lte=today,
        valid_until__gt=today,
    )
    if workplace.discipline != Discipline.MIDWIVES:
        found = found.filter(organisation_id=known(workplace.organisation_id))
    return found.select_related("person", "organisation").order_by(
        "person__last_name", "person__first_name", "pk"
    )


def pairs_for(workplace: Workplace, today: date) -> QuerySet[BuddyPair]:
    """Return every pair of the own networks, those of before included.

    Annotated `works_there`: that the gynaecologist still does; else the pair has no effect.
    """
    organisations = partners(workplace, today)
    return (
        BuddyPair.objects.filter(Q(practice__in=organisations) | Q(organisation__in=organisations))
        .annotate(works_there=Exists(_at_work(today)))
        .select_related("gynaecologist", "organisation", "practice")
    )


def buddy_of(practice_id: int | None, today: date) -> BuddyPair | None:
    """Return the pair in force of a practice, of which the gynaecologist still works there."""
    return (
        BuddyPair.objects.filter(
            Exists(_at_work(today)),
            practice_id=known(practice_id),
            valid_from__lte=today,
            valid_until__gt=today,
        )
        .select_related("gynaecologist", "organisation", "practice")
        .first()
    )


def may_fix(workplace: Workplace) -> bool:
    """Tell whether a role fixes buddies: the practice or the hospital, its office included."""
    sides = {Discipline.MIDWIVES, Discipline.HOSPITAL, Discipline.GYNAECOLOGISTS}
    return workplace.role in BUDDY_ROLES and workplace.discipline in sides


def fix_buddy(
    practice: Organisation,
    person: Person,
    organisation: Organisation,
    *,
    valid_from: date,
    by: Workplace,
    today: date,
) -> BuddyPair | Rejected:
    """Make a gynaecologist the buddy of a practice from a day on; a running pair ends that day."""
    if not may_fix(by) or by.organisation_id not in (practice.pk, organisation.pk):
        return Rejected(_("Een buddy koppelt de praktijk zelf, of waar de gynaecoloog werkt."))
    if not practices(by, today).filter(pk=practice.pk).exists():
        return Rejected(_("Kies een verloskundigenpraktijk van uw netwerk."), "practice")
    held = gynaecologists(by, today).filter(person=person, organisation=organisation)
    if not held.exists():
        return Rejected(_("Zij werkt daar niet als gynaecoloog."), "gynaecologist")
    if valid_from < today:
        return Rejected(_("Kies vandaag of een dag die nog komt."), "valid_from")
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=practice.pk)
        pairs = BuddyPair.objects.filter(practice=practice, valid_until__gt=valid_from)
        if pairs.filter(valid_from__gt=valid_from).exists():
            return Rejected(_("Er is al een latere buddy afgesproken; beëindig die eerst."), "")
        running = pairs.first()
        if running is not None:
            same = running.gynaecologist_id == person.pk
            if same and running.organisation_id == organisation.pk:
                return Rejected(_("Zij is al de buddy van deze praktijk."), "gynaecologist")
            running.valid_until = valid_from
            running.save(update_fields=["valid_until"])
        return BuddyPair.objects.create(
            practice=practice,
            gynaecologist=person,
            organisation=organisation,
            valid_from=valid_from,
            made_by_id=by.person_id,
        )


def loosen_buddy(pair: BuddyPair, *, by: Workplace, today: date) -> BuddyPair | Rejected:
    """End a pair from today on; either side may."""
    if not may_fix(by) or by.organisation_id not in (pair.practice_id, pair.organisation_id):
        return Rejected(_("Een buddy koppelt de praktijk zelf, of waar de gynaecoloog werkt."))
    if pair.valid_until <= today:
        return Rejected(_("Deze koppeling was al beëindigd."))
    pair.valid_until = max(today, pair.valid_from)
    pair.save(update_fields=["valid_until"])
    return pair


def _at_work(today: date) -> QuerySet[Position]:
    return Position.objects.filter(
        person_id=OuterRef("gynaecologist_id"),
        organisation_id=OuterRef("organisation_id"),
        role=Role.GYNAECOLOGIST,
        valid_from__lte=today,
        valid_until__gt=today,
    )
