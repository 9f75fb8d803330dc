"""What was divided. Append-only: the database itself refuses to change or remove a row."""

from django.db import models

from ooievaar.network.models import Insurer, Network, Organisation
from ooievaar.record.models import Pregnancy


class Closing(models.Model):
    """One month of a network, closed on the facts known before `known_until`."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT)
    month = models.CharField(max_length=7, help_text="2026-10")
    known_until = models.DateField()
    edition = models.CharField(max_length=16)
    facts_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    summary = models.JSONField(help_text="de afgedrukte cijfers: activiteiten, brekers, bewijs")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "month"], name="month_closed_once"),
        ]


class ClosedProduct(models.Model):
    """A product in a closing: the difference with what earlier closings divided for its key."""

    append_only = True

    closing = models.ForeignKey(Closing, models.PROTECT, related_name="products")
    key = models.CharField(max_length=80, db_index=True)
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT)
    product = models.CharField(max_length=32)
    phase = models.PositiveSmallIntegerField()
    insurer = models.ForeignKey(Insurer, models.PROTECT)
    claimable_on = models.DateField()
    total_cents = models.BigIntegerField(help_text="het product zoals het nu is")
    cents = models.BigIntegerField(help_text="het verschil dat deze afsluiting verdeelt")
    is_correction = models.BooleanField()
    explanation = models.JSONField(help_text="regel, reden, bewijs en parameters op dat moment")


class Share(models.Model):
    """A leaf of the division of a closed product: overhead, a partner's share, or the reserve."""

    append_only = True

    class Kind(models.TextChoices):
        OVERHEAD = "overhead", "Organisatiekosten"
        PARTNER = "partner", "Aandeel"
        RESERVE = "reserve", "Reserve"

    product = models.ForeignKey(ClosedProduct, models.PROTECT, related_name="shares")
    kind = models.CharField(max_length=8, choices=Kind)
    discipline = models.CharField(max_length=20, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    cents = models.BigIntegerField()
    rule = models.CharField(max_length=24)
    reason = models.CharField(max_length=32)
    parameters = models.JSONField(default=dict)
