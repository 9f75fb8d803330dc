"""Making, moving and cancelling appointments: the only code that does; each leaves its trace."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.network.models import Person, Position
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import Pregnancy
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected, add_to_team
from ooievaar.record.teamwork.buddies import buddy_of
from ooievaar.record.teamwork.models import Appointment, BuddyPair
from ooievaar.record.teamwork.wording import moment, worded

LONGEST_NOTE = 200
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 480
MOST_PLACES = 24
LATEST_DAYS = 500
CARRIED = ("kind", "organisation_id", "person_id", "pregnancy_id", "pair_id", "starts_at",
           "minutes", "note")  # fmt: skip
"""What a new version takes over from the one it replaces, unless it is changed."""


def make_appointment(
    pregnancy: Pregnancy,
    *,
    person: Person | None,
    starts_at: datetime,
    minutes: int,
    note: str,
    by: Workplace,
    at: datetime,
) -> Appointment | Rejected:
    """Make an appointment with a woman in one's own organisation, with somebody or with anybody."""
    kept = worded(note, LONGEST_NOTE, "note", is_required=False)
    if isinstance(kept, Rejected):
        return kept
    if (wrong := _wrong_time(starts_at, minutes, at)) is not None:
        return wrong
    if person is not None and not _works(person.pk, by.organisation_id, starts_at):
        return Rejected(_("Die werkt hier dan niet."), "person")
    return Appointment.objects.create(
        kind=Appointment.Kind.VISIT,
        organisation_id=known(by.organisation_id),
        person=person,
        pregnancy=pregnancy,
        starts_at=starts_at,
        minutes=minutes,
        note=kept,
        made_by_id=by.person_id,
        made_at=at,
    )


def make_joint_hour(
    pair: BuddyPair,
    *,
    day: date,
    clock: time,
    places: int,
    minutes: int,
    by: Workplace,
    at: datetime,
) -> Sequence[Appointment] | Rejected:
    """Open a consultation hour of the buddy in the practice: so many places after each other."""
    if by.organisation_id not in (pair.practice_id, pair.organisation_id):
        return Rejected(_("Dit spreekuur is van een andere praktijk."))
    if not 1 <= places <= MOST_PLACES:
        return Rejected(_("Kies 1 tot %(most)s plaatsen.") % {"most": MOST_PLACES}, "places")
    first = moment(day, clock, "clock")
    if isinstance(first, Rejected):
        return first
    if (wrong := _wrong_time(first, minutes, at)) is not None:
        return wrong
    valid = buddy_of(pair.practice_id, day)
    if valid is None or valid.pk != pair.pk:
        return Rejected(_("Op die dag is zij niet de buddy van deze praktijk."), "day")
    with transaction.atomic():
        return [
            Appointment.objects.create(
                kind=Appointment.Kind.JOINT,
                organisation_id=pair.practice_id,
                person_id=pair.gynaecologist_id,
                pair=pair,
                starts_at=first + timedelta(minutes=number * minutes),
                minutes=minutes,
                made_by_id=by.person_id,
                made_at=at,
            )
            for number in range(places)
        ]


def plan_in(
    place: Appointment, pregnancy: Pregnancy, *, note: str, by: Workplace, at: datetime
) -> Appointment | Rejected:
    """Give a free place of a joint hour to a woman: the buddy sees her record from now on."""
    kept = worded(note, LONGEST_NOTE, "note", is_required=False)
    if isinstance(kept, Rejected):
        return kept
    if place.kind != Appointment.Kind.JOINT or place.pregnancy_id is not None:
        return Rejected(_("Deze plaats is al bezet."))
    if by.organisation_id != place.organisation_id:
        return Rejected(_("De praktijk zelf plant haar zwangeren in."))
    pair = place.pair
    assert pair is not None
    with transaction.atomic():
        made = _replace(place, by, at, pregnancy_id=pregnancy.pk, note=kept)
        if isinstance(made, Rejected):
            return made
        added = add_to_team(
            pregnancy, pair.gynaecologist, pair.organisation, timezone.localdate(at)
        )
        if isinstance(added, Rejected) and not _sees_already(added, pair, at):
            transaction.set_rollback(True)
            return added
    return made


def move(
    appointment: Appointment, *, starts_at: datetime, minutes: int, by: Workplace, at: datetime
) -> Appointment | Rejected:
    """Move an appointment; when it was before stays readable."""
    if (wrong := _wrong_time(starts_at, minutes, at)) is not None:
        return wrong
    return _replace(appointment, by, at, starts_at=starts_at, minutes=minutes)


def cancel(
    appointment: Appointment, reason: str, *, by: Workplace, at: datetime
) -> Appointment | Rejected:
    """Cancel an appointment, and say why."""
    kept = worded(reason, LONGEST_NOTE, "reason")
    if isinstance(kept, Rejected):
        return kept
    return _replace(appointment, by, at, is_cancelled=True, reason=kept)


def history(appointment: Appointment) -> list[Appointment]:
    """Return every version of an appointment, oldest first."""
    versions = [appointment]
    while (former := versions[0].replaces) is not None:
        versions.insert(0, former)
    return versions


def current(appointments: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """Return the present versions of what was not cancelled."""
    return appointments.filter(replaced_by__isnull=True, is_cancelled=False)


def may_change(appointment: Appointment, by: Workplace) -> bool:
    """Tell whether somebody may move or cancel: where it is, or the buddy whose hour it is."""
    is_buddy = (
        appointment.pair is not None
        and appointment.pair.organisation_id == by.organisation_id
        and appointment.person_id == by.person_id
    )
    return appointment.organisation_id == by.organisation_id or is_buddy


def _replace(
    appointment: Appointment, by: Workplace, at: datetime, **changed: Any
) -> Appointment | Rejected:
    if not may_change(appointment, by):
        return Rejected(_("Deze afspraak is van een ander."))
    with transaction.atomic():
        Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
        newer = Appointment.objects.filter(replaces=appointment).exists()
        if newer or appointment.is_cancelled:
            return Rejected(_("Iemand anders heeft deze afspraak intussen veranderd."))
        carried = {name: getattr(appointment, name) for name in CARRIED}
        return Appointment.objects.create(
            **{**carried, **changed},
            made_by_id=by.person_id,
            made_at=at,
            replaces=appointment,
        )


def _wrong_time(starts_at: datetime, minutes: int, at: datetime) -> Rejected | None:
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        return Rejected(_("Kies 5 tot 480 minuten."), "minutes")
    day, today = timezone.localdate(starts_at), timezone.localdate(at)
    if day < today or (day - today).days > LATEST_DAYS:
        return Rejected(_("Kies vandaag of een dag die nog komt."), "day")
    return None


def _works(person_id: int, organisation_id: int | None, starts_at: datetime) -> bool:
    day = timezone.localdate(starts_at)
    held = Position.objects.filter(
        person_id=person_id,
        organisation_id=known(organisation_id),
        role__in=sorted(CARE_ROLES),
        valid_from__lte=day,
        valid_until__gt=day,
    )
    return held.exists()


def _sees_already(refused: Rejected, pair: BuddyPair, at: datetime) -> bool:
    """Tell whether the buddy needs no place in the team, rather than cannot have one."""
    return _works(pair.gynaecologist_id, pair.organisation_id, at) and refused.field == "person"
