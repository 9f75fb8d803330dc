"""What is remembered of care shifts: what was proposed, and what was decided about it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Network, Person, Position


class CareShift(models.Model):
    """A proposal to go from one version of a pathway to another; both are never changed.

    Without `from_version` the pathway is new, and what it replaces in the base pathway is what it
    is compared with.
    """

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="care_shifts")
    title = models.CharField(max_length=120)
    from_version = models.ForeignKey(
        "pathways.PathwayVersion", models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_version = models.ForeignKey("pathways.PathwayVersion", models.PROTECT, related_name="+")
    women_a_year = models.PositiveIntegerField(help_text="hoeveel vrouwen per jaar dit betreft")
    quality = models.TextField(help_text="verwacht effect op de kwaliteit")
    measure = models.CharField(max_length=300, help_text="waaraan dat te zien zal zijn")
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_as = models.ForeignKey(Position, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["network", "proposed_at"], name="shift_of_network")]


class ShiftDecision(models.Model):
    """What was decided about a shift; the newest counts."""

    append_only = True

    class Outcome(models.TextChoices):
        AGREED = "agreed", _("Besloten: gaat door")
        STARTED = "started", _("Gaat door zonder besluit")
        REJECTED = "rejected", _("Afgewezen")
        STOPPED = "stopped", _("Gestopt")

    shift = models.ForeignKey(CareShift, models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=12, choices=Outcome)
    starts_on = models.DateField(null=True, blank=True)
    mandate = models.CharField(max_length=300, blank=True, help_text="op grond waarvan")
    note = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    decided_as = models.ForeignKey(Position, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=("agreed", "started"), starts_on__isnull=False)
                | Q(outcome__in=("rejected", "stopped"), starts_on__isnull=True),
                name="shift_starts_when_it_goes_on",
            ),
        ]
