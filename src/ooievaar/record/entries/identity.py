"""The only code that writes a citizen number that was unknown when a woman came into care."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.identifiers import is_bsn
from ooievaar.network.models import Person
from ooievaar.record.models import IdentityChange, Woman
from ooievaar.record.relations import Rejected
from ooievaar.record.women.identity import remember
from ooievaar.record.women.records import her_records
from ooievaar.record.women.who import in_reading_order, known_in

IS_OF_ANOTHER = "merge"
"""The field of a refusal that the two records should be merged."""


def complete_bsn(woman_id: int, bsn: str, *, by: Person, at: datetime) -> Woman | Rejected:
    """Write down a BSN that was unknown; one that is known is not replaced, nor given twice.

    Of a woman with more records it is written in the one that was kept. Where another woman's
    record has it, it is proposed to merge the two (`IS_OF_ANOTHER`).
    """
    if not is_bsn(bsn):
        return Rejected(_("Dit is geen BSN: de elfproef klopt niet."), "bsn")
    with transaction.atomic():
        locked = Woman.objects.select_for_update().filter(pk__in=her_records(woman_id))
        hers = in_reading_order(locked.order_by("pk"), woman_id)
        if known_in(hers, "bsn"):
            return Rejected(_("Haar BSN is al bekend."), "bsn")
        woman = hers[0]
        other = Woman.objects.filter(bsn=bsn).first()
        if other is not None:
            return Rejected(
                _("Met dit BSN is al iemand bekend. De twee dossiers moeten worden samengevoegd."),
                IS_OF_ANOTHER,
            )
        remember(woman, IdentityChange.Field.BSN, bsn, "", by=by, at=at)
        woman.bsn = bsn
        woman.save(update_fields=["bsn"])
    return woman
