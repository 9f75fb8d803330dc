"""The only code that corrects who a woman is: what stood there before stays readable."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.identifiers import is_bsn
from ooievaar.network.models import Person
from ooievaar.record.models import IdentityChange, Woman
from ooievaar.record.relations import Rejected

Field = IdentityChange.Field
LONGEST = {Field.NAME: 120, Field.POSTCODE: 7}


def correct_identity(
    woman_id: int, field: str, becomes: str, reason: str, *, by: Person, at: datetime
) -> IdentityChange | Rejected:
    """Correct a name, birth date (ISO), postcode or BSN that was wrong, and say why.

    A BSN that somebody else has is refused: then the two records are of one woman, or one of the
    numbers is wrong.
    """
    becomes, reason = becomes.strip(), reason.strip()
    if not reason:
        return Rejected(_("Zeg waarom dit verandert."), "reason")
    wrong = _wrong(field, becomes, timezone.localdate(at))
    if wrong is not None:
        return wrong
    with transaction.atomic():
        woman = Woman.objects.select_for_update().get(pk=woman_id)
        was = str(getattr(woman, field) or "")
        if was == becomes:
            return Rejected(_("Dit staat er al."), field)
        if field == Field.BSN and Woman.objects.filter(bsn=becomes).exists():
            return Rejected(_("Met dit BSN is al iemand anders bekend."), field)
        change = remember(woman, field, becomes, reason, by=by, at=at)
        setattr(woman, field, date.fromisoformat(becomes) if field == Field.BIRTH_DATE else becomes)
        woman.save(update_fields=[field])
    return change


def remember(
    woman: Woman, field: str, becomes: str, reason: str, *, by: Person | None, at: datetime
) -> IdentityChange:
    """Write down what stands there now, before it becomes something else."""
    return IdentityChange.objects.create(
        woman=woman,
        field=field,
        was=str(getattr(woman, field) or ""),
        becomes=becomes,
        reason=reason,
        by=by,
        at=at,
    )


def _wrong(field: str, becomes: str, today: date) -> Rejected | None:
    match field:
        case Field.BSN:
            if not is_bsn(becomes):
                return Rejected(_("Dit is geen BSN: de elfproef klopt niet."), field)
        case Field.BIRTH_DATE:
            try:
                born = date.fromisoformat(becomes)
            except ValueError:
                return Rejected(_("Dit is geen datum."), field)
            if born >= today:
                return Rejected(_("Deze geboortedatum ligt niet in het verleden."), field)
        case Field.NAME | Field.POSTCODE:
            if not becomes or len(becomes) > LONGEST[Field(field)]:
                return Rejected(_("Vul dit in, niet te lang."), field)
        case _:
            return Rejected(_("Dit wordt hier niet verbeterd."), "field")
    return None
