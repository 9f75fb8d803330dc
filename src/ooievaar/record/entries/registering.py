"""The only code that takes a woman into care: a woman, her insurance, a pregnancy."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.identifiers import is_bsn
from ooievaar.network.models import Insurer, Organisation
from ooievaar.record.entries.slots import CHANGED
from ooievaar.record.models import Coverage, Pregnancy, PregnancyVersion, TreatmentRelation, Woman
from ooievaar.record.relations import Rejected
from ooievaar.record.versions import newest_versions
from ooievaar.record.women.records import her_records

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit."""
REFERENCE_LENGTH = 8
LONGEST_AFTER_DUE = timedelta(days=42)
"""So long after the due date nobody is pregnant: the end was not written down."""
TERM = timedelta(days=280)
LATEST_DUE = TERM + timedelta(days=21)


@dataclass(frozen=True, slots=True)
class NewWoman:
    """A woman nobody registered yet; the BSN may come later."""

    name: str
    birth_date: date
    bsn: str = ""
    postcode: str = ""
    insurer: Insurer | None = None


def register_pregnancy(
    woman: Woman | NewWoman,
    *,
    organisation: Organisation,
    first_intake_on: date,
    due_on: date,
    due_precision_days: int,
    at: datetime,
    entered_on: date | None = None,
) -> Pregnancy | Rejected:
    """Take a woman into care: her pregnancy, what is known of it, and who treats her.

    `entered_on` when she was taken over from a provider outside. Rejected at the field that is
    wrong; a second running pregnancy of the same woman is.
    """
    today = timezone.localdate(at)
    if first_intake_on > today:
        return Rejected(_("De intake kan niet in de toekomst liggen."), "first_intake_on")
    if not first_intake_on - LONGEST_AFTER_DUE <= due_on <= first_intake_on + LATEST_DUE:
        return Rejected(_("Bij deze intake kan die uitgerekende datum niet kloppen."), "due_on")
    with transaction.atomic():
        if isinstance(woman, NewWoman):
            added = add_woman(woman, today)
            if isinstance(added, Rejected):
                return added
            woman = added
        else:
            woman = Woman.objects.select_for_update().get(pk=woman.pk)
            if woman.same_as_id is not None:
                woman = Woman.objects.select_for_update().get(pk=woman.same_as_id)
            if running_pregnancy_of(woman, today):
                return Rejected(_("Er loopt al een zwangerschap van haar."), "woman")
        pregnancy = Pregnancy.objects.create(woman=woman, reference=new_reference("Z"))
        PregnancyVersion.objects.create(
            pregnancy=pregnancy,
            recorded_on=today,
            first_intake_on=first_intake_on,
            first_intake_organisation=organisation,
            due_on=due_on,
            due_precision_days=due_precision_days,
            entered_on=entered_on,
        )
        TreatmentRelation.objects.create(
            pregnancy=pregnancy,
            organisation=organisation,
            basis=TreatmentRelation.Basis.CARE,
            valid_from=first_intake_on,
        )
        for tell in CHANGED:
            tell(woman.pk, at)
    return pregnancy


def add_woman(woman: NewWoman, today: date) -> Woman | Rejected:
    """Add a woman nobody registered yet, insured from today on."""
    if woman.birth_date >= today:
        return Rejected(_("Deze geboortedatum ligt niet in het verleden."), "birth_date")
    if woman.bsn and not is_bsn(woman.bsn):
        return Rejected(_("Dit is geen burgerservicenummer: de elfproef klopt niet."), "bsn")
    with transaction.atomic():
        if woman.bsn and Woman.objects.filter(bsn=woman.bsn).exists():
            return Rejected(_("Met dit burgerservicenummer is al iemand bekend."), "bsn")
        made = Woman.objects.create(
            reference=new_reference("V"),
            bsn=woman.bsn or None,
            name=woman.name.strip(),
            birth_date=woman.birth_date,
            postcode=woman.postcode,
        )
        if woman.insurer is not None:
            Coverage.objects.create(woman=made, insurer=woman.insurer, valid_from=today)
    return made


def running_pregnancy_of(woman: Woman, today: date) -> PregnancyVersion | None:
    """Return the newest version of a pregnancy that nobody ended and that can still last."""
    return (
        newest_versions(today)
        .filter(
            pregnancy__woman__in=her_records(woman.pk),
            end_kind=PregnancyVersion.EndKind.ONGOING,
            due_on__gt=today - LONGEST_AFTER_DUE,
        )
        .first()
    )


def new_reference(letter: str) -> str:
    """Return a reference that says nothing of whom it names, such as `Z-7K3M9Q2B`."""
    return f"{letter}-" + "".join(secrets.choice(LETTERS) for _n in range(REFERENCE_LENGTH))
