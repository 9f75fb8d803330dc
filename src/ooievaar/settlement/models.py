"""What was divided, and who asked for it.

Append-only: the database itself refuses to change or remove a row.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Insurer, Network, Organisation, Person, Position
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
        SUPPLIER = "supplier", "Leverancier"
        SURCHARGE = "surcharge", "Toeslag"

    product = models.ForeignKey(ClosedProduct, models.PROTECT, related_name="shares")
    kind = models.CharField(max_length=12, choices=Kind)
    discipline = models.CharField(max_length=20, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    cents = models.BigIntegerField()
    rule = models.CharField(max_length=24)
    reason = models.CharField(max_length=32)
    parameters = models.JSONField(default=dict)


class ClosingRequest(models.Model):
    """A month that one person prepared for closing, with the figures they saw."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT)
    month = models.CharField(max_length=7, help_text="2026-10")
    known_until = models.DateField()
    prepared_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    prepared_as = models.ForeignKey(Position, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    edition = models.CharField(max_length=16)
    facts_hash = models.CharField(max_length=64)
    division_hash = models.CharField(max_length=64, help_text="van elk product en elk aandeel")
    figures = models.JSONField(help_text="wat de voorbereider zag, en tot welke rij er gelezen is")


class ClosingStep(models.Model):
    """What became of a request: one row per step, never changed; the newest is how it stands.

    Who approves is never who prepared: the database refuses it too (`guards.py`).
    """

    append_only = True

    class State(models.TextChoices):
        PREPARED = "prepared", _("Wacht op goedkeuring")
        APPROVED = "approved", _("Goedgekeurd, wordt afgesloten")
        REFUSED = "refused", _("Afgekeurd")
        WITHDRAWN = "withdrawn", _("Ingetrokken")
        CLOSED = "closed", _("Afgesloten")
        FAILED = "failed", _("Niet afgesloten")

    request = models.ForeignKey(ClosingRequest, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=9, choices=State)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="leeg: het systeem"
    )
    position = models.ForeignKey(Position, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    job_id = models.UUIDField(null=True, help_text="de taak die afsluit")
    closing = models.ForeignKey(Closing, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "state"], name="closing_step_once"),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=["refused", "withdrawn", "closed", "failed"]),
                name="closing_request_ends_once",
            ),
        ]

    @property
    def failure(self) -> str:
        """Why the system could not close, in the language of whoever reads."""
        return gettext(self.reason) % {"month": self.request.month} if self.reason else ""
