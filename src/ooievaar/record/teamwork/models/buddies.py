"""The gynaecologist who is fixed to a midwife practice."""

from django.db import models
from django.db.models import F, Q

from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Organisation, Person


class BuddyPair(models.Model):
    """A gynaecologist is the first contact of a practice in `[valid_from, valid_until)`.

    `organisation` is where she works for it; when she no longer does, the pair is without effect.
    """

    no_overlap = ("practice_id",)

    gynaecologist = models.ForeignKey(Person, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    practice = models.ForeignKey(Organisation, models.PROTECT, related_name="buddies")
    valid_from = models.DateField()
    valid_until = models.DateField(default=FAR_DATE)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="buddy_period"
            ),
        ]
