"""What came back: returns and payments, exactly as they were received."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models.batches import Batch
from ooievaar.claims.models.lines import ClaimLine
from ooievaar.network.models import Insurer, Network, Person


class ReturnFile(models.Model):
    """The answer of the portal or the insurer to the one file it belongs to."""

    append_only = True

    class AnsweredBy(models.TextChoices):
        PORTAL = "portal", _("Het portaal")
        INSURER = "insurer", _("De verzekeraar")

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="returns")
    name = models.CharField(max_length=255)
    content = models.TextField(help_text="ISO-8859-1, byte voor byte")
    sha256 = models.CharField(max_length=64, unique=True)
    layout_hash = models.CharField(
        max_length=64, blank=True, help_text="de indeling waarmee het is gelezen"
    )
    answered_by = models.CharField(max_length=8, choices=AnsweredBy)
    insurer_reference = models.CharField(max_length=24, blank=True)
    codes = models.JSONField(default=list, help_text="retourcodes van het bestand als geheel")
    granted_cents = models.BigIntegerField()
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="leeg: het systeem"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "answered_by"], name="answered_once"),
        ]


class Payment(models.Model):
    """What an insurer paid for one batch; a batch whose credits weigh more is paid back.

    Zero cents: its credits weigh as much as its debits, and no money comes.
    """

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="payments")
    paid_on = models.DateField()
    cents = models.BigIntegerField(help_text="negatief: terugbetaald of verrekend")
    reference = models.CharField(
        max_length=40, help_text="van de overboeking; die kan over meer bestanden gaan"
    )
    stored_at = models.DateTimeField()
    stored_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="leeg: het systeem"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "reference"], name="batch_paid_once"),
        ]


class PaymentLine(models.Model):
    """The part of a payment that settles a line; of a credit it is negative."""

    append_only = True

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="payment_lines")
    line = models.ForeignKey(ClaimLine, models.PROTECT, related_name="payment_lines")
    cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "line"], name="line_once_in_a_payment"),
            models.CheckConstraint(condition=~Q(cents=0), name="payment_line_has_cents"),
        ]
