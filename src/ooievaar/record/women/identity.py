"""The only code that corrects who a woman is: what stood there before stays readable."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.identifiers import is_bsn
from ooievaar.network.models import Person
from ooievaar.record.models import IdentityChange, Woman
from ooievaar.record.relations import Rejected
from ooievaar.record.women.records import her_records
from ooievaar.record.women.who import in_reading_order, known_in

Field = IdentityChange.Field
LONGEST_REASON = 200
LONGEST = {Field.NAME: 120, Field.POSTCODE: 7}


def correct_identity(
    woman_id: int, field: str, becomes: str, reason: str, *, by: Person, at: datetime
) -> IdentityChange | Rejected:
    """Correct a name, birth date (ISO), postcode or BSN that was wrong or unknown, and say why.

    Of a woman with more records what her pages say is corrected, in every record that says so;
    what was unknown is written in the record that was kept. A BSN that somebody else has is
    refused: then the two records are of one woman, or one of the numbers is wrong.
    """
    becomes, reason = becomes.strip(), reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        return Rejected(_("Zeg in ten hoogste 200 tekens waarom dit verandert."), "reason")
    wrong = _wrong(field, becomes, timezone.localdate(at))
    if wrong is not None:
        return wrong
    with transaction.atomic():
        locked = Woman.objects.select_for_update().filter(pk__in=her_records(woman_id))
        hers = in_reading_order(locked.order_by("pk"), woman_id)
        was = known_in(hers, field)
        if str(was or "") == becomes:
            return Rejected(_("Dit staat er al."), field)
        if field == Field.BSN and Woman.objects.filter(bsn=becomes).exists():
            return Rejected(_("Met dit BSN is al iemand anders bekend."), field)
        value = date.fromisoformat(becomes) if field == Field.BIRTH_DATE else becomes
        changes = []
        for woman in [one for one in hers if was and getattr(one, field) == was] or hers[:1]:
            changes.append(remember(woman, field, becomes, reason, by=by, at=at))
            setattr(woman, field, value)
            woman.save(update_fields=[field])
    return changes[0]


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
