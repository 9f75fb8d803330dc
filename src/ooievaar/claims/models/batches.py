"""What goes out together: one file to one insurer, with four eyes on it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models.lines import ClaimLine
from ooievaar.network.models import Insurer, Network, Person, Position


class Batch(models.Model):
    """The lines that one file takes to one insurer."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+")
    month = models.CharField(max_length=7, help_text="2026-10")
    standard = models.CharField(max_length=16, help_text="KZ301-3.2")
    layout_hash = models.CharField(max_length=64)
    is_test = models.BooleanField(help_text="een testbericht: de indeling is voorlopig")
    invoice_number = models.CharField(max_length=12, unique=True)
    starts_on = models.DateField()
    until = models.DateField()
    lines = models.PositiveIntegerField()
    debit_cents = models.BigIntegerField()
    credit_cents = models.BigIntegerField()
    prepared_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="leeg: het systeem"
    )
    prepared_as = models.ForeignKey(Position, models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64, help_text="van elke regel, in volgorde")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("starts_on")), name="batch_period"),
        ]


class BatchLine(models.Model):
    """A line in a batch; `detail_number` is its record in the file (identificatie detailrecord)."""

    append_only = True

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="batch_lines")
    line = models.ForeignKey(ClaimLine, models.PROTECT, related_name="batch_lines")
    detail_number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="line_once_in_a_batch"),
            models.UniqueConstraint(fields=["batch", "detail_number"], name="detail_number_once"),
        ]


class BatchStep(models.Model):
    """What became of a batch: one row per step, never changed; the newest is how it stands.

    Who approves is never who prepared: the database refuses it too (`guards.py`).
    """

    append_only = True

    class State(models.TextChoices):
        PREPARED = "prepared", _("Wacht op goedkeuring")
        APPROVED = "approved", _("Goedgekeurd, nog niet verzonden")
        WITHDRAWN = "withdrawn", _("Ingetrokken")
        SENDING = "sending", _("Wordt verzonden")
        SENT = "sent", _("Verzonden, wacht op antwoord")
        ANSWERED_BY_PORTAL = "answered_by_portal", _("Afgekeurd door het portaal")
        ANSWERED = "answered", _("Beantwoord")

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=20, choices=State)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="leeg: het systeem"
    )
    position = models.ForeignKey(Position, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "state"], name="batch_step_once"),
            models.UniqueConstraint(
                fields=["batch"],
                condition=Q(state__in=["withdrawn", "sending"]),
                name="batch_withdrawn_or_sent",
            ),
        ]


class ClaimFile(models.Model):
    """The file of a batch exactly as it goes out, stored before it goes."""

    append_only = True

    batch = models.OneToOneField(Batch, models.PROTECT, related_name="file")
    name = models.CharField(max_length=80, unique=True)
    content = models.TextField(help_text="ISO-8859-1, byte voor byte")
    sha256 = models.CharField(max_length=64, unique=True)
    stored_at = models.DateTimeField()
