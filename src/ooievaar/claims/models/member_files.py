"""The claim files of members themselves, read as registration of care."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Organisation, Person
from ooievaar.record.models import CareActivity


class MemberFile(models.Model):
    """A member's own claim file, read once."""

    append_only = True

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, unique=True)
    invoice_number = models.CharField(max_length=12)
    standard = models.CharField(max_length=16, help_text="VK301-...")
    is_test = models.BooleanField(default=False, help_text="soort bericht T")
    uzovi = models.CharField(max_length=4, blank=True)
    starts_on = models.DateField()
    until = models.DateField()
    lines = models.PositiveIntegerField(help_text="wat het bestand bevat, met de geweigerde")
    refused = models.PositiveIntegerField(default=0)
    cents = models.BigIntegerField()
    is_billed = models.BooleanField(help_text="bekend is dat het naar een verzekeraar ging")
    imported_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "invoice_number"], name="member_invoice_once"
            ),
        ]


class MemberFileLine(models.Model):
    """A line of a member's file and the care activity it became, was already, or took back."""

    append_only = True

    class Outcome(models.TextChoices):
        STORED = "stored", _("Geregistreerd")
        KNOWN = "known", _("Was al geregistreerd")
        TAKEN_BACK = "taken_back", _("Trok een debetregel in")

    file = models.ForeignKey(MemberFile, models.PROTECT, related_name="file_lines")
    detail_number = models.PositiveIntegerField()
    course = models.PositiveIntegerField(
        null=True, help_text="van een zorgactiviteit: het nummer van haar DBC in het bestand"
    )
    reference = models.CharField(max_length=20, db_index=True)
    activity = models.ForeignKey(CareActivity, models.PROTECT, null=True, related_name="+")
    list_code = models.CharField(max_length=3, blank=True, default="")
    code = models.CharField(max_length=16)
    performed_on = models.DateField()
    quantity = models.IntegerField()
    cents = models.BigIntegerField()
    is_credit = models.BooleanField()
    outcome = models.CharField(max_length=12, choices=Outcome)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "detail_number"], name="member_line_once"),
        ]


class MemberReturn(models.Model):
    """The answer of the portal or an insurer to a member's own file: what of it went through."""

    append_only = True

    class AnsweredBy(models.TextChoices):
        PORTAL = "portal", _("Het portaal")
        INSURER = "insurer", _("De verzekeraar")

    file = models.ForeignKey(MemberFile, models.PROTECT, related_name="returns")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, unique=True)
    answered_by = models.CharField(max_length=8, choices=AnsweredBy)
    insurer_reference = models.CharField(max_length=24, blank=True)
    granted_cents = models.BigIntegerField()
    billed = models.PositiveIntegerField(help_text="regels die nu als gedeclareerd gelden")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "answered_by"], name="member_answered_once"),
        ]


class MemberCodeTable(models.Model):
    """An imported table of codes that members claim with; the newest is in force."""

    append_only = True

    name = models.CharField(max_length=255)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64, unique=True)
    imported_at = models.DateTimeField()
