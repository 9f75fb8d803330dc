"""The claimed lines and what became of each."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ooievaar.contracts.models import Contract
from ooievaar.network.models import Insurer, Network, Person
from ooievaar.record.models import Pregnancy


class LineState(models.TextChoices):
    """How a line stands; what is only owed has no line yet (see `Proposal`)."""

    PREPARED = "prepared", _("Klaargezet")
    APPROVED = "approved", _("Goedgekeurd")
    SENT = "sent", _("Verzonden")
    REFUSED_BY_PORTAL = "refused_by_portal", _("Afgekeurd door het portaal")
    REFUSED_BY_INSURER = "refused_by_insurer", _("Afgekeurd door de verzekeraar")
    GRANTED = "granted", _("Toegekend")
    GRANTED_IN_PART = "granted_in_part", _("Deels toegekend")
    PAID = "paid", _("Betaald")
    CREDITED = "credited", _("Gecrediteerd")
    WRITTEN_OFF = "written_off", _("Afgeboekt")
    EXPIRED = "expired", _("Verlopen")
    WITHDRAWN = "withdrawn", _("Ingetrokken")


class ClaimLine(models.Model):
    """One line as it is claimed: a debit, or the credit that takes a granted debit back whole.

    A line that the portal refused keeps its reference: unchanged it goes in a next batch; with
    other content it is followed by a line with the same reference and the next `attempt`.
    """

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, help_text="referentienummer, vijf jaar uniek")
    attempt = models.PositiveSmallIntegerField(default=1)
    key = models.CharField(max_length=80, help_text="het product, over alle afleidingen")
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="+")
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+")
    product = models.CharField(max_length=32)
    phase = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="laatste dag")
    units = models.IntegerField()
    minutes = models.IntegerField(default=0)
    tariff_cents = models.BigIntegerField()
    cents = models.BigIntegerField(help_text="van een credit: het toegekende bedrag")
    is_credit = models.BooleanField(default=False)
    credits = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="credit_lines", help_text="de debetregel"
    )
    content = models.CharField(max_length=64, help_text="SHA-256 van wat wordt gedeclareerd")
    person_hash = models.CharField(max_length=64, help_text="van BSN en geboortedatum")
    deadline = models.DateField(help_text="laatste dag om te declareren, volgens het contract")
    explanation = models.JSONField(help_text="regel en reden")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference", "attempt"], name="claim_reference_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="claim_line_has_cents"),
            models.CheckConstraint(
                condition=Q(is_credit=True, credits__isnull=False)
                | Q(is_credit=False, credits__isnull=True),
                name="credit_names_its_debit",
            ),
        ]
        indexes = [models.Index(fields=["network", "key"], name="claim_line_of_key")]


class LineEvent(models.Model):
    """Something that happened to a line; the newest says how it stands."""

    append_only = True

    line = models.ForeignKey(ClaimLine, models.PROTECT, related_name="events")
    state = models.CharField(max_length=20, choices=LineState)
    at = models.DateTimeField()
    cause = models.CharField(max_length=24, help_text="wat er gebeurde, in een woord")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="leeg: het systeem"
    )
    batch = models.ForeignKey("claims.Batch", models.PROTECT, null=True, related_name="+")
    return_file = models.ForeignKey(
        "claims.ReturnFile", models.PROTECT, null=True, related_name="events"
    )
    granted_cents = models.BigIntegerField(null=True)
    codes = models.JSONField(default=list, help_text="retourcodes")
    note = models.CharField(max_length=500, blank=True)


class LineStanding(models.Model):
    """How a line stands now: follows from its events and payments, and can be made again."""

    line = models.OneToOneField(ClaimLine, models.PROTECT, related_name="standing")
    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=LineState)
    since = models.DateTimeField()
    batch = models.ForeignKey(
        "claims.Batch", models.PROTECT, null=True, related_name="+", help_text="het laatste bestand"
    )
    granted_cents = models.BigIntegerField(null=True)
    paid_cents = models.BigIntegerField(default=0)
    codes = models.JSONField(default=list)
    deadline = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["network", "state"], name="standing_by_state")]


class Release(models.Model):
    """A person lets a line go again that was refused or granted in part."""

    append_only = True

    line = models.ForeignKey(ClaimLine, models.PROTECT, related_name="releases")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500)
