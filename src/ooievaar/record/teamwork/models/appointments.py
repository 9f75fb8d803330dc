"""The calendar: appointments with women, and hours that a buddy holds in the practice."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Organisation, Person
from ooievaar.record.models import Pregnancy
from ooievaar.record.teamwork.models.buddies import BuddyPair


class Appointment(models.Model):
    """One version of an appointment; nothing replaces the present one.

    Moving and cancelling are new versions. One of a joint consultation hour without a pregnancy
    is a place that is still free.
    """

    append_only = True

    class Kind(models.TextChoices):
        VISIT = "visit", _("Afspraak")
        JOINT = "joint_hour", _("Gezamenlijk spreekuur")

    kind = models.CharField(max_length=12, choices=Kind)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", db_index=False, help_text="waar het is"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        help_text="bij wie; leeg is wie er dan werkt",
    )  # fmt: skip
    pregnancy = models.ForeignKey(
        Pregnancy, models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    pair = models.ForeignKey(
        BuddyPair, models.PROTECT, null=True, blank=True, related_name="joint_hours"
    )
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    is_cancelled = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "starts_at"], name="appointment_of_place"),
            models.Index(fields=["person", "starts_at"], name="appointment_of_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="visit") | Q(pregnancy__isnull=False), name="visit_of_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(kind="joint_hour") | Q(pair__isnull=False),
                name="joint_hour_of_buddies",
            ),
        ]
