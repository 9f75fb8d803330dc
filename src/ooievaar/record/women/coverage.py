"""The only code that corrects with whom a woman is insured: what was thought stays readable."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Insurer, Person
from ooievaar.record.entries.slots import CHANGED
from ooievaar.record.models import Coverage, CoverageChange, Woman
from ooievaar.record.relations import Rejected
from ooievaar.record.women.records import her_records

LONGEST_REASON = 200


def change_insurer(
    woman_id: int,
    insurer: Insurer,
    from_day: date,
    *,
    source: str,
    checked_on: date,
    by: Person | None,
    at: datetime,
    reason: str = "",
) -> CoverageChange | Rejected:
    """Let a woman be insured with `insurer` from a day, as long as the insurance of that day ran.

    Where no insurance was known, until the next one that is. An insurance that was known to begin
    later stays as it is: correct that one by a day of its own.
    """
    today, reason = timezone.localdate(at), reason.strip()[:LONGEST_REASON]
    if source not in CoverageChange.Source.values:
        return Rejected(_("Zeg hoe u dit weet."), "source")
    if from_day > today:
        return Rejected(_("Deze dag moet nog komen."), "from_day")
    if checked_on > today:
        return Rejected(_("Deze dag moet nog komen."), "checked_on")
    with transaction.atomic():
        woman = Woman.objects.select_for_update().get(pk=woman_id)
        known = list(
            Coverage.objects.filter(woman_id__in=her_records(woman_id)).order_by("valid_from", "pk")
        )
        then = [row for row in known if row.valid_from <= from_day < row.valid_until]
        # Of a woman with two records the one that was kept speaks first.
        then.sort(key=lambda row: row.woman_id != (woman.same_as_id or woman.pk))
        held = then[0] if then else None
        if held is not None and held.insurer_id == insurer.pk:
            return Rejected(_("Zo staat het er al."), "insurer")
        later = [row.valid_from for row in known if row.valid_from > from_day]
        until = held.valid_until if held is not None else min(later, default=FAR_DATE)
        if held is not None and held.valid_from == from_day:
            held.delete()
        elif held is not None:
            held.valid_until = from_day
            held.save(update_fields=["valid_until"])
        # A new row, never the old one with another insurer: who reads on from the last row sees it.
        Coverage.objects.create(
            woman_id=held.woman_id if held is not None else woman.pk,
            insurer=insurer,
            valid_from=from_day,
            valid_until=until,
        )
        change = CoverageChange.objects.create(
            woman=woman,
            was_id=held.insurer_id if held is not None else None,
            becomes=insurer,
            valid_from=from_day,
            valid_until=until,
            source=source,
            checked_on=checked_on,
            reason=reason,
            by=by,
            at=at,
        )
        for tell in CHANGED:
            tell(woman.same_as_id or woman.pk, at)
    return change
